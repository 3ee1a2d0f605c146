package evaluate

import (
	"math"
	"slices"

	"zhuomo/learn"
)

// Costs tell what the outcomes of a customer's turn cost, in a currency. What is
// right costs nothing.
type Costs struct {
	Currency string  `json:"currency" table:"货币|currency" doc:"货币，如 元|currency, as 元 or $"`
	Wrong    float64 `json:"wrong" table:"答错|wrong answer" minimum:"0" maximum:"1000000000" doc:"答错一次|answered, but not what was wanted"`
	Missed   float64 `json:"missed" table:"该人工却答|missed" minimum:"0" maximum:"1000000000" doc:"该转人工却自己答了一次|answered by itself where a person was needed"`
	Handover float64 `json:"handover" table:"白交给人|needless hand-over" minimum:"0" maximum:"1000000000" doc:"本来能答却交给人一次（含没听懂）|handed over, or not understood, where it need not be"`
	Ask      float64 `json:"ask" table:"请选|choices" minimum:"0" maximum:"1000000000" doc:"请顾客在选项里选一次|let the customer choose first"`
	// Person are the labels that want a person: to act on them is to hand over.
	Person []string `json:"person" required:"false" table:"该由人办|wants a person" doc:"该由人来办的标签；没有标签的话也算|labels that want a person; so do rows without a label"`
	// Turns a month, by which a saving is told.
	Turns int `json:"turns_a_month" table:"每月话轮|turns a month" minimum:"0" maximum:"1000000000" doc:"每月多少轮对话，用来算每月省多少|turns a month, to tell what is saved in a month"`
}

// Bands are the borders that costs choose: from Answer on the product acts, from
// Offer on it lets the customer choose, below it hands over. 0 ≤ Offer ≤ Answer ≤ 1.
type Bands struct {
	Answer float64 `json:"answer" table:"直接办|act from" doc:"不低于它就办|act from here on"`
	Offer  float64 `json:"offer" table:"给选项|offer from" doc:"不低于它就给选项，低于它交给人|offer choices from here on; below: hand over"`
}

// Outcome is what becomes of a turn.
type Outcome string

const (
	Right     Outcome = "right"
	Wrong     Outcome = "wrong"
	Missed    Outcome = "missed"
	Asked     Outcome = "asked"    // and the wanted one is among the choices, or a person comes who is needed
	AskedIdly Outcome = "in_vain"  // asked, and what was wanted is not among the choices
	Handed    Outcome = "handover" // needlessly
)

// Outcomes in the order in which they are told.
var Outcomes = []Outcome{Right, Wrong, Missed, Asked, AskedIdly, Handed}

func (c Costs) of(o Outcome) float64 {
	switch o {
	case Wrong:
		return c.Wrong
	case Missed:
		return c.Missed
	case Asked:
		return c.Ask
	case AskedIdly:
		return c.Ask + c.Handover
	case Handed:
		return c.Handover
	}
	return 0
}

// maxActs is how many labels a flow acts on or offers at once.
const maxActs = 3

// turn is one row of gold as bands see it: the labels that a flow would take up,
// the most probable first, and what it leads to to act on the first n of them, to
// offer the first n, or to do neither.
type turn struct {
	p      [maxActs]float64
	act    [maxActs]Outcome
	offer  [maxActs]Outcome
	handed Outcome
}

