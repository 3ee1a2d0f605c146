package app

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhuomo/evaluate"
	"zhuomo/internal/spec"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/track"
	"zhuomo/track/mlflow"
	"zhuomo/tune"
)

// Part is where a row of gold goes when a model is made and judged.
type Part string

const (
	PartTrain Part = "train"
	PartDev   Part = "dev"
	PartTest  Part = "test"
)

// partOf splits by conversation, so that no conversation is on both sides: of a
// hundred sessions twenty go to test and ten to dev. Sets with a split of their
// own begin the session with "train:" or "test:"; corrections of live turns,
// which have none, are for training.
func partOf(session string) Part {
	switch {
	case session == "", strings.HasPrefix(session, "train:"):
		return PartTrain
	case strings.HasPrefix(session, "test:"):
		return PartTest
	}
	h := fnv.New32a()
	h.Write([]byte(session))
	switch n := h.Sum32() % 100; {
	case n < 20:
		return PartTest
	case n < 30:
		return PartDev
	}
	return PartTrain
}

// groupOf is what must stay on one side of the split: a conversation; a text,
// where the data has no conversations; nothing for a correction.
func groupOf(row label.Gold) string {
	if row.Session == "" && (row.TaskID != "" || row.AdoptionID != "") {
		return row.TextHash
	}
	return row.Session
}

// gold makes examples of the settled rows of a product.
type gold struct{ label *label.Service }

// lesson is a product's gold, split.
type lesson struct {
	train, dev, test learn.Data
	guideline        label.SavedGuideline
	version          string // of the data of most rows
	simulated        bool
}

func (g gold) lesson(ctx context.Context, product string) (lesson, error) {
	var l lesson
	var err error
	if l.guideline, err = g.label.LatestGuideline(ctx, product); err != nil {
		return l, err
	}
	task, names := learn.Single, l.guideline.Guideline.LabelIDs()
	if l.guideline.Guideline.Multi {
		task = learn.Multi
	}
	index := make(map[string]int, len(names))
	for i, name := range names {
		index[name] = i
	}
	for _, d := range []*learn.Data{&l.train, &l.dev, &l.test} {
		d.Task, d.Labels = task, names
	}
	err = g.label.Gold(ctx, product, func(row label.Gold) error {
		group := groupOf(row)
		e := learn.Example{RowID: row.RowID, Text: row.Text, History: said(row.Context), Group: group}
		for _, name := range row.Labels {
			if i, known := index[name]; known { // a label that the newest guideline dropped teaches nothing
				e.Labels = append(e.Labels, i)
			}
		}
		if len(e.Labels) == 0 && (len(row.Labels) > 0 || task == learn.Single) {
			return nil
		}
		if group == "" {
			e.Weight = correctionWeight
		}
		l.simulated = l.simulated || row.Simulated
		if row.VersionID != "" {
			l.version = row.VersionID
		}
		switch partOf(group) {
		case PartTest:
			l.test.Examples = append(l.test.Examples, e)
		case PartDev:
			l.dev.Examples = append(l.dev.Examples, e)
		default:
			l.train.Examples = append(l.train.Examples, e)
		}
		return nil
	})
	return l, err
}

// correctionWeight is how much a corrected live turn counts against an ordinary row.
const correctionWeight = 4

func said(lines []label.Line) []learn.Said {
	out := make([]learn.Said, len(lines))
	for i, line := range lines {
		out[i] = learn.Said{Who: learn.Customer, Text: line.Text}
		if line.Who == label.Agent {
			out[i].Who = learn.Product
		}
	}
	return out
}

// all is what the final model learns from: train and dev; the learner holds a
// part back by itself to calibrate on.
func (l lesson) all() learn.Data {
	d := l.train
	d.Examples = append(append([]learn.Example(nil), l.train.Examples...), l.dev.Examples...)
	return d
}

// whole is all gold.
func (l lesson) whole() learn.Data {
	d := l.all()
	d.Examples = append(d.Examples, l.test.Examples...)
	return d
}

// Examples gives a product's lesson to the learning stage.
func (g gold) Examples(ctx context.Context, product, _ string) (learn.Lesson, error) {
	l, err := g.lesson(ctx, product)
	return learn.Lesson{
		Data: l.all(), VersionID: l.version, GuidelineVersion: strconv.Itoa(l.guideline.Version), Simulated: l.simulated,
	}, err
}

// Texts tells what rows of gold say.
func (g gold) Texts(ctx context.Context, product string, rowIDs []string) (map[string]string, error) {
	texts := make(map[string]string, len(rowIDs))
	for _, id := range rowIDs {
		row, err := g.label.GoldOf(ctx, product, id)
		switch {
		case err == nil:
			texts[id] = row.Text
		case !errors.Is(err, label.NoGold):
			return nil, err
		}
	}
	return texts, nil
}

