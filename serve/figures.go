package serve

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhuomo/dialog"
)

// Figures are what was measured live over a stretch of time, by release.
type Figures struct {
	FromUS   int64           `json:"from_us" doc:"从这一刻算起|counted from here"`
	ToUS     int64           `json:"to_us"`
	StepUS   int64           `json:"step_us" doc:"一格的长度|length of one step of points"`
	Releases []ReleaseFigure `json:"releases" doc:"答过话的发布版，最近答话的在前|releases that answered, the latest to answer first"`
}

// ReleaseFigure counts the turns that one release answered. A session counts
// for each release that answered in it.
type ReleaseFigure struct {
	ReleaseID string `json:"release_id"`
	Release   string `json:"release" table:"发布版|release"`
	Counted
	P50US  int64   `json:"p50_us" table:"p50 µs" doc:"理解和决定用时的中位数|median time to understand and decide"`
	P99US  int64   `json:"p99_us" table:"p99 µs"`
	LastUS int64   `json:"last_us" doc:"最后一次答话|when it answered last"`
	Points []Point `json:"points" doc:"有话轮的格|steps that have turns"`
}

// Point is one step of time.
type Point struct {
	AtUS int64 `json:"at_us" doc:"这一格的开头|where the step begins"`
	Counted
	P99US int64 `json:"p99_us"`
}

// Counted are plain counts; shares are made by whoever shows them.
type Counted struct {
	Turns     int `json:"turns" table:"话轮|turns"`
	Sessions  int `json:"sessions" table:"会话|sessions"`
	Handed    int `json:"handed" table:"转人工会话|handed over" doc:"其中转到人工的会话|sessions among them that a person took over"`
	Offered   int `json:"offered" table:"反问|offered" doc:"问了是哪件事的话轮|turns that asked what was meant"`
	Missed    int `json:"missed" table:"没听懂|missed" doc:"没听懂的话轮|turns that were not understood"`
	Knowledge int `json:"knowledge" table:"知识答|knowledge" doc:"用知识条目回答的话轮|turns answered from a knowledge entry"`
	Good      int `json:"good" table:"点赞|good"`
	Bad       int `json:"bad" table:"点踩|bad"`
}

// measured is one turn as far as figures count it.
type measured struct {
	release, session, entry string
	band                    dialog.Band
	state                   string
	thinkUS, atUS           int64
	rated, good             bool
}

// counting adds turns up.
type counting struct {
	Counted
	times    []int64
	sessions map[string]bool // true once a person took over
}

func (c *counting) add(m measured) {
	if c.sessions == nil {
		c.sessions = map[string]bool{}
	}
	c.Turns++
	c.times = append(c.times, m.thinkUS)
	handed, known := c.sessions[m.session]
	if !known {
		c.Sessions++
	}
	if m.state == "handover" && !handed {
		c.Handed++
		handed = true
	}
	c.sessions[m.session] = handed
	// While a person has the word nobody understands anything: no misses then.
	if m.state != "handover" {
		switch m.band {
		case dialog.Offer:
			c.Offered++
		case dialog.Fallback:
			c.Missed++
		}
	}
	if m.entry != "" {
		c.Knowledge++
	}
	if m.rated && m.good {
		c.Good++
	} else if m.rated {
		c.Bad++
	}
}

// quantile is the smallest value that at least share of all do not exceed
// (nearest rank), 0 without values. It sorts.
func (c *counting) quantile(share float64) int64 {
	if len(c.times) == 0 {
		return 0
	}
	slices.Sort(c.times)
	rank := int(share*float64(len(c.times)) + .999999)
	return c.times[min(max(rank, 1), len(c.times))-1]
}

// figureSteps is into how many steps a stretch of time is cut.
const figureSteps = 48

// Figures counts the turns of the last span, by release.
// Cost: one pass over the turns of the span; memory grows with its sessions.
func (s *Service) Figures(ctx context.Context, product string, span time.Duration) (Figures, error) {
	now := s.n.Now()
	from := now.Add(-span)
	step := span.Microseconds() / figureSteps
	out := Figures{FromUS: from.UnixMicro(), ToUS: now.UnixMicro(), StepUS: step, Releases: []ReleaseFigure{}}
	type line struct {
		all    counting
		steps  map[int64]*counting
		lastUS int64
	}
	lines := map[string]*line{}
	err := eachMeasured(ctx, s.n.DB.Reader(), product, out.FromUS, func(m measured) {
		l := lines[m.release]
		if l == nil {
			l = &line{steps: map[int64]*counting{}}
			lines[m.release] = l
		}
		l.all.add(m)
		l.lastUS = max(l.lastUS, m.atUS)
		at := out.FromUS + (m.atUS-out.FromUS)/step*step
		if l.steps[at] == nil {
			l.steps[at] = &counting{}
		}
		l.steps[at].add(m)
	})
	if err != nil {
		return out, err
	}
	for id, l := range lines {
		r, err := s.Release(ctx, product, id)
		if err != nil {
			return out, err
		}
		f := ReleaseFigure{ReleaseID: id, Release: r.Name, Counted: l.all.Counted, P50US: l.all.quantile(.5), P99US: l.all.quantile(.99), LastUS: l.lastUS, Points: []Point{}}
		for at, c := range l.steps {
			f.Points = append(f.Points, Point{AtUS: at, Counted: c.Counted, P99US: c.quantile(.99)})
		}
		slices.SortFunc(f.Points, func(a, b Point) int { return int(a.AtUS - b.AtUS) })
		out.Releases = append(out.Releases, f)
	}
	slices.SortFunc(out.Releases, func(a, b ReleaseFigure) int {
		if a.LastUS != b.LastUS {
			return int(b.LastUS - a.LastUS)
		}
		return strings.Compare(a.ReleaseID, b.ReleaseID)
	})
	return out, nil
}
