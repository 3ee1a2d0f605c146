package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zhuomo/dataset"
	"zhuomo/feedback"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
)

// fixBench is `bench fix`: a product on BANKING77's own split, a model, a flow,
// a suite, a gate, a release; then sentences of the test part that the live
// product answers wrong are said to it, corrected, and timed until the product
// is live again.
type fixBench struct {
	sets        string
	fixes, rows int

	a           *App
	product     dataset.Product
	train, test []asked
	labels      []string
	said        map[string][]string // labels of a row
}

// asked is one row of the set.
type asked struct{ text, label string }

// fixFigures are what it measured.
type fixFigures struct {
	MedianS   float64        `json:"median_s" table:"中位秒|median s"`
	P90S      float64        `json:"p90_s" table:"p90 秒|p90 s"`
	WorstS    float64        `json:"worst_s" table:"最慢秒|worst s"`
	UndoMS    float64        `json:"undo_ms" table:"撤回 ms|undo ms"` // the median
	UndoMaxMS float64        `json:"undo_max_ms" table:"撤回最慢 ms|undo max ms"`
	Gate      string         `json:"gate" table:"门禁|gate"` // what a fix had to pass
	Fixes     int            `json:"fixes" table:"修正|fixes"`
	Live      int            `json:"live" table:"上线|live"`     // that passed the gate
	Learnt    int            `json:"learnt" table:"学会|learnt"` // after which the sentence is answered right
	Rows      int            `json:"rows" table:"训练行|rows"`
	Exact     float64        `json:"exact" table:"首个模型全对率|exact"` // of the first model on the test part
	Parts     feedback.Clock `json:"parts" table:"各段中位|parts"`    // medians
}

func (o *fixBench) run(ctx context.Context, e *command.Env) (err error) {
	folder := filepath.Join(cmp.Or(o.sets, os.Getenv("ZHUOMO_SETS")), "banking77")
	if _, err := os.Stat(filepath.Join(folder, "train.csv")); err != nil {
		return NoSets.With("set", "banking77").Because(err)
	}
	if o.train, err = readAsked(filepath.Join(folder, "train.csv")); err != nil {
		return err
	}
	if o.test, err = readAsked(filepath.Join(folder, "test.csv")); err != nil {
		return err
	}
	if o.rows > 0 && o.rows < len(o.train) {
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(o.train), func(i, j int) { o.train[i], o.train[j] = o.train[j], o.train[i] })
		o.train = o.train[:o.rows]
	}
	data, err := os.MkdirTemp("", "zhuomo-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	if o.a, err = Open(ctx, Options{DataFolder: data, Log: fileLog(data)}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.a.Close(context.WithoutCancel(ctx))) }()
	ctx = api.WithActor(ctx, o.a.Owner.Actor())
	f, err := o.measure(ctx)
	if err != nil {
		return err
	}
	return e.Print(f)
}

// readAsked reads a CSV of text and category.
func readAsked(path string) ([]asked, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	var out []asked
	for _, r := range records[1:] {
		out = append(out, asked{r[0], strings.ToLower(strings.Trim(r[1], "?"))})
	}
	return out, nil
}

func (o *fixBench) measure(ctx context.Context) (fixFigures, error) {
	f := fixFigures{Rows: len(o.train)}
	guide, err := o.teach(ctx)
	if err != nil {
		return f, err
	}
	d := demo{a: o.a}
	job, err := o.a.Stages.Learn.StartTrain(ctx, learn.Order{ProductID: o.product.ID, Seed: 1, Actor: o.a.Owner.ID})
	if err == nil {
		err = d.wait(ctx, job)
	}
	if err != nil {
		return f, err
	}
	made, model, err := o.a.Stages.Learn.Open(ctx, o.product.ID, "latest")
	if err != nil {
		return f, err
	}
	if err := o.goLive(ctx, &f, guide, made, model); err != nil {
		return f, err
	}
	wrong, err := o.wrong(ctx, model)
	if err != nil {
		return f, err
	}
	if err := o.a.Stages.Feedback.Warm(ctx, o.product.ID); err != nil {
		return f, err
	}
	return f, o.mend(ctx, &f, wrong)
}

