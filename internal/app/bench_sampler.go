package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/spec"
	"zhuomo/tune"
)

// samplerLine is one line of `bench sampler`: a new search (sampler, seed, dials),
// a question (ask) or an answer (tell, with values, and score or failed).
type samplerLine struct {
	Sampler string       `json:"sampler"`
	Seed    uint64       `json:"seed"`
	Dials   []spec.Param `json:"dials"`
	// Begin are settings that a warm sampler tries first.
	Begin   []map[string]any   `json:"begin"`
	Goals   []string           `json:"goals"` // figures that should be small beside a high score
	Ask     *int               `json:"ask"`
	Tell    *int               `json:"tell"`
	Values  map[string]any     `json:"values"`
	Score   float64            `json:"score"`
	Figures map[string]float64 `json:"figures"`
	Failed  bool               `json:"failed"`
}

// samplerAnswer tells what to try, and how long sampler took for it, what it was
// told since the question before included.
type samplerAnswer struct {
	Values spec.Values `json:"values"`
	US     int64       `json:"us"`
}

func benchSampler() command.Special {
	return command.Special{
		Use: "bench sampler", ZH: "采样器：从标准输入逐行收 JSON（开始、问、答），给出下一次试什么和用了多久；赛跑用",
		EN: "sampler: takes JSON lines (start, ask, tell) and gives what to try next and how long that took; for the race",
		Run: func(ctx context.Context, _ *command.Env, _ []string) error {
			return serveSampler(ctx, os.Stdin, os.Stdout)
		},
	}
}

func serveSampler(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	answers := json.NewEncoder(out)
	var of spec.Spec
	var asker tune.Asker
	var spent time.Duration
	for ctx.Err() == nil {
		var line samplerLine
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return BenchBroken.With("what", "a line is not JSON").Because(err)
		}
		switch {
		case line.Dials != nil:
			var err error
			if of, asker, err = startSampler(line); err != nil {
				return err
			}
			spent = 0
		case asker == nil:
			return BenchBroken.With("what", "the first line must start a search: sampler, seed, dials")
		case line.Ask != nil:
			began := time.Now() // what is measured is real time
			values := asker.Ask(*line.Ask)
			spent += time.Since(began)
			if err := answers.Encode(samplerAnswer{values, spent.Microseconds()}); err != nil {
				return err
			}
			spent = 0
		case line.Tell != nil:
			values, err := of.Fill(line.Values)
			if err != nil {
				return err
			}
			t := tune.Trial{Number: *line.Tell, State: tune.Done, Values: values, Score: line.Score, Figures: line.Figures}
			if line.Failed {
				t.State, t.Score = tune.Failed, 0
			}
			began := time.Now()
			asker.Tell(t)
			spent += time.Since(began)
		default:
			return BenchBroken.With("what", "a line neither starts, asks nor tells")
		}
	}
	return ctx.Err()
}

func startSampler(line samplerLine) (spec.Spec, tune.Asker, error) {
	of := spec.Spec{Name: "tune.bench.v1", Params: line.Dials}
	var names []string
	for i, p := range of.Params {
		names = append(names, p.Name)
		switch p.Kind { // JSON knows one kind of number
		case spec.Int:
			of.Params[i].Default = int(p.Min)
		case spec.Float:
			of.Params[i].Default = p.Min
		case spec.Bool:
			of.Params[i].Default = false
		case spec.Choice:
			of.Params[i].Default = p.Choices[0]
		}
	}
	sampler, err := tune.FindSampler(builtin.Samplers(), line.Sampler)
	if err != nil {
		return of, nil, err
	}
	space, err := tune.NewSpace(of, names, nil, nil)
	if err != nil {
		return of, nil, err
	}
	for _, b := range line.Begin {
		values, err := of.Fill(b)
		if err != nil {
			return of, nil, err
		}
		space.Begin = append(space.Begin, values)
	}
	if len(line.Goals) > 0 {
		return of, tune.SeveralGoals(tune.StudyOptions{Space: space, Sampler: sampler, Seed: line.Seed, Goals: line.Goals}), nil
	}
	asker, err := sampler.Start(space, line.Seed)
	return of, asker, err
}