// Prepare gives the objective: fit on train, measure on dev.
func (t tuning) Prepare(ctx context.Context, product, component, figure string, seed uint64) (spec.Spec, tune.Objective, error) {
	data, err := t.gold.lesson(ctx, product)
	if err != nil {
		return spec.Spec{}, nil, err
	}
	of, err := t.subject(ctx, product, component, data)
	if err != nil {
		return spec.Spec{}, nil, err
	}
	fit := func(ctx context.Context, values spec.Values) (learn.Model, int, error) {
		train, values, err := of.at(ctx, values, data.train)
		if err != nil {
			return nil, 0, err
		}
		m, err := of.learner.Fit(ctx, train, values, learn.Options{Seed: seed})
		return m, len(train.Examples), err
	}
	if figure == "" {
		figure = "exact"
	}
	inputs := inputsOf(data.dev)
	// What the defaults say to each row, learnt with the first trial.
	usual := sync.OnceValues(func() ([]learn.Prediction, error) {
		values, err := of.spec.Fill(nil)
		if err != nil {
			return nil, err
		}
		m, _, err := fit(ctx, values)
		if err != nil {
			return nil, err
		}
		return m.Predict(ctx, inputs)
	})
	return of.spec, func(ctx context.Context, values spec.Values) (tune.Measured, error) {
		m, taught, err := fit(ctx, values)
		if err != nil {
			return tune.Measured{}, err
		}
		began := time.Now() // what is measured is real time
		answers, err := m.Predict(ctx, inputs)
		if err != nil {
			return tune.Measured{}, err
		}
		took := time.Since(began)
		var size byteCount
		if err := m.Save(&size); err != nil {
			return tune.Measured{}, err
		}
		before, err := usual()
		if err != nil {
			return tune.Measured{}, err
		}
		figures, flips := evaluate.Values(data.dev, answers), evaluate.Compare(data.dev, before, answers)
		figures[tune.FixedRows], figures[tune.BrokenRows], figures[tune.PairedP] = float64(flips.Fixed), float64(flips.Broken), flips.P
		figures[tune.SizeBytes], figures[tune.RowUS] = float64(size), float64(took.Nanoseconds())/1000/float64(max(1, len(inputs)))
		figures[tune.TaughtRows] = float64(taught)
		return tune.Measured{Score: figures[figure], Figures: figures}, nil
	}, nil
}

// byteCount is a writer that only counts.
type byteCount int

func (c *byteCount) Write(p []byte) (int, error) {
	*c += byteCount(len(p))
	return len(p), nil
}

func inputsOf(d learn.Data) []learn.Input {
	inputs := make([]learn.Input, len(d.Examples))
	for i, e := range d.Examples {
		inputs[i] = e.Input()
	}
	return inputs
}

// suggestions let the desk show what the newest model thinks of a task.
type suggestions struct{ a *App }

func (s suggestions) Suggest(ctx context.Context, product string, asked []label.Asked) ([][]label.Scored, error) {
	out := make([][]label.Scored, len(asked))
	m, err := s.a.Stages.Learn.Newest(ctx, product)
	if errors.Is(err, learn.NoSuchModel) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	inputs := make([]learn.Input, len(asked))
	for i, q := range asked {
		inputs[i] = learn.Input{Text: q.Text, History: said(q.Context)}
	}
	answers, err := m.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	for i, answer := range answers {
		for _, l := range answer.Scores[:min(suggested, len(answer.Scores))] {
			out[i] = append(out[i], label.Scored{Label: l.Label, Score: float64(l.P)})
		}
	}
	return out, nil
}

// Answer gives what the newest model decides on each text.
func (s suggestions) Answer(ctx context.Context, product string, asked []label.Asked) ([][]string, string, error) {
	made, m, err := s.a.Stages.Learn.Open(ctx, product, "latest")
	if errors.Is(err, learn.NoSuchModel) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	inputs := make([]learn.Input, len(asked))
	for i, q := range asked {
		inputs[i] = learn.Input{Text: q.Text, History: said(q.Context)}
	}
	answers, err := m.Predict(ctx, inputs)
	out := make([][]string, len(answers))
	for i, answer := range answers {
		out[i] = answer.Chosen()
	}
	return out, "m" + strconv.Itoa(made.Number), err
}

// suggested is how many labels the desk is told of.
const suggested = 3

// ledger writes down how models came to be.
type ledger struct{ a *App }

func (l ledger) ModelMade(ctx context.Context, m learn.Made, loggedRun string) error {
	run := track.Run{
		ProductID: m.ProductID, Kind: "train", Name: "m" + strconv.Itoa(m.Number), ActorID: m.ActorID, Seed: int64(m.Seed),
		Simulated: m.Simulated, Params: m.Params, Metrics: m.Metrics, Seconds: m.Seconds,
		Outputs: []track.Ref{{Kind: track.KindModel, ID: m.ID}},
	}
	if m.DataVersion != "" {
		run.Inputs = append(run.Inputs, track.Ref{Kind: track.KindVersion, ID: m.DataVersion})
	}
	if m.GuidelineVersion != "" {
		run.Inputs = append(run.Inputs, guidelineRef(m.ProductID, m.GuidelineVersion))
	}
	if loggedRun != "" {
		run.Inputs = append(run.Inputs, mlflow.RunRef(loggedRun))
	}
	_, err := l.a.Stages.Track.Record(ctx, run)
	return err
}
