package clean_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"zhuomo/clean"
	"zhuomo/clean/operator"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

func operators() clean.Operators {
	return clean.Operators{operator.Mojibake(), operator.HTMLEntities(), operator.HTMLTags(), operator.Invisible(), operator.Width(), operator.NFC(),
		operator.PinyinGloss(), operator.Script(), operator.Punctuation(), operator.RepeatedPunctuation(), operator.Space(), operator.TrimSignature(),
		operator.PersonalData(), operator.BrokenRows(), operator.MachineNotices(), operator.AgentTemplates(), operator.DuplicateSessions(),
		operator.DuplicateTurns(), operator.DuplicateRows(), operator.Dates(), operator.Numbers(), operator.SplitSentences(), operator.Length()}
}

func TestRecipesAreRefusedWithPlaceAndFix(t *testing.T) {
	t.Parallel()
	library := func(_ context.Context, name string) ([]byte, error) {
		recipes := map[string]string{"a": "name: a\nsteps:\n  - recipe: b\n", "b": "name: b\nsteps:\n  - recipe: a\n", "good": "name: good\nsteps:\n  - use: clean.space.v1\n"}
		if s, ok := recipes[name]; ok {
			return []byte(s), nil
		}
		return nil, clean.NoSuchRecipe.With("recipe", name)
	}
	for name, c := range map[string]struct {
		source string
		want   *fault.Definition
		says   string
	}{
		"broken YAML":                      {"name: x\nsteps: [", clean.BadYAML, "line 2"},
		"an unknown key":                   {"name: x\nstep: []\n", clean.BadYAML, "line 2, column 1"},
		"no name":                          {"steps: []\n", clean.NoName, ""},
		"an empty file":                    {"", clean.NoName, ""},
		"neither operator nor recipe":      {"name: x\nsteps:\n  - off: true\n", clean.BadStep, "step 1"},
		"an operator that does not exist":  {"name: x\nsteps:\n  - use: clean.spaces.v1\n", clean.UnknownOperator, "clean.spaces.v1"},
		"a parameter that does not exist":  {"name: x\nsteps:\n  - use: clean.space.v1\n    with: {colums: [text]}\n", spec.UnknownParam, "colums"},
		"a parameter of the wrong type":    {"name: x\nsteps:\n  - use: clean.length.v1\n    with: {min: viele}\n", spec.WrongType, "viele"},
		"a recipe that does not exist":     {"name: x\nsteps:\n  - recipe: nowhere\n", clean.NoSuchRecipe, "nowhere"},
		"a circle":                         {"name: a\nsteps:\n  - recipe: b\n", clean.CyclicRecipe, "a → b → a"},
		"a recipe that includes itself":    {"name: z\nsteps:\n  - recipe: z\n", clean.CyclicRecipe, "z → z"},
		"binary":                           {"\x00\x01\x02\xff", nil, ""},
		"a number where the steps must be": {"name: x\nsteps: 3\n", clean.BadYAML, "line 2"},
	} {
		_, _, err := clean.Resolve(t.Context(), []byte(c.source), operators(), library)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		f := fault.Of(err)
		if f.Def == fault.Internal || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(f.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := clean.Resolve(t.Context(), []byte("name: x\nsteps:\n  - use: clean.spaces.v1\n"), operators(), nil)
	if f := fault.Of(err); f.Values["nearest"] != "clean.space.v1" || !strings.Contains(f.Field, "3:") {
		t.Errorf("nearest %v at %q", f.Values["nearest"], f.Field)
	}
	_, steps, err := clean.Resolve(t.Context(), []byte("name: x\nsteps:\n  - use: clean.width.v1\n  - recipe: good\n    off: true\n"), operators(), library)
	if err != nil || len(steps) != 2 || steps[1].From != "good" || !steps[1].Off || steps[0].Off {
		t.Errorf("inclusion: %v %v", steps, err)
	}
}

func TestStandardRecipe(t *testing.T) {
	t.Parallel()
	r, steps, err := clean.Resolve(t.Context(), clean.StandardRecipe(), operators(), nil)
	if err != nil || len(steps) < 18 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	body, err := r.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := clean.ParseRecipe(body)
	if err != nil || len(again.Steps) != len(r.Steps) || again.Name != r.Name {
		t.Errorf("written and read again: %v, %v", again, err)
	}
}

func FuzzParseRecipe(f *testing.F) {
	f.Add([]byte(clean.StandardRecipe()))
	f.Add([]byte("name: &a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := clean.ParseRecipe(b); err != nil && fault.Of(err).Def == fault.Internal {
			t.Errorf("%q: %v", b, err)
		}
	})
}
