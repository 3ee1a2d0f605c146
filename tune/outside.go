package tune

import (
	"cmp"
	"context"
	"errors"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// Outside is the component of a study whose objective lives elsewhere: programs
// ask for values, measure them, and tell what they found.
const Outside = "tune.outside.v1"

// Declared is one parameter that an outside study searches.
type Declared struct {
	Name    string    `json:"name" minLength:"1" maxLength:"200" doc:"名称|name"`
	Kind    spec.Kind `json:"kind" enum:"int,float,bool,choice" doc:"类型|type"`
	Min     float64   `json:"min,omitempty" doc:"数值：最小值|numbers: smallest"`
	Max     float64   `json:"max,omitempty" doc:"数值：最大值|numbers: largest"`
	Log     bool      `json:"log,omitempty" doc:"数值：按倍数搜索，最小值要大于 0|numbers: search by factor; the smallest must be above 0"`
	Choices []string  `json:"choices,omitempty" doc:"选项|what to choose from"`
	Default any       `json:"default,omitempty" doc:"没试这个参数时的取值；不填则取中间或第一个选项|its value where it is not tried; the middle or the first choice when absent"`
}

const (
	mostDeclared = 1000
	mostChoices  = 10_000
)

// declaredSpec is what an outside study tunes. Fault: BadDeclared.
func declaredSpec(declared []Declared) (spec.Spec, error) {
	of := spec.Spec{Name: Outside, Title: spec.Text{ZH: "外部程序", EN: "Outside program"}}
	if len(declared) == 0 || len(declared) > mostDeclared {
		return of, BadDeclared.With("param", "-").At("params")
	}
	seen := map[string]bool{}
	for _, d := range declared {
		p := spec.Param{Name: d.Name, Kind: d.Kind, Title: spec.Text{ZH: d.Name, EN: d.Name}, Min: d.Min, Max: d.Max, Log: d.Log, Choices: d.Choices, Tune: true}
		fine := d.Name != "" && len(d.Name) <= 800 && !seen[d.Name]
		switch d.Kind {
		case spec.Int, spec.Float:
			fine = fine && finite(d.Min) && finite(d.Max) && finite(d.Max-d.Min) && d.Min <= d.Max && (!d.Log || d.Min > 0) && len(d.Choices) == 0
			p.Default = d.Min + (d.Max-d.Min)/2
			if d.Kind == spec.Int {
				fine = fine && math.Trunc(d.Min) == d.Min && math.Trunc(d.Max) == d.Max && math.Abs(d.Min) < 1<<53 && math.Abs(d.Max) < 1<<53
				p.Default = int(math.Floor(d.Min + (d.Max-d.Min)/2))
			}
		case spec.Bool:
			p.Default = false
		case spec.Choice:
			fine = fine && len(d.Choices) > 0 && len(d.Choices) <= mostChoices && distinct(d.Choices)
			if fine {
				p.Default = d.Choices[0]
			}
		default:
			fine = false
		}
		if !fine {
			return of, BadDeclared.With("param", d.Name).At("params")
		}
		seen[d.Name] = true
		of.Params = append(of.Params, p)
		if d.Default != nil {
			filled, err := spec.Spec{Name: Outside, Params: []spec.Param{p}}.Fill(map[string]any{d.Name: d.Default})
			if err != nil {
				return of, err
			}
			of.Params[len(of.Params)-1].Default = filled[d.Name]
		}
	}
	return of, nil
}

// measurable tells a value that scores may have: their squares are added up.
func measurable(x float64) bool { return math.Abs(x) <= mostValue }

const mostValue = 1e100

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func distinct(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) == len(list)
}

// Inside gives values as the space has them, or false where they lie outside: a
// dial beyond its range, or another value where the space is fixed. Names that
// the space does not know say nothing; dials that are missing had their default.
func (s Space) Inside(values map[string]any) (spec.Values, bool) {
	given := map[string]any{}
	for _, p := range s.Of.Params {
		if v, set := values[p.Name]; set {
			given[p.Name] = v
		}
	}
	filled, err := s.Of.Fill(given)
	if err != nil {
		return nil, false
	}
	moves := map[string]bool{}
	for _, p := range s.Dials {
		moves[p.Name] = true
		switch v := filled[p.Name].(type) {
		case int:
			if float64(v) < p.Min || float64(v) > p.Max {
				return nil, false
			}
		case float64:
			if v < p.Min || v > p.Max {
				return nil, false
			}
		case string:
			if !slices.Contains(p.Choices, v) {
				return nil, false
			}
		}
	}
	for _, p := range s.Of.Params {
		if !moves[p.Name] && !reflect.DeepEqual(filled[p.Name], s.Fixed[p.Name]) {
			return nil, false
		}
	}
	return filled, true
}

// spec is what the study tunes.
func (s *Service) spec(ctx context.Context, study Study) (spec.Spec, error) {
	if study.Component == Outside {
		return declaredSpec(study.Declared)
	}
	if s.needs.Bench == nil {
		return spec.Spec{}, NoObjective.With()
	}
	return s.needs.Bench.Spec(ctx, study.ProductID, study.Component)
}

// space is what the study searches.
func (s *Service) space(ctx context.Context, study Study) (Space, error) {
	of, err := s.spec(ctx, study)
	if err != nil {
		return Space{}, err
	}
	return NewSpace(of, study.Dials, study.Fixed, study.Ranges)
}

