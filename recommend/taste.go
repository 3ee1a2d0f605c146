package recommend

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Taste is what is known of one listener: sums from which the posterior of a
// linear reward follows, what was chosen lately, and the last choice while it
// may still be judged. Its size is bounded.
type Taste struct {
	Names  []string  `json:"names,omitempty"` // of the features met; the first is "", which every choice has
	Met    triangle  `json:"met,omitempty"`   // how often two features were met together
	Sums   []float64 `json:"sums,omitempty"`  // rewards of the choices that had the feature
	Count  int       `json:"count,omitempty"` // choices learnt from
	Recent []Heard   `json:"recent,omitempty"`
	Last   *Last     `json:"last,omitempty"`
}

// Heard is one choice of late.
type Heard struct {
	Key    string   `json:"key"`
	Spread []string `json:"spread,omitempty"`
}

// Last is the last choice. It is learnt from once, with the strongest reward
// that it was given until the next choice.
type Last struct {
	Key      string   `json:"key"`
	Features []string `json:"features"`
	Reward   float64  `json:"reward,omitempty"`
	Judged   bool     `json:"judged,omitempty"`
}

// Bounds of a Taste.
const (
	maxNames  = 128
	maxRecent = 48
)

// triangle is a symmetric matrix of counts: the lower triangle, row by row. In
// JSON a negative number −k stands for k zeros.
type triangle []int

func cell(i, j int) int {
	if j > i {
		i, j = j, i
	}
	return i*(i+1)/2 + j
}

// MarshalJSON writes runs of zeros as one number.
func (t triangle) MarshalJSON() ([]byte, error) {
	short := []int{}
	for _, n := range t {
		switch last := len(short) - 1; {
		case n != 0:
			short = append(short, n)
		case last >= 0 && short[last] < 0:
			short[last]--
		default:
			short = append(short, -1)
		}
	}
	return json.Marshal(short)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *triangle) UnmarshalJSON(text []byte) error {
	var short []int
	if err := json.Unmarshal(text, &short); err != nil {
		return err
	}
	*t = nil
	for _, n := range short {
		if n >= 0 {
			*t = append(*t, n)
			continue
		}
		if -n > maxNames*(maxNames+1)/2 {
			return fmt.Errorf("a run of %d zeros", -n)
		}
		*t = append(*t, make([]int, -n)...)
	}
	return nil
}

// ReadTaste reads a taste as it was kept. What does not hold together is no
// taste.
func ReadTaste(text []byte) (*Taste, error) {
	t := &Taste{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("read taste: %w", err)
	}
	if d := len(t.Names); d > maxNames || len(t.Sums) != d || len(t.Met) != d*(d+1)/2 {
		return nil, fmt.Errorf("read taste: %d names, %d sums, %d counts", d, len(t.Sums), len(t.Met))
	}
	return t, nil
}

// Clone copies t so deeply that changing the copy leaves t alone. A nil taste
// gives an empty one.
func (t *Taste) Clone() *Taste {
	if t == nil {
		return &Taste{}
	}
	c := *t
	c.Names, c.Met, c.Sums, c.Recent = slices.Clone(t.Names), slices.Clone(t.Met), slices.Clone(t.Sums), slices.Clone(t.Recent)
	if t.Last != nil {
		last := *t.Last
		c.Last = &last
	}
	return &c
}

// Took writes down that c was chosen.
func (t *Taste) Took(c Candidate) {
	names := make([]string, len(c.Features))
	for i, f := range c.Features {
		names[i] = f.Name
	}
	t.Last = &Last{Key: c.Key, Features: names}
	t.Recent = append(t.Recent, Heard{Key: c.Key, Spread: c.Spread})
	if extra := len(t.Recent) - maxRecent; extra > 0 {
		t.Recent = slices.Clone(t.Recent[extra:])
	}
}

// Judge gives the last choice a reward, −1 to 1. Of several rewards the
// strongest counts, of equals the first; it tells whether anything was learnt.
func (t *Taste) Judge(reward float64) bool {
	last := t.Last
	if last == nil || last.Judged && math.Abs(reward) <= math.Abs(last.Reward) {
		return false
	}
	at := t.places(last.Features)
	if !last.Judged {
		t.Count++
		for n, i := range at {
			for _, j := range at[:n+1] {
				t.Met[cell(i, j)]++
			}
		}
	}
	for _, i := range at {
		t.Sums[i] += reward - last.Reward
	}
	last.Reward, last.Judged = reward, true
	return true
}

// places finds the features by name, and makes room for those that are new.
func (t *Taste) places(names []string) []int {
	all := append([]string{""}, names...)
	for _, name := range all {
		if slices.Contains(t.Names, name) {
			continue
		}
		if len(t.Names) == maxNames {
			t.drop(all)
		}
		t.Names, t.Sums = append(t.Names, name), append(t.Sums, 0)
		t.Met = append(t.Met, make([]int, len(t.Names))...)
	}
	at := make([]int, len(all))
	for i, name := range all {
		at[i] = slices.Index(t.Names, name)
	}
	return at
}

// drop forgets the feature that was met least, none of those to keep.
func (t *Taste) drop(keep []string) {
	least := -1
	for i, name := range t.Names {
		if !slices.Contains(keep, name) && (least < 0 || t.Met[cell(i, i)] < t.Met[cell(least, least)]) {
			least = i
		}
	}
	var met triangle
	for i := range t.Names {
		for j := range i + 1 {
			if i != least && j != least {
				met = append(met, t.Met[cell(i, j)])
			}
		}
	}
	t.Met, t.Names, t.Sums = met, slices.Delete(t.Names, least, least+1), slices.Delete(t.Sums, least, least+1)
}
