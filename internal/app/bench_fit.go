package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"

	"zhuomo/internal/api/command"
	"zhuomo/internal/builtin"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// fitAsked is one line of `bench fit`: first rows to learn from and to judge by, then
// values to learn with, line by line.
type fitAsked struct {
	Rows   []raceRow      `json:"rows"`
	Test   []raceRow      `json:"test"`
	Seed   uint64         `json:"seed"`
	Values map[string]any `json:"values"`
}

// fitFound answers the first line with the dials of the default learner, every other with
// the share of test rows that are right; a fit that fails has no score.
type fitFound struct {
	Dials []spec.Param `json:"dials,omitempty"`
	Score *float64     `json:"score,omitempty"`
}

func benchFit() command.Special {
	return command.Special{
		Use: "bench fit", ZH: "学一次量一次：从标准输入逐行收 JSON（先是样例，再是一组组参数），给出答对的比例；采样器赛跑用",
		EN: "fit: takes JSON lines (rows first, then settings) and gives the share that is right with each; for the race of the samplers",
		Run: func(ctx context.Context, _ *command.Env, _ []string) error {
			return serveFits(ctx, os.Stdin, os.Stdout)
		},
	}
}

func serveFits(ctx context.Context, in io.Reader, out io.Writer) error {
	lines, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	l := builtin.Learners()[0]
	var data, test learn.Data
	var seed uint64
	for ctx.Err() == nil {
		var asked fitAsked
		if err := lines.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return BenchBroken.With("what", "a line is not JSON").Because(err)
		}
		var found fitFound
		switch {
		case len(asked.Rows) > 0:
			data, seed = raceData(nil, asked.Rows), asked.Seed
			test = raceData(slices.Clone(data.Labels), asked.Test)
			for _, p := range l.Spec().Params {
				if p.Tune {
					found.Dials = append(found.Dials, p)
				}
			}
		case len(test.Examples) == 0:
			return BenchBroken.With("what", "the first line must give rows and test")
		default:
			values, err := l.Spec().Fill(asked.Values)
			if err != nil {
				return err
			}
			right, err := rightOf(ctx, l, data, test, values, seed)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil:
				share := float64(right) / float64(len(test.Examples))
				found.Score = &share
			}
		}
		if err := answers.Encode(found); err != nil {
			return err
		}
	}
	return ctx.Err()
}