// numbered are the words by which people name a study, which no program may take.
var numbered = regexp.MustCompile(`^s[0-9]+$`)

// Declare makes an outside study. A program that names it finds it again: the
// second study of a name is the first, whatever else is asked, and found is true.
// Faults: BadDeclared, BadName, BadStopping, UnknownSampler, NoBudget, those of
// Spec.Fill.
func (s *Service) Declare(ctx context.Context, study Study) (made Study, found bool, err error) {
	study.Name = strings.TrimSpace(study.Name)
	if numbered.MatchString(study.Name) || len(study.Name) > 200 {
		return study, false, BadName.With("name", study.Name).At("name")
	}
	study.Component, study.Objective, study.Dials = Outside, cmp.Or(study.Objective, "value"), []string{}
	if _, err := s.space(ctx, study); err != nil {
		return study, false, err
	}
	sampler, err := FindSampler(s.needs.Samplers, study.Sampler)
	if err != nil {
		return study, false, err
	}
	if study.Stopping != "" && study.Stopping != MedianStop {
		return study, false, BadStopping.With("stopping", study.Stopping, "known", MedianStop).At("stopping")
	}
	if study.Trials < 0 || study.Trials > mostTrials {
		return study, false, NoBudget.With().At("trials")
	}
	now := s.needs.Now()
	study.ID, study.Sampler, study.State = db.NewID(now), sampler.Spec().Name, Running
	study.ActorID, study.CreatedUS = api.Who(ctx).ID, now.UnixMicro()
	id := study.ID
	err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var there string
		if there, err = named(ctx, tx, study.ProductID, study.Name); err != nil {
			return err
		}
		if found = there != ""; found {
			id = there
			return nil
		}
		id = study.ID
		return insertStudy(ctx, tx, study)
	})
	if err != nil {
		return study, false, err
	}
	made, err = s.Study(ctx, study.ProductID, id)
	return made, found, err
}

// EditSpace gives a study another space. What was tried stays; the sampler is told
// only of what lies inside. Faults: those of NewSpace, StudyRuns.
func (s *Service) EditSpace(ctx context.Context, product, name string, to Study) (Study, error) {
	study, err := s.Study(ctx, product, name)
	if err != nil {
		return study, err
	}
	if study.Component != Outside && study.State == Running {
		return study, StudyRuns.With("study", study.Number)
	}
	study.Dials, study.Fixed, study.Ranges = append([]string{}, to.Dials...), to.Fixed, to.Ranges
	if len(to.Declared) > 0 {
		if study.Component != Outside {
			return study, NotOutside.With("study", study.Number).At("params")
		}
		study.Declared = to.Declared
	}
	if _, err := s.space(ctx, study); err != nil {
		return study, err
	}
	return study, s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return setPlan(ctx, tx, study) })
}

// Pause stops a study until Resume; trials under way may still be told. A study
// that runs here is interrupted, and its trial under way is tried again later.
// Fault: StudyOver.
func (s *Service) Pause(ctx context.Context, product, name string) (Study, error) {
	study, err := s.Study(ctx, product, name)
	if err != nil || study.State == Paused {
		return study, err
	}
	if study.State != Running {
		return study, StudyOver.With("study", study.Number)
	}
	if err := s.setState(ctx, study.ID, Paused); err != nil {
		return study, err
	}
	if study.JobID != "" && s.needs.Jobs != nil {
		if err := s.needs.Jobs.Cancel(ctx, study.JobID); err != nil {
			return study, err
		}
	}
	return s.Study(ctx, product, study.ID)
}

// Resume lets a study go on that was paused or stopped, or whose wanted trials are
// done: trials, unless 0, says how many there should be in all. Faults: StudyOver, NoBudget.
func (s *Service) Resume(ctx context.Context, product, name string, trials int) (Study, error) {
	study, err := s.Study(ctx, product, name)
	if err != nil || study.State == Running {
		return study, err
	}
	if trials == 0 {
		trials = study.Trials
	}
	if trials < 0 || trials > mostTrials {
		return study, NoBudget.With().At("trials")
	}
	if trials > 0 && study.DoneCount >= trials {
		return study, StudyOver.With("study", study.Number)
	}
	if study.Component != Outside && study.State == Done { // its job is done and cannot go on
		study.Trials, study.Worth = trials, 0
		return s.again(ctx, study)
	}
	stand := func(state State, trials int) error {
		return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return setStanding(ctx, tx, study.ID, state, trials) })
	}
	if err := stand(Running, trials); err != nil {
		return study, err
	}
	if study.JobID != "" && s.needs.Jobs != nil {
		if err := s.needs.Jobs.Retry(ctx, study.JobID); err != nil { // such as one that has not stopped yet
			return study, errors.Join(err, stand(study.State, study.Trials))
		}
	}
	return s.Study(ctx, product, study.ID)
}

// End closes an outside study: nothing more is given out, what was told stays.
// Fault: NotOutside.
func (s *Service) End(ctx context.Context, product, name string) (Study, error) {
	study, err := s.Study(ctx, product, name)
	if err != nil {
		return study, err
	}
	if study.Component != Outside {
		return study, NotOutside.With("study", study.Number)
	}
	if study.State == Running || study.State == Paused {
		if err := s.setState(ctx, study.ID, Done); err != nil {
			return study, err
		}
	}
	return s.Study(ctx, product, study.ID)
}
