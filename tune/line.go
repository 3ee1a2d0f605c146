package tune

import (
	"context"
	"sync"

	"zhuomo/internal/spec"
)

// Minder is an Asker that takes account of trials under way which it did not
// propose itself: those of another process, or of before a restart.
type Minder interface {
	// Mind tells that a trial with these values is under way.
	Mind(number int, values spec.Values)
}

// lines keep the askers of outside studies between asks. What they know is in the
// database: a process that begins anew, or another one, comes to the same.
type lines struct {
	mu    sync.Mutex
	known map[string]*line // by study
	order []string         // the longest unused first
}

// mostLines is how many studies have their asker kept.
const mostLines = 64

func newLines() *lines { return &lines{known: map[string]*line{}} }

// line is one study's asker. Who samples holds mu.
type line struct {
	mu     sync.Mutex
	plan   string // for which it was started
	space  Space
	asker  Asker
	told   map[int]bool
	from   int // all trials of lower numbers are told
	minded map[int]bool
}

func (l *lines) of(study string) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, id := range l.order {
		if id == study {
			l.order = append(l.order[:i], l.order[i+1:]...)
			break
		}
	}
	l.order = append(l.order, study)
	if l.known[study] == nil {
		l.known[study] = &line{}
	}
	if len(l.order) > mostLines {
		delete(l.known, l.order[0])
		l.order = l.order[1:]
	}
	return l.known[study]
}

// sampled gives the values of a trial, by an asker that knows all that was told.
//
// Cost: the sampler's; and one reading of the trials from the first that it was not
// told, which are few unless the asker is new.
func (s *Service) sampled(ctx context.Context, l *line, study Study, number int) (spec.Values, error) {
	plan, err := study.planJSON()
	if err != nil {
		return nil, err
	}
	if l.plan != plan || l.asker == nil {
		space, err := s.space(ctx, study)
		if err != nil {
			return nil, err
		}
		sampler, err := FindSampler(s.needs.Samplers, study.Sampler)
		if err != nil {
			return nil, err
		}
		asker, err := sampler.Start(space, study.Seed)
		if err != nil {
			return nil, err
		}
		l.plan, l.space, l.asker, l.told, l.from, l.minded = plan, space, asker, map[int]bool{}, 0, map[int]bool{}
	}
	// First what is under way: what is told meanwhile is then among the trials.
	running, err := s.AskedOf(ctx, study.ID)
	if err != nil {
		return nil, err
	}
	kept, err := countTrials(ctx, s.needs.DB.Reader(), study.ID)
	if err != nil {
		return nil, err
	}
	if kept != len(l.told) {
		trials, err := s.TrialsOf(ctx, study.ID, l.from-1, mostTrials)
		if err != nil {
			return nil, err
		}
		for _, t := range trials {
			l.tell(t)
		}
	}
	l.mind(running, s.needs.Now().UnixMicro())
	delete(l.minded, number) // another process may take it meanwhile, with other values
	return l.asker.Ask(number), nil
}

// tell passes a trial on to the sampler, once, and only what lies in its space.
func (l *line) tell(t Trial) {
	if l.told[t.Number] {
		return
	}
	for l.told[t.Number] = true; l.told[l.from]; {
		l.from++
	}
	if values, inside := l.space.Inside(t.Values); inside {
		t.Values = values
		l.asker.Tell(t)
	}
}

func (l *line) mind(running []Asked, nowUS int64) {
	minder, can := l.asker.(Minder)
	if !can {
		return
	}
	for _, t := range running {
		if l.minded[t.Number] || l.told[t.Number] || t.DueUS <= nowUS {
			continue
		}
		if values, inside := l.space.Inside(t.Values); inside {
			l.minded[t.Number] = true
			minder.Mind(t.Number, values)
		}
	}
}