// turnOf reads a row by the rules of a flow (dialog's wanted and offer): labels
// that Foreign tells to be none of these are not offered.
func (c Costs) turnOf(gold []string, said learn.Prediction) turn {
	needs := len(gold) == 0
	for _, g := range gold {
		needs = needs || slices.Contains(c.Person, g)
	}
	t := turn{handed: Handed}
	if needs {
		t.handed = Right
	}
	act, found := Right, false
	for n := range maxActs {
		if n < len(said.Scores) {
			l := said.Scores[n]
			t.p[n] = float64(l.P)
			person := slices.Contains(c.Person, l.Label)
			wanted := slices.Contains(gold, l.Label)
			switch {
			case needs && person: // a person comes, whatever else is said
				act = Right
			case needs && !(n > 0 && act == Right):
				act = Missed
			case !needs && person && act != Wrong:
				act = Handed
			case !needs && !person && !wanted:
				act = Wrong
			}
			found = found || wanted
		}
		t.act[n] = act
		switch {
		case said.Foreign:
			t.offer[n] = t.handed
		case found || needs:
			t.offer[n] = Asked
		default:
			t.offer[n] = AskedIdly
		}
	}
	return t
}

// outcome is what becomes of the turn within bands.
func (t turn) outcome(b Bands) Outcome {
	upTo := func(border float64) int {
		n := 0
		for n < maxActs && t.p[n] > 0 && t.p[n] >= border {
			n++
		}
		return n
	}
	if n := upTo(b.Answer); n > 0 {
		return t.act[n-1]
	}
	if n := upTo(b.Offer); n > 0 {
		return t.offer[n-1]
	}
	return t.handed
}

// steps of the borders: hundredths, as people write them.
const steps = 100

// step is the highest border, in hundredths, that p reaches; -1 = none, as a
// label without probability is never taken up.
func step(p float64) int {
	if p <= 0 {
		return -1
	}
	k := min(int(p*steps)+1, steps)
	for p < float64(k)/steps {
		k--
	}
	return k
}

// surface holds the cost of turns for each pair of borders, in hundredths.
type surface [steps + 1][steps + 1]float64 // [answer][offer], offer ≤ answer

// surfaceOf adds up the costs of turns.
//
// Speed: O(turns · steps + steps²) instead of turns · steps².
func (c Costs) surfaceOf(turns []turn) *surface {
	var act [steps + 1]float64                   // by answer: turns that are acted on
	var offer, sum [steps + 1][steps + 2]float64 // by offer, then by the step of the turn's best label
	var handed, hands [steps + 2]float64         // by the step of the best label, shifted by one
	for _, t := range turns {
		best := step(t.p[0])
		handed[best+1] += c.of(t.handed)
		n := maxActs
		for k := range best + 1 { // borders that the turn reaches, with ever fewer labels
			for n > 1 && step(t.p[n-1]) < k {
				n--
			}
			act[k] += c.of(t.act[n-1])
			offer[k][best] += c.of(t.offer[n-1])
		}
	}
	for k := range steps + 1 {
		hands[k+1] = hands[k] + handed[k] // turns whose best label stays below border k
		for b := range steps + 1 {
			sum[k][b+1] = sum[k][b] + offer[k][b]
		}
	}
	s := new(surface)
	for a := range steps + 1 {
		for o := range a + 1 {
			s[a][o] = act[a] + sum[o][a] + hands[o+1]
		}
	}
	return s
}

// lowest is the pair of borders with the lowest cost; of equal ones that in the
// middle of their run, as what lies at its edge costs more on other turns.
func (s *surface) lowest() (a, o int) {
	low := math.Inf(1)
	for i := range s {
		for j := range i + 1 {
			if s[i][j] < low-1e-9 {
				low, a, o = s[i][j], i, j
			}
		}
	}
	same := func(i, j int) bool { return i <= steps && j <= i && s[i][j] <= low+1e-9 }
	last := a
	for same(last+1, o) {
		last++
	}
	a = (a + last) / 2
	last = o
	for same(a, last+1) {
		last++
	}
	return a, (o + last) / 2
}

// choose gives the borders with the lowest cost on turns. Averaging over bootstrap
// draws or over near borders was tried and chose worse ones on other turns.
func (c Costs) choose(turns []turn) Bands {
	a, o := c.surfaceOf(turns).lowest()
	return Bands{Answer: float64(a) / steps, Offer: float64(o) / steps}
}
