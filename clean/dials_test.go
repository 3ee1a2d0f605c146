package clean_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zhuomo/clean"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
)

const dialled = `# what we do to chats
name: mine
version: 3
steps:
  # text first
  - use: clean.space.v1
  - use: clean.width.v1 # half and full
    with: {columns: [text]}
  - use: clean.personal_data.v1
  - use: clean.length.v1
    with: {max: 500}
    note: long ones
  - recipe: inner
    off: true
`

func TestARecipeIsTunedStepByStep(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, chats(400, 5))
		for _, source := range []string{"name: inner\nsteps:\n  - use: clean.nfc.v1\n", dialled} {
			if _, err := h.clean.Save(t.Context(), h.product, source, 0, "me"); err != nil {
				t.Fatal(err)
			}
		}
		dials, err := h.clean.Dials(t.Context(), h.product, "mine")
		if err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, p := range dials.Spec.Params {
			names = append(names, p.Name)
		}
		for _, want := range []string{"step1", "step2", "step4", "step4.max", "step5"} {
			if !slices.Contains(names, want) {
				t.Errorf("%s is no dial: %v", want, names)
			}
		}
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "step3") }) {
			t.Errorf("a step that guards privacy is a dial: %v", names)
		}
		t.Run("what nobody turned stays as it was written", func(t *testing.T) {
			values, err := dials.Spec.Fill(map[string]any{"step1": false, "step4.max": 80, "step5": true})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dials.With(values, "mine-s1-2")
			if err != nil {
				t.Fatal(err)
			}
			want := strings.NewReplacer("name: mine\n", "name: mine-s1-2\n", "{max: 500}", "{max: 80}", "off: true", "off: false",
				"  - use: clean.space.v1\n", "  - use: clean.space.v1\n    off: true\n").Replace(dialled)
			if string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
		t.Run("a name that is taken gets a number", func(t *testing.T) {
			one, err := dials.Spec.Fill(map[string]any{"step1": false})
			if err != nil {
				t.Fatal(err)
			}
			if saved, err := dials.SaveWith(t.Context(), one, "inner", "me"); err != nil || saved.Name != "inner-2" {
				t.Errorf("%+v, %v", saved, err)
			}
		})
		t.Run("any settings are kept as what they are, and clean as they say", func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for i := range 12 {
				values, err := dials.Spec.Fill(nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range dials.Spec.Params {
					values[p.Name] = drawn(r, p)
				}
				saved, err := dials.SaveWith(t.Context(), values, fmt.Sprintf("mine-s1-%d", 100+i), "me")
				if err != nil {
					t.Fatalf("%v: %v", values, err)
				}
				if again, err := dials.SaveWith(t.Context(), values, saved.Name, "me"); err != nil || again.ID != saved.ID {
					t.Fatalf("kept a second time: %+v, %v", again, err)
				}
				kept, err := h.clean.Dials(t.Context(), h.product, saved.Name)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range kept.Spec.Params {
					if !reflect.DeepEqual(p.Default, values[p.Name]) {
						t.Fatalf("%s of the kept recipe is %v, was set to %v:\n%s", p.Name, p.Default, values[p.Name], saved.Source)
					}
				}
				result, err := dials.Run(t.Context(), values, h.version.Schema, h.rows)
				if err != nil {
					t.Fatal(err)
				}
				if run := h.run(t, saved.Name); run.RowsOut != len(result.Rows) || run.Aside != len(result.Aside) {
					t.Errorf("tried: %d rows and %d aside; run: %d and %d", len(result.Rows), len(result.Aside), run.RowsOut, run.Aside)
				}
			}
		})
	})
}

// drawn is any value that a parameter allows.
func drawn(r *rand.Rand, p spec.Param) any {
	switch p.Kind {
	case spec.Bool:
		return r.IntN(2) == 0
	case spec.Int:
		return int(p.Min) + r.IntN(int(min(p.Max, p.Min+1000)-p.Min)+1)
	case spec.Float:
		return p.Min + r.Float64()*(p.Max-p.Min)
	}
	return p.Choices[r.IntN(len(p.Choices))]
}

func TestRecipesAreFoundByWhatIsTuned(t *testing.T) {
	t.Parallel()
	if name, is := clean.IsDialled("clean/mine"); !is || name != "mine" {
		t.Errorf("%q %v", name, is)
	}
	if _, is := clean.IsDialled("learn.linear.v1"); is {
		t.Error("a learner taken for a recipe")
	}
}
