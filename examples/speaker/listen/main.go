// Command listen lets simulated listeners ask the speaker for songs and tells how far
// skips fall from the first ten turns to the last, and whether a limit was ever broken.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	"zhuomo/examples/speaker"
	"zhuomo/recommend"
)

// heard is how one way to choose did.
type heard struct {
	Name string `json:"name"`
	speaker.Listening
	Fall float64 `json:"fall"`
}

func main() {
	listeners, turns := flag.Int("listeners", 1000, "listeners"), flag.Int("turns", 50, "turns of each")
	seed, peers := flag.Uint64("seed", 11, "seed"), flag.Bool("peers", false, "other ways to choose beside ours")
	out := flag.String("out", "", "write the figures here as JSON")
	flag.Parse()
	if err := listen(*listeners, *turns, *seed, *peers, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func listen(listeners, turns int, seed uint64, peers bool, out string) error {
	if listeners < 1 || turns < 1 {
		return fmt.Errorf("listeners and turns are at least 1")
	}
	parts, err := speaker.Parts()
	if err != nil {
		return err
	}
	choosers := map[string]recommend.Chooser{"": nil} // the flow's own
	if peers {
		maps.Copy(choosers, speaker.Peers())
	}
	var all []heard
	for _, name := range slices.Sorted(maps.Keys(choosers)) {
		got, err := speaker.Listen(context.Background(), parts, listeners, turns, seed, choosers[name])
		if err != nil {
			return err
		}
		if name == "" {
			name = "thompson"
		}
		all = append(all, heard{name, got, got.Fall()})
		fmt.Printf("%-16s skips %.3f → %.3f  fall %.1f %%  limits broken %d  nothing found %d  %.0f µs a turn\n", name, got.First, got.Last, 100*got.Fall(), got.Broken, got.Empty, got.TurnUS)
	}
	if out == "" {
		return nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}
