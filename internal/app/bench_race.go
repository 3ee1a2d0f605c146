package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"zhuomo/evaluate"
	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/tune"
)

// raceAsked is one line of `bench race`: rows to learn from and to judge the end by, and
// how to search.
type raceAsked struct {
	Rows   []raceRow   `json:"rows"`
	Test   []raceRow   `json:"test"`
	Trials int         `json:"trials"`
	Seed   uint64      `json:"seed"`
	Race   tune.Racing `json:"race"`
}

type raceRow struct{ Text, Label string }

// raceFound is what both searches of `bench race` come to.
type raceFound struct {
	Race         raceArm `json:"race"`
	Full         raceArm `json:"full"`           // every trial on every fold
	BetterStop   int     `json:"better_stopped"` // on all folds, measured afterwards, as good as the best of then
	Stopped      int     `json:"stopped"`
	Aside        int     `json:"aside"`
	TestDefaults int     `json:"test_defaults"` // rows of the test that the defaults have right
	TestRows     int     `json:"test_rows"`
}

type raceArm struct {
	Fits    int         `json:"fits"`
	Seconds float64     `json:"seconds"`
	Score   float64     `json:"score"`
	Test    int         `json:"test"` // rows of the test right
	Values  spec.Values `json:"values"`
}

func benchRace() command.Special {
	return command.Special{
		Use: "bench race", ZH: "竞速：从标准输入逐行收 JSON（样例和设置），竞速和全量各搜一遍，比用了多少次拟合、找到的一样好不好",
		EN: "race: takes JSON lines (examples and settings), searches by racing and by measuring everything, and compares fits and what was found",
		Run: func(ctx context.Context, _ *command.Env, _ []string) error {
			lines, answers := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
			for ctx.Err() == nil {
				var asked raceAsked
				if err := lines.Decode(&asked); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return BenchBroken.With("what", "a line is not JSON").Because(err)
				}
				found, err := raceBoth(ctx, asked)
				if err != nil {
					return err
				}
				if err := answers.Encode(found); err != nil {
					return err
				}
			}
			return ctx.Err()
		},
	}
}

// raceData numbers labels as they come.
func raceData(labels []string, rows []raceRow) learn.Data {
	d := learn.Data{Task: learn.Single, Labels: labels}
	for i, r := range rows {
		at := slices.Index(d.Labels, r.Label)
		if at < 0 {
			at, d.Labels = len(d.Labels), append(d.Labels, r.Label)
		}
		d.Examples = append(d.Examples, learn.Example{RowID: strconv.Itoa(i), Text: r.Text, Labels: []int{at}, Group: r.Text})
	}
	return d
}

func raceBoth(ctx context.Context, asked raceAsked) (out raceFound, err error) {
	l := builtin.Learners()[0]
	data := raceData(nil, asked.Rows)
	test := raceData(slices.Clone(data.Labels), asked.Test)
	folds, err := foldsOf(learning(l), data, asked.Race.Folds, asked.Seed)
	if err != nil {
		return out, err
	}
	space, err := tune.NewSpace(l.Spec(), nil, nil, nil)
	if err != nil {
		return out, err
	}
	arm := &out.Race
	measure := folds.Measure
	folds.Measure = func(ctx context.Context, v spec.Values, f int) ([]bool, error) {
		arm.Fits++
		return measure(ctx, v, f)
	}
	full := func(ctx context.Context, v spec.Values) (tune.Measured, error) {
		var good, rows int
		for f := range folds.Groups {
			right, err := folds.Measure(ctx, v, f)
			if err != nil {
				return tune.Measured{}, err
			}
			for _, r := range right {
				if rows++; r {
					good++
				}
			}
		}
		return tune.Measured{Score: float64(good) / float64(rows)}, nil
	}
	o := tune.StudyOptions{Space: space, Sampler: builtin.Samplers()[0], Seed: asked.Seed, Trials: asked.Trials, Defaults: true, Now: time.Now}
	settle := func(began time.Time, best tune.Trial) error {
		arm.Seconds, arm.Score, arm.Values = time.Since(began).Seconds(), best.Score, best.Values
		arm.Test, err = rightOf(ctx, l, data, test, best.Values, asked.Seed)
		return err
	}
	began := time.Now() // what is measured is real time
	raced, err := tune.Race(ctx, o, asked.Race, folds, nil)
	if err == nil {
		err = settle(began, raced.Best)
	}
	if err != nil {
		return out, err
	}
	arm, began = &out.Full, time.Now()
	whole, err := tune.Search(ctx, o, full)
	if err == nil {
		err = settle(began, whole.Best)
	}
	if err != nil {
		return out, err
	}
	arm = &raceArm{} // what follows only looks back
	holder := raced.Trials[0].Score
	for _, t := range raced.Trials[1:] {
		switch t.State {
		case tune.Aside:
			out.Aside++
		case tune.Done:
			holder = max(holder, t.Score)
		case tune.Stopped:
			out.Stopped++
			m, err := full(ctx, t.Values)
			if err != nil {
				return out, err
			}
			if m.Score >= holder {
				out.BetterStop++
			}
		}
	}
	out.TestRows = len(test.Examples)
	out.TestDefaults, err = rightOf(ctx, l, data, test, space.Fixed, asked.Seed)
	return out, err
}

// rightOf learns from all rows and counts the test rows that are right.
func rightOf(ctx context.Context, l learn.Learner, data, test learn.Data, v spec.Values, seed uint64) (int, error) {
	m, err := l.Fit(ctx, data, v, learn.Options{Seed: seed})
	if err != nil {
		return 0, err
	}
	answers, err := m.Predict(ctx, inputsOf(test))
	if err != nil {
		return 0, err
	}
	right := 0
	for _, j := range evaluate.Judgements(test, answers) {
		if j.Right {
			right++
		}
	}
	return right, nil
}
