package evaluate

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// Perturbation changes a sentence so that people still read it as the same.
type Perturbation struct {
	Name string // stable: homophone, shape, drop, double, traditional, width, particle, dialect, punctuation, space
	// Change gives the changed sentence and true, or false when the sentence
	// offers nothing to change.
	Change func(rng *rand.Rand, sentence string) (string, bool)
}

// Perturber holds the built-in Chinese perturbations.
type Perturber struct {
	list               []Perturbation
	homophones, shapes map[rune][]rune
	dialects           [][]string
	particles          []string
	traditional        func(string) string
}

//go:embed perturb_table.txt
var perturbTable string

// NewPerturber reads the tables; traditional converts simplified characters.
// Cost: below a millisecond.
func NewPerturber(traditional func(string) string) *Perturber {
	p := &Perturber{homophones: map[rune][]rune{}, shapes: map[rune][]rune{}, traditional: traditional}
	for line := range strings.Lines(perturbTable) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch kind {
		case "homophone", "shape":
			into := p.homophones
			if kind == "shape" {
				into = p.shapes
			}
			for _, group := range strings.Fields(rest) {
				addGroup(into, []rune(group))
			}
		case "dialect":
			p.dialects = append(p.dialects, strings.Split(rest, "|"))
		case "particle":
			p.particles = strings.Fields(rest)
		}
	}
	p.list = []Perturbation{
		{"homophone", p.swap(p.homophones)},
		{"shape", p.swap(p.shapes)},
		{"drop", dropCharacter},
		{"double", doubleCharacter},
		{"traditional", p.toTraditional},
		{"width", fullWidth},
		{"particle", p.addParticle},
		{"dialect", p.dialect},
		{"punctuation", stripPunctuation},
		{"space", addSpace},
	}
	return p
}

func addGroup(into map[rune][]rune, group []rune) {
	for _, a := range group {
		for _, b := range group {
			if a != b && !slices.Contains(into[a], b) {
				into[a] = append(into[a], b)
			}
		}
	}
}

// List gives the perturbations in a fixed order.
func (p *Perturber) List() []Perturbation { return p.list }

// Expand adds invariance checks to a suite: for every minimum check up to each
// perturbed twins, seeded by the check's id, so that a suite grows without
// changing the twins of older checks.
func (p *Perturber) Expand(s Suite, seed uint64, each int) Suite {
	out := Suite{Name: s.Name, Checks: append([]Check(nil), s.Checks...)}
	for _, c := range s.Checks {
		if c.Kind != Minimum {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(c.ID))
		rng := rand.New(rand.NewPCG(seed, h.Sum64()))
		made := 0
		for _, at := range rng.Perm(len(p.list)) {
			if made == each {
				break
			}
			change := p.list[at]
			changed, ok := change.Change(rng, c.Text)
			if !ok || changed == c.Text {
				continue
			}
			made++
			out.Checks = append(out.Checks, Check{
				ID: fmt.Sprintf("%s~%s", c.ID, change.Name), Kind: Invariance, Group: c.Group,
				Text: changed, Plain: c.Text, Context: c.Context, Change: change.Name,
			})
		}
	}
	return out
}

// swap replaces one character by another of its group.
func (p *Perturber) swap(groups map[rune][]rune) func(*rand.Rand, string) (string, bool) {
	return func(rng *rand.Rand, sentence string) (string, bool) {
		runes := []rune(sentence)
		var at []int
		for i, r := range runes {
			if len(groups[r]) > 0 {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return sentence, false
		}
		i := at[rng.IntN(len(at))]
		others := groups[runes[i]]
		runes[i] = others[rng.IntN(len(others))]
		return string(runes), true
	}
}

const shortest = 6 // characters; in shorter sentences a lost one changes the meaning

func dropCharacter(rng *rand.Rand, sentence string) (string, bool) {
	runes := []rune(sentence)
	if len(runes) < shortest {
		return sentence, false
	}
	i := 1 + rng.IntN(len(runes)-2)
	if !unicode.Is(unicode.Han, runes[i]) {
		return sentence, false
	}
	return string(runes[:i]) + string(runes[i+1:]), true
}

func doubleCharacter(rng *rand.Rand, sentence string) (string, bool) {
	runes := []rune(sentence)
	if len(runes) < 3 {
		return sentence, false
	}
	i := rng.IntN(len(runes))
	if !unicode.Is(unicode.Han, runes[i]) {
		return sentence, false
	}
	return string(runes[:i+1]) + string(runes[i:]), true
}

func (p *Perturber) toTraditional(_ *rand.Rand, sentence string) (string, bool) {
	changed := p.traditional(sentence)
	return changed, changed != sentence
}

func fullWidth(_ *rand.Rand, sentence string) (string, bool) {
	changed := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r + 0xFEE0
		}
		return r
	}, sentence)
	return changed, changed != sentence
}

func (p *Perturber) addParticle(rng *rand.Rand, sentence string) (string, bool) {
	end := strings.TrimRightFunc(sentence, unicode.IsPunct)
	return end + p.particles[rng.IntN(len(p.particles))] + sentence[len(end):], end != ""
}

func (p *Perturber) dialect(rng *rand.Rand, sentence string) (string, bool) {
	for _, at := range rng.Perm(len(p.dialects)) {
		words := p.dialects[at]
		if strings.Contains(sentence, words[0]) {
			return strings.Replace(sentence, words[0], words[1+rng.IntN(len(words)-1)], 1), true
		}
	}
	return sentence, false
}

func stripPunctuation(_ *rand.Rand, sentence string) (string, bool) {
	changed := strings.Map(func(r rune) rune {
		if unicode.IsPunct(r) {
			return -1
		}
		return r
	}, sentence)
	return changed, changed != sentence && changed != ""
}

func addSpace(rng *rand.Rand, sentence string) (string, bool) {
	runes := []rune(sentence)
	if len(runes) < 4 {
		return sentence, false
	}
	i := 1 + rng.IntN(len(runes)-1)
	return string(runes[:i]) + " " + string(runes[i:]), true
}