// teach keeps the set as rows with gold: imported, labelled by its own labels,
// settled.
func (o *fixBench) teach(ctx context.Context) (label.SavedGuideline, error) {
	var none label.SavedGuideline
	data := o.a.Stages.Data
	var err error
	if o.product, err = data.CreateProduct(ctx, "BANKING77"); err != nil {
		return none, err
	}
	set, err := data.Create(ctx, o.product.ID, "questions")
	if err != nil {
		return none, err
	}
	o.said = map[string][]string{}
	known := map[string]bool{}
	schema := dataset.Schema{Columns: []dataset.Column{{Name: "session"}, {Name: "text"}}}
	version, err := data.Build(ctx, dataset.Draft{DatasetID: set.ID, Schema: schema}, func(add func(dataset.Row) error) error {
		n := 0
		for _, part := range []struct {
			name string
			rows []asked
		}{{"train", o.train}, {"test", o.test}} {
			for i, q := range part.rows {
				n++
				id := dataset.NewRowID("banking77", "", n)
				o.said[string(id)], known[q.label] = []string{q.label}, true
				if err := add(dataset.Row{ID: id, Values: []string{fmt.Sprintf("%s:%d", part.name, i), q.text}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return none, err
	}
	for name := range known {
		o.labels = append(o.labels, name)
	}
	slices.Sort(o.labels)
	document, err := o.guideline()
	if err != nil {
		return none, err
	}
	guide, err := o.a.Stages.Label.SaveGuideline(ctx, o.product.ID, o.a.Owner.ID, string(document), 0)
	if err != nil {
		return none, err
	}
	d := demo{a: o.a, labelling: labelling{guide: guide}}
	if d.queue, err = o.a.Stages.Label.OpenQueue(ctx, o.product.ID, label.QueueOrder{
		Name: "banking77", VersionID: version.ID, GuidelineID: guide.ID, TextColumn: "text", SessionColumn: "session",
	}); err != nil {
		return none, err
	}
	// The set's own labels, taken over as they are.
	person := label.NewSimulated("sim-01", 1, label.ErrorModel{})
	if err := d.work(ctx, person, o.labels, func(row string) []string { return o.said[row] }); err != nil {
		return none, err
	}
	_, err = o.a.Stages.Label.Settle(ctx, d.queue.ID)
	return guide, err
}

// wrong finds questions of the test part that the model answers wrong.
func (o *fixBench) wrong(ctx context.Context, model learn.Model) ([]asked, error) {
	inputs := make([]learn.Input, len(o.test))
	for i, q := range o.test {
		inputs[i] = learn.Input{Text: q.text}
	}
	answers, err := model.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	var out []asked
	seen := map[string]bool{}
	for i, a := range answers {
		if q := o.test[i]; a.Top().Label != q.label && !seen[q.text] {
			seen[q.text] = true
			out = append(out, q)
		}
	}
	if len(out) < o.fixes {
		return nil, fmt.Errorf("the model is wrong %d times only, fewer than the %d errors to correct", len(out), o.fixes)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:o.fixes], nil
}

// mend says each wrong question to the live product and corrects the answer.
// Every fourth fix is taken back, to time that too; the others stay, so that
// fixes add up. Only fixes that went live are timed.
func (o *fixBench) mend(ctx context.Context, f *fixFigures, wrong []asked) error {
	session, _, err := o.a.Stages.Serve.Begin(ctx, o.product.ID, "bench", "")
	if err != nil {
		return err
	}
	var took, back []time.Duration
	parts := map[string][]time.Duration{}
	for _, q := range wrong {
		turn, err := o.a.Stages.Serve.Say(ctx, session.ID, serve.Message{Text: q.text, TurnID: db.NewID(time.Now())})
		if err != nil {
			return err
		}
		fixed, err := o.a.Stages.Feedback.Fix(ctx, turn.ID, []string{q.label}, o.a.Owner.ID)
		if err != nil {
			return err
		}
		f.Fixes++
		c := fixed.Clock
		if fixed.State != feedback.Live {
			continue
		}
		took = append(took, seconds(fixed.Seconds))
		for name, s := range map[string]float64{"relabel": c.Relabel, "train": c.Train, "test": c.Test, "gate": c.Gate, "release": c.Release} {
			parts[name] = append(parts[name], seconds(s))
		}
		if fixed.Learnt {
			f.Learnt++
		}
		f.Live++
		if f.Live%4 != 1 { // most stay, so that the fixes add up
			continue
		}
		began := time.Now()
		if _, err := o.a.Stages.Feedback.TakeBack(ctx, fixed.ID, o.a.Owner.ID); err != nil {
			return err
		}
		back = append(back, time.Since(began))
	}
	slices.Sort(took)
	slices.Sort(back)
	middleS := func(times []time.Duration) float64 { return round(middle(times) / 1000) }
	f.MedianS, f.P90S, f.WorstS = middleS(took), round(quantile(took, .9)/1000), round(quantile(took, 1)/1000)
	f.UndoMS, f.UndoMaxMS = round(middle(back)), round(quantile(back, 1))
	f.Parts = feedback.Clock{Relabel: middleS(parts["relabel"]), Train: middleS(parts["train"]), Test: middleS(parts["test"]),
		Gate: middleS(parts["gate"]), Release: middleS(parts["release"])}
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
