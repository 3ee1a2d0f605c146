package tune_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
	"zhuomo/tune"
	"zhuomo/tune/sampler"
)

func TestASearchEndsWhenMoreIsNotWorthIt(t *testing.T) {
	o := options(t)
	o.Space, o.Sampler, o.Trials = space(t, "rate", "share"), sampler.Gaussian(), 80
	o.Forecast, o.Worth = sampler.Forecast, .001
	out, err := tune.Search(t.Context(), o, hill)
	if err != nil || len(out.Trials) > 60 || len(out.Trials) < 10 || out.Best.Score < -.01 {
		t.Fatalf("%d trials, best %.4f: %v", len(out.Trials), out.Best.Score, err)
	}
	last := out.Trials[len(out.Trials)-1]
	if gain, told := last.Figures[tune.NextGain]; !told || 10*gain >= .001 {
		t.Errorf("the last trial foresees %v (%v)", gain, told)
	}
	o.Worth, o.Known = 0, out.Trials // who wants to goes on
	more, err := tune.Search(t.Context(), o, hill)
	if err != nil || len(more.Trials) != 80 {
		t.Errorf("%d trials, %v", len(more.Trials), err)
	}
}

func TestAnEndedStudyGoesOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d, &bench{}, nil)
		study, err := s.Create(t.Context(), tune.Study{ProductID: "p", Objective: "exact", Trials: 4, Worth: .5})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.More(t.Context(), "p", study.ID, 3); !errors.Is(err, tune.StudyRuns) {
			t.Fatalf("more of what runs: %v", err)
		}
		if _, err := s.Run(t.Context(), "p", study.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.More(t.Context(), "p", study.ID, 0); !errors.Is(err, tune.NoBudget) {
			t.Errorf("no more: %v", err)
		}
		if _, err := s.More(t.Context(), "p", "s1", 3); err != nil {
			t.Fatal(err)
		}
		out, err := s.Run(t.Context(), "p", study.ID, nil)
		after, gone := s.Study(t.Context(), "p", study.ID)
		if err != nil || gone != nil || len(out.Trials) != 7 || after.Trials != 7 || after.State != tune.Done || after.Worth != 0 {
			t.Errorf("%d trials, %+v, %v %v", len(out.Trials), after, err, gone)
		}
	})
}

// On pools of real tuning tasks the best score rises after the stop, in ten more trials,
// by less than what was stated, in the mean over the tasks.
func TestWhatFollowsTheStopIsNotWorthIt(t *testing.T) {
	dials, pools := lcbench(t)
	const worth = .005
	var after, trials, left float64
	ended := 0
	for task, pool := range pools {
		of := spec.Spec{Name: "tune.pool.v1", Params: dials}
		in, err := tune.NewSpace(of, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		o := tune.StudyOptions{Space: in, Sampler: sampler.Gaussian(), Seed: 1, Trials: 100, Now: time.Now, Forecast: sampler.Forecast, Worth: worth}
		out, err := tune.Search(t.Context(), o, pool.nearest(in))
		if err != nil {
			t.Fatal(err)
		}
		o.Worth, o.Forecast, o.Known, o.Trials = 0, nil, out.Trials, len(out.Trials)+10
		more, err := tune.Search(t.Context(), o, pool.nearest(in))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: stops after %d at %.4f, ten more bring %.4f, the pool's best is %.4f", task, len(out.Trials), out.Best.Score, more.Best.Score-out.Best.Score, pool.best)
		if len(out.Trials) < 100 {
			ended++
		}
		after += (more.Best.Score - out.Best.Score) / float64(len(pools))
		trials += float64(len(out.Trials)) / float64(len(pools))
		left += (pool.best - out.Best.Score) / float64(len(pools))
	}
	t.Logf("mean: %.1f trials, ten more bring %.4f (stated %.4f), left to the best of 500 %.4f", trials, after, worth, left)
	if ended == 0 {
		t.Error("no search ended before its hundred trials")
	}
	if after > worth {
		t.Errorf("ten more bring %.4f, stated was %.4f", after, worth)
	}
}

// pool is a table of places that were tried, with their scores.
type pool struct {
	values []spec.Values
	scores []float64
	best   float64
}

// nearest answers with the score of the nearest row.
func (p pool) nearest(in tune.Space) tune.Objective {
	points := make([][]float64, len(p.values))
	for i, v := range p.values {
		points[i] = in.Point(v)
	}
	return func(_ context.Context, v spec.Values) (tune.Measured, error) {
		at, near := in.Point(v), math.Inf(1)
		var score float64
		for i, q := range points {
			var square float64
			for d := range q {
				square += (q[d] - at[d]) * (q[d] - at[d])
			}
			if square < near {
				near, score = square, p.scores[i]
			}
		}
		return tune.Measured{Score: score}, nil
	}
}

// lcbench are 500 settings of neural networks on each of eight tasks, after 52 epochs.
func lcbench(t *testing.T) ([]spec.Param, map[string]pool) {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	f, err := os.Open(filepath.Join(root, "hpo-lcbench", "lcbench_8tasks.csv.gz"))
	if root == "" || err != nil {
		t.Skip("needs the set hpo-lcbench: set ZHUOMO_SETS")
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range table[0] {
		column[name] = i
	}
	text := spec.Text{ZH: "参数", EN: "parameter"}
	number := func(name string, kind spec.Kind, low, high float64, log bool) spec.Param {
		p := spec.Param{Name: name, Kind: kind, Title: text, Help: text, Min: low, Max: high, Log: log, Tune: true, Default: low}
		if kind == spec.Int {
			p.Default = int(low)
		}
		return p
	}
	dials := []spec.Param{
		number("batch_size", spec.Int, 16, 512, true), number("learning_rate", spec.Float, 1e-4, .1, true), number("momentum", spec.Float, .1, .99, false),
		number("weight_decay", spec.Float, 1e-5, .1, false), number("num_layers", spec.Int, 1, 5, false), number("max_units", spec.Int, 64, 1024, true),
		number("max_dropout", spec.Float, 0, 1, false),
	}
	pools := map[string]pool{}
	for _, row := range table[1:] {
		if row[column["epoch"]] != "52" {
			continue
		}
		v := spec.Values{}
		for _, d := range dials {
			x, err := strconv.ParseFloat(row[column[d.Name]], 64)
			if err != nil {
				t.Fatal(err)
			}
			if v[d.Name] = x; d.Kind == spec.Int {
				v[d.Name] = int(x)
			}
		}
		score, err := strconv.ParseFloat(row[column["val_balanced_accuracy"]], 64)
		if err != nil {
			t.Fatal(err)
		}
		p := pools[row[column["openml_task_id"]]]
		p.values, p.scores, p.best = append(p.values, v), append(p.scores, score), max(p.best, score)
		pools[row[column["openml_task_id"]]] = p
	}
	return dials, pools
}
