package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"zhuomo/examples"
	"zhuomo/internal/api/command"
	"zhuomo/internal/testkit"
	"zhuomo/serve"
)

// TestMain lets the test binary be the program where a bench starts a server in
// a process of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(Main(context.Background(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// runJSON runs one command line of the program and reads the object it prints.
func runJSON(t *testing.T, into any, args ...string) {
	t.Helper()
	var out, said bytes.Buffer
	code := command.Run(t.Context(), command.Options{
		Routes: commandRoutes(), Stages: groups(), Specials: specials(), Dial: dial, Version: Version,
		In: strings.NewReader(""), Out: &out, Err: &said, Env: os.Getenv,
	}, append(args, "--json"))
	if code != 0 {
		t.Fatalf("%v: exit %d\n%s%s", args, code, out.Bytes(), said.Bytes())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out.Bytes())
	}
}

// TestDemo runs the whole thread as a stranger would, and the benches on what it
// leaves. Times are printed, never judged.
func TestDemo(t *testing.T) {
	folder := t.TempDir()
	var f Figures
	runJSON(t, &f, "demo", "--once", "--data", folder)
	t.Logf("%+v", f)
	if f.RowsRaw != f.RowsClean+f.RowsSetAside {
		t.Errorf("%d rows are not %d clean and %d set aside", f.RowsRaw, f.RowsClean, f.RowsSetAside)
	}
	if f.CleaningRecall < .98 || f.CleaningPrecision < .99 {
		t.Errorf("cleaning: recall %.4f, precision %.4f", f.CleaningRecall, f.CleaningPrecision)
	}
	if f.StoriesPassed != f.StoriesTotal || f.StoriesTotal < 15 || f.ChecksTotal < 100 || f.LeftForPeople != 200 || !f.Simulated {
		t.Errorf("stories %d/%d, checks %d, left %d", f.StoriesPassed, f.StoriesTotal, f.ChecksTotal, f.LeftForPeople)
	}
	if f.Release == "" || f.FixLoopS <= 0 || f.TurnP50MS <= 0 || f.Entries < 150 || f.Classes < 30 {
		t.Error("a figure is missing")
	}
	var release serve.Release // what nobody names is the newest
	runJSON(t, &release, "serve", "release", "--data", folder)
	if release.ModelID == "" || release.Knowledge == "" || release.Flow == "" || release.GuidelineID == "" || release.ReportID == "" || release.State != "candidate" {
		t.Errorf("a release of the newest parts: %+v", release)
	}
	var turn, start map[string]float64
	runJSON(t, &turn, "bench", "turn", "--data", folder, "--rate", "50", "--sessions", "4", "--lasting", "200ms", "--long", "30")
	runJSON(t, &start, "bench", "start", "--data", folder, "--tries", "1")
	hasKeys(t, turn, "p50_ms", "p99_ms", "at_per_s", "max_per_s", "turn_20_ms", "turn_2000_ms")
	hasKeys(t, start, "first_byte_ms", "resident_mb")
}

// TestDemoOfEveryProduct runs the thread for the products behind the first; each
// gives the same figures, and all its stories pass.
func TestDemoOfEveryProduct(t *testing.T) {
	all, err := examples.Products()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := json.Marshal(Figures{})
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(keys, &want); err != nil {
		t.Fatal(err)
	}
	for _, p := range all[1:] {
		var got map[string]any
		runJSON(t, &got, "demo", "--once", "--product", p.ID, "--data", t.TempDir())
		t.Log(got)
		hasKeys(t, got, slices.Collect(maps.Keys(want))...)
		if got["material"] != p.ID || got["stories_total"].(float64) < 15 || got["stories_passed"] != got["stories_total"] || got["release"] == "" {
			t.Errorf("%s: stories %v of %v, release %v", p.ID, got["stories_passed"], got["stories_total"], got["release"])
		}
	}
	if _, err := demoProducts(demoOptions{product: "nobody"}); !errors.Is(err, examples.NoProduct) {
		t.Errorf("an unknown product: %v", err)
	}
	if both, err := demoProducts(demoOptions{}); err != nil || len(both) != len(all) {
		t.Errorf("by itself the demo makes %d products, %v", len(both), err)
	}
}

func TestBenchLabel(t *testing.T) {
	var f map[string]float64
	runJSON(t, &f, "bench", "label", "--tasks", "300", "--people", "8", "--lasting", "300ms")
	hasKeys(t, f, "pairs_per_s", "claim_p50_ms", "claim_p99_ms", "submit_p50_ms", "submit_p99_ms", "pairs", "tasks", "people", "each")
	if f["pairs"] < 1 {
		t.Errorf("nobody labelled: %v", f)
	}
}

func TestBenchFix(t *testing.T) {
	sets := strings.TrimSuffix(testkit.Sets(t, "banking77"), "/banking77")
	var f map[string]any
	runJSON(t, &f, "bench", "fix", "--sets", sets, "--rows", "2500", "--fixes", "2")
	hasKeys(t, f, "median_s", "p90_s", "undo_ms", "gate", "fixes", "live")
	t.Log(f)
}

func hasKeys[V any](t *testing.T, got map[string]V, want ...string) {
	t.Helper()
	for _, key := range want {
		if _, there := got[key]; !there {
			t.Errorf("%s is missing among %v", key, slices.Sorted(maps.Keys(got)))
		}
	}
}
