package app

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"zhuomo/examples/speaker"
	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
	"zhuomo/recommend"
)

func benchRecommend() command.Special {
	o := recommendBench{}
	return command.Special{
		Use: "bench recommend", ZH: "推荐：模拟的听众跟示例音箱点歌，看头十轮到末十轮少跳过多少、有没有破过限制", EN: "recommendation: simulated listeners ask the example speaker for songs; how far skips fall from the first ten turns to the last, and whether a limit was ever broken",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.IntVar(&o.listeners, "listeners", 1000, say("几位听众", "listeners"))
			f.IntVar(&o.turns, "turns", 50, say("每位几轮", "turns of each"))
			f.Uint64Var(&o.seed, "seed", 11, say("种子", "seed"))
			f.BoolVar(&o.peers, "peers", false, say("也跑别的挑法", "other ways to choose beside ours"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

type recommendBench struct {
	listeners, turns int
	seed             uint64
	peers            bool
}

// recommended is how one way to choose did.
type recommended struct {
	Name string `json:"name" table:"挑法|chooser"`
	speaker.Listening
	Fall float64 `json:"fall" table:"降幅|fall"`
}

func (o recommendBench) run(ctx context.Context, e *command.Env) error {
	if o.listeners < 1 || o.turns < 1 {
		return BenchBroken.With("what", "listeners and turns are at least 1")
	}
	parts, err := speaker.Parts()
	if err != nil {
		return err
	}
	choosers := map[string]recommend.Chooser{"": nil} // the flow's own
	if o.peers {
		maps.Copy(choosers, speaker.Peers())
	}
	var all []recommended
	for _, name := range slices.Sorted(maps.Keys(choosers)) {
		got, err := speaker.Listen(ctx, parts, o.listeners, o.turns, o.seed, choosers[name])
		if err != nil {
			return err
		}
		if name == "" {
			name = "thompson"
		}
		all = append(all, recommended{name, got, got.Fall()})
		if !e.JSON {
			fmt.Fprintf(e.Out, "%-16s %.3f → %.3f  %+.1f %%  ✗ %d  ∅ %d  %.0f µs\n", name, got.First, got.Last, -100*got.Fall(), got.Broken, got.Empty, got.TurnUS)
		}
	}
	if e.JSON {
		return e.Print(all)
	}
	return nil
}
