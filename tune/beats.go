package tune

import (
	"context"
	"math"
)

// Beats tells how sure it is that the best trial of a study is better than the
// defaults on rows that nobody has seen: the best of many trials on one dev part is
// good by luck too.
type Beats struct {
	Fixed  int `json:"fixed" doc:"默认答错、它答对的行|rows that the defaults had wrong and it has right"`
	Broken int `json:"broken" doc:"默认答对、它答错的行|rows that the defaults had right and it has wrong"`
	// P is McNemar's exact test of fixed against broken, times the number of trials.
	P    float64 `json:"p" doc:"若其实一样好，碰巧差这么多的概率（按试验次数校正）|chance of so great a difference if both were alike, corrected for the number of trials"`
	Sure bool    `json:"sure" doc:"比默认好，且不像碰巧（p < .05）|better than the defaults and hardly by luck (p < .05)"`
}

// Figures by which an objective tells how its rows stand beside those of the component's
// own defaults; pinned values are not among those.
const (
	FixedRows  = "rows_fixed"
	BrokenRows = "rows_broken"
	PairedP    = "paired_p"
)

const sureBelow = .05

// beats reads the best trial; nil where its objective does not compare, or the
// defaults are the best.
//
// Source: McNemar 1947; Bonferroni's correction.
func beats(top Trial, tried int) *Beats {
	p, told := top.Figures[PairedP]
	if top.State != Done || top.Number == 0 || !told {
		return nil
	}
	b := &Beats{Fixed: int(top.Figures[FixedRows]), Broken: int(top.Figures[BrokenRows]), P: math.Min(1, p*float64(tried))}
	b.Sure = b.Fixed > b.Broken && b.P < sureBelow
	return b
}

// Beats compares the best trial of a study with its defaults. Fault: NoStudy.
func (s *Service) Beats(ctx context.Context, product, name string) (*Beats, error) {
	study, err := s.Study(ctx, product, name)
	if err != nil {
		return nil, err
	}
	all, err := s.TrialsOf(ctx, study.ID, -1, mostTrials)
	if err != nil {
		return nil, err
	}
	return beats(best(all), study.DoneCount), nil
}
