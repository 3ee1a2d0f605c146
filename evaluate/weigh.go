package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"zhuomo/learn"
)

// SavedCosts is the table of costs that a product goes by.
type SavedCosts struct {
	Version int       `json:"version" doc:"0 是还没写过，用的是示例|0: none was written, these are an example"`
	Costs   Costs     `json:"costs"`
	ActorID string    `json:"actor_id,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// exampleCosts show what a table looks like until a product has its own.
var exampleCosts = Costs{Currency: "元", Wrong: 5, Missed: 20, Handover: 8, Ask: 2, Person: []string{}, Turns: 10_000}

// Costs gives the newest table of a product, the example when there is none.
func (s *Service) Costs(ctx context.Context, product string) (SavedCosts, error) {
	saved, err := s.text(ctx, product, kindCosts)
	if err != nil || saved.Version == 0 {
		return SavedCosts{Costs: exampleCosts}, err
	}
	out := SavedCosts{Version: saved.Version, ActorID: saved.ActorID, At: saved.At}
	if err := json.Unmarshal([]byte(saved.Text), &out.Costs); err != nil {
		return out, fmt.Errorf("read kept costs: %w", err)
	}
	return out, nil
}

// SaveCosts keeps a new version of a product's costs. Fault: NothingCosts.
func (s *Service) SaveCosts(ctx context.Context, product, actor string, c Costs) (SavedCosts, error) {
	if c.Wrong+c.Missed+c.Handover+c.Ask <= 0 {
		return SavedCosts{}, NothingCosts.With().At("wrong")
	}
	if c.Person == nil {
		c.Person = []string{}
	}
	slices.Sort(c.Person)
	c.Person = slices.Compact(c.Person)
	text, err := json.Marshal(c)
	if err != nil {
		return SavedCosts{}, err
	}
	saved, err := s.saveText(ctx, product, kindCosts, actor, string(text))
	return SavedCosts{Version: saved.Version, Costs: c, ActorID: saved.ActorID, At: saved.At}, err
}

// Bill is what rows cost within bands.
type Bill struct {
	Bands
	Per1000 float64         `json:"per_1000" table:"每千轮|1,000 turns" doc:"每千轮花多少|cost of 1,000 turns"`
	Counts  map[Outcome]int `json:"counts" table:"行数|rows" doc:"各种结果各几行|rows of each outcome"`
}

// Saving is what the better bands save on rows that did not choose them.
type Saving struct {
	Per1000 float64 `json:"per_1000" table:"每千轮|1,000 turns" doc:"每千轮省多少|saved on 1,000 turns"`
	Low     float64 `json:"low" table:"下限|low" doc:"每千轮省多少的 95% 区间下限|lower end of its 95 % interval"`
	High    float64 `json:"high" table:"上限|high" doc:"上限|upper end"`
	Month   float64 `json:"month" table:"每月|a month" doc:"每月省多少|saved in a month"`
	Sure    bool    `json:"sure" table:"肯定|sure" doc:"区间全在零以上|the whole interval lies above zero"`
}

// Weighed tells what a product's bands cost, and which cost least.
type Weighed struct {
	ModelID      string      `json:"model_id"`
	CostsVersion int         `json:"costs_version" table:"费用表版本|version of the costs"`
	Costs        Costs       `json:"costs" table:"费用|costs"`
	ChosenRows   int         `json:"chosen_rows" table:"选用的行|rows that chose" doc:"选阈值用的行：模型学过的行，每行由没学过它的模型来答；0 是还没选|rows that chose: those that the model learns from, each answered by a model that had not learnt it; 0 before"`
	ShownRows    int         `json:"shown_rows" table:"算钱的行|rows that are billed" doc:"测试部分的行，没参与选|rows of the test part, which had no part in choosing"`
	Now          Bill        `json:"now" table:"现在|now"`
	Best         *Bill       `json:"best,omitempty" table:"最省|cheapest" doc:"还没算过时没有|absent before it was chosen"`
	Possible     Bill        `json:"possible" table:"事后最省|best in hindsight" doc:"事后看测试部分，最省能到多少|the least that there was on the test part, in hindsight"`
	Saving       *Saving     `json:"saving,omitempty" table:"省|saving"`
	Curve        []CostPoint `json:"curve" table:"曲线|curve" doc:"答的界从 0 到 1，每千轮花多少|cost by the answer border, from 0 to 1"`
	Unknown      []string    `json:"unknown" table:"不认识的标签|unknown labels" doc:"费用表里有、金标里没有的标签|labels of the table that no gold has"`
	Simulated    bool        `json:"simulated"`
}

// CostPoint is the cost at one answer border, with the best offer border, or that of now
// before one was chosen (the answer border where that is lower).
type CostPoint struct {
	Answer  float64 `json:"answer" table:"直接办|act from"`
	Per1000 float64 `json:"per_1000" table:"每千轮|1,000 turns"`
	Acted   float64 `json:"acted" table:"自己办|acted on" doc:"自己办的占多少（0–1）|share acted on (0–1)"`
}

const weighSeed = 5 // of the interval

// crossedRow is what is kept of a row that was answered by a model which did not
// learn from it: enough to weigh it by any costs.
type crossedRow struct {
	Gold    []string           `json:"gold,omitempty"`
	Top     []learn.LabelScore `json:"top"`
	Foreign bool               `json:"foreign,omitempty"`
}

// crossRows answers the rows that a model learns from fold by fold and keeps that.
// Faults: those of the bench; TooFewToWeigh.
func (s *Service) crossRows(ctx context.Context, product, model string, progress func(done, total int)) error {
	school, err := s.needs.Bench.School(ctx, product, model)
	if err != nil {
		return err
	}
	all := school.Train
	all.Examples = slices.Concat(school.Train.Examples, school.Dev.Examples)
	progress(0, crossFolds)
	judged, said, err := crossAnswers(ctx, all, func(ctx context.Context, d learn.Data) (learn.Model, error) {
		m, _, err := school.Fit(ctx, d)
		return m, err
	}, func(done int) { progress(done, crossFolds) })
	if err != nil {
		return err
	}
	if said == nil {
		return TooFewToWeigh.With("least", leastGroups)
	}
	rows := make([]crossedRow, len(said))
	for i, p := range said {
		rows[i] = crossedRow{goldOf(judged, judged.Examples[i]), p.Scores[:min(maxActs, len(p.Scores))], p.Foreign}
	}
	return s.keepOfModel(ctx, ofCrossed, product, school.ModelID, rows)
}

// Weigh tells what a model's answers cost within the bands of now (nil: those of
// the product's flow), and chooses bands on the rows it learns from, as models
// that had not seen them answered; all costs that it tells are those of the model
// itself on the test part.
//
// Before a first job nothing is chosen: Best and Saving are nil.
//
// Faults: those of the bench; NothingToJudge.
func (s *Service) Weigh(ctx context.Context, product, model string, now *Bands) (Weighed, error) {
	saved, err := s.Costs(ctx, product)
	if err != nil {
		return Weighed{}, err
	}
	if now == nil {
		flow, err := s.needs.Bench.Bands(ctx, product)
		if err != nil {
			return Weighed{}, err
		}
		now = &flow
	}
	test, said, err := s.answered(ctx, product, model, "test")
	if err != nil {
		return Weighed{}, err
	}
	var rows []crossedRow
	if err := s.ofModel(ctx, ofCrossed, product, test.ModelID, &rows); err != nil {
		return Weighed{}, err
	}
	c := saved.Costs
	on, shown := make([]turn, len(rows)), make([]turn, len(said))
	for i, r := range rows {
		on[i] = c.turnOf(r.Gold, learn.Prediction{Scores: r.Top, Foreign: r.Foreign})
	}
	for i, p := range said {
		shown[i] = c.turnOf(goldOf(test.Data, test.Data.Examples[i]), p)
	}
	w := weigh(c, *now, on, shown)
	w.ModelID, w.CostsVersion, w.Simulated = test.ModelID, saved.Version, test.Simulated
	for _, p := range c.Person {
		if !slices.Contains(test.Data.Labels, p) {
			w.Unknown = append(w.Unknown, p)
		}
	}
	return w, nil
}

// weigh chooses on some turns, where there are any, and tells on others.
func weigh(c Costs, now Bands, on, shown []turn) Weighed {
	s := c.surfaceOf(shown)
	a, o := s.lowest()
	w := Weighed{Costs: c, ChosenRows: len(on), ShownRows: len(shown), Now: c.bill(shown, now),
		Possible: c.bill(shown, Bands{float64(a) / steps, float64(o) / steps}), Unknown: []string{}}
	offer := now.Offer
	if len(on) > 0 {
		best := c.choose(on)
		bill, saving := c.bill(shown, best), c.saving(shown, now, best)
		w.Best, w.Saving, offer = &bill, &saving, best.Offer
	}
	n := float64(len(shown))
	for k := range steps + 1 {
		p := CostPoint{Answer: float64(k) / steps}
		p.Per1000 = 1000 * s[k][min(k, int(offer*steps+.5))] / n
		for _, t := range shown {
			if t.p[0] > 0 && t.p[0] >= p.Answer {
				p.Acted += 1 / n
			}
		}
		w.Curve = append(w.Curve, p)
	}
	return w
}

func (c Costs) bill(turns []turn, b Bands) Bill {
	out := Bill{Bands: b, Counts: map[Outcome]int{}}
	for _, o := range Outcomes {
		out.Counts[o] = 0
	}
	for _, t := range turns {
		o := t.outcome(b)
		out.Counts[o]++
		out.Per1000 += 1000 * c.of(o) / float64(len(turns))
	}
	return out
}

// saving is the paired difference of two bands on the same turns.
//
// Source: Efron 1979 (bootstrap), percentile interval.
func (c Costs) saving(turns []turn, now, best Bands) Saving {
	each := make([]float64, len(turns))
	for i, t := range turns {
		each[i] = 1000 * (c.of(t.outcome(now)) - c.of(t.outcome(best))) / float64(len(turns))
	}
	var s Saving
	for _, v := range each {
		s.Per1000 += v
	}
	rng := rand.New(rand.NewPCG(weighSeed, 0x5a))
	sums := make([]float64, 1000)
	for i := range sums {
		for range each {
			sums[i] += each[rng.IntN(len(each))]
		}
	}
	slices.Sort(sums)
	s.Low, s.High = sums[25], sums[974]
	s.Sure = s.Low > 0
	s.Month = s.Per1000 * float64(c.Turns) / 1000
	return s
}
