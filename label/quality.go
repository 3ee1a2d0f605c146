package label

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Quality tells whether the labels of a queue can be trusted, beside Agreement.
type Quality struct {
	Texts     int             `json:"texts"`      // answered by several people
	Twice     Share           `json:"twice"`      // answers to those texts, once settled, that are the gold
	FirstPass Share           `json:"first_pass"` // settled or disputed texts of several people on which they agreed without a reviewer
	Returned  Share           `json:"returned"`   // tasks of which answers were sent back
	PerHour   float64         `json:"per_hour"`   // median over the people, answers an hour of work
	Disputed  int             `json:"disputed"`
	Simulated bool            `json:"simulated"` // rests on simulated people
	AtUS      int64           `json:"at_us"`
	People    []PersonQuality `json:"people"`     // by name
	Days      []DayQuality    `json:"days"`       // in order, UTC days on which anybody answered
	Confused  []Confusion     `json:"confusions"` // the most frequent first
}

// PersonQuality is how one person's answers stand.
type PersonQuality struct {
	Person      string  `json:"person" table:"人员|person"`
	Simulated   bool    `json:"simulated" table:"模拟|simulated"`
	AnswerCount int     `json:"answer_count" table:"答案|answers"`
	Right       Share   `json:"right"`                        // of answers on settled texts of several people: those that are the gold
	PerHour     float64 `json:"per_hour" table:"每小时|an hour"` // by the seconds of the answers, 0 when none were told
	ReturnCount int     `json:"return_count" table:"退回|sent back"`
}

// DayQuality is one UTC day.
type DayQuality struct {
	FromUS int64 `json:"from_us"`
	ToUS   int64 `json:"to_us"`
	Same   Share `json:"same"`  // texts of several people finished that day on which all said the same
	Right  Share `json:"right"` // answers of that day on settled texts of several people that are the gold
	// Version is the newest guideline that anybody went by that day.
	Version int `json:"version"`
}

// Confusion counts texts on which one person said a and another b instead.
type Confusion struct {
	A     string `json:"a" table:"标签|label"`
	B     string `json:"b" table:"标签|label"`
	Count int    `json:"count" table:"行|rows"`
}

// QualityOf measures a queue's answers against its gold and each other, over the
// answers that were not undone. Fault: NoQueue.
func (s *Service) QualityOf(ctx context.Context, queueID string) (Quality, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return Quality{}, err
	}
	r := s.db.Reader()
	all, err := comparisons(ctx, r, q)
	if err != nil {
		return Quality{}, err
	}
	returned, sent, err := returnsOf(ctx, r, q.id)
	if err != nil {
		return Quality{}, err
	}
	judged, err := judgedCount(ctx, r, q.id)
	if err != nil {
		return Quality{}, err
	}
	full, err := s.Queue(ctx, q.id)
	if err != nil {
		return Quality{}, err
	}
	out := measure(all, returned)
	out.AtUS, out.Disputed = s.now().UnixMicro(), full.DisputedCount
	if q.annotators > 1 {
		decided := full.SettledCount + full.DisputedCount
		out.FirstPass = shareOf(max(0, decided-judged-full.DisputedCount), decided)
	}
	answered := full.SettledCount + full.DisputedCount + sent
	out.Returned = shareOf(min(sent, answered), answered)
	return out, nil
}

// measure reads everything that the answers alone tell; they stand in the order
// of their tasks.
func measure(all []comparison, returned map[string]int) Quality {
	out := Quality{People: []PersonQuality{}, Days: []DayQuality{}, Confused: []Confusion{}}
	type tally struct {
		count, right, of int
		timed            int
		seconds          float64
	}
	type day struct{ same, texts, right, of, version int }
	people, days, pairs := map[string]*tally{}, map[int64]*day{}, map[[2]string]int{}
	dayOf := func(us int64) *day {
		at := us - us%dayUS
		if days[at] == nil {
			days[at] = &day{}
		}
		return days[at]
	}
	for from := 0; from < len(all); {
		to := from
		last := int64(0)
		for to < len(all) && all[to].task == all[from].task {
			c := all[to]
			last = max(last, c.atUS)
			if people[c.person] == nil {
				people[c.person] = &tally{}
			}
			p := people[c.person]
			p.count++
			if c.seconds > 0 {
				p.timed++
				p.seconds += c.seconds
			}
			d := dayOf(c.atUS)
			d.version = max(d.version, c.version)
			out.Simulated = out.Simulated || IsSimulated(c.person)
			to++
		}
		if to-from > 1 {
			out.Texts++
			same := true
			seen := map[[2]string]bool{}
			for i := from; i < to; i++ {
				same = same && setKey(all[i].labels) == setKey(all[from].labels)
				for j := i + 1; j < to; j++ {
					confusions(all[i].labels, all[j].labels, seen)
				}
				if !all[i].settled {
					continue
				}
				p, d := people[all[i].person], dayOf(all[i].atUS)
				p.of++
				d.of++
				if setKey(all[i].labels) == setKey(all[i].gold) {
					p.right++
					d.right++
				}
			}
			for k := range seen {
				pairs[k]++
			}
			d := dayOf(last)
			d.texts++
			if same {
				d.same++
			}
		}
		from = to
	}
	right, of := 0, 0
	var speeds []float64
	for name, p := range people {
		one := PersonQuality{Person: name, Simulated: IsSimulated(name), AnswerCount: p.count, Right: shareOf(p.right, p.of), ReturnCount: returned[name]}
		if p.seconds > 0 {
			one.PerHour = 3600 * float64(p.timed) / p.seconds
			speeds = append(speeds, one.PerHour)
		}
		right, of = right+p.right, of+p.of
		out.People = append(out.People, one)
	}
	out.Twice = shareOf(right, of)
	slices.Sort(speeds)
	if n := len(speeds); n > 0 {
		out.PerHour = (speeds[(n-1)/2] + speeds[n/2]) / 2
	}
	slices.SortFunc(out.People, func(a, b PersonQuality) int { return cmp.Compare(a.Person, b.Person) })
	for at, d := range days {
		out.Days = append(out.Days, DayQuality{FromUS: at, ToUS: at + dayUS, Same: shareOf(d.same, d.texts), Right: shareOf(d.right, d.of), Version: d.version})
	}
	slices.SortFunc(out.Days, func(a, b DayQuality) int { return cmp.Compare(a.FromUS, b.FromUS) })
	for k, n := range pairs {
		out.Confused = append(out.Confused, Confusion{k[0], k[1], n})
	}
	slices.SortFunc(out.Confused, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return out
}

const dayUS = int64(24 * time.Hour / time.Microsecond)

// confusions notes the pairs of labels, in the order of their names, of which
// one answer has the first and the other the second instead.
func confusions(one, other []string, seen map[[2]string]bool) {
	for _, a := range one {
		for _, b := range other {
			if confused(one, other, a, b) {
				seen[[2]string{min(a, b), max(a, b)}] = true
			}
		}
	}
}
