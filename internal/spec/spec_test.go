package spec_test

import (
	"errors"
	"testing"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

var widget = spec.Spec{Name: "test.widget.v1", Params: []spec.Param{
	{Name: "count", Kind: spec.Int, Default: 3, Min: 1, Max: 10},
	{Name: "rate", Kind: spec.Float, Default: .5, Min: 0, Max: 1},
	{Name: "mode", Kind: spec.Choice, Default: "soft", Choices: []string{"soft", "hard"}},
	{Name: "columns", Kind: spec.Strings, Default: []string(nil)},
}}

func TestFill(t *testing.T) {
	for name, c := range map[string]struct {
		given map[string]any
		want  error
	}{
		"nothing given takes the defaults": {nil, nil},
		"numbers as JSON decodes them":     {map[string]any{"count": 7.0, "rate": 1}, nil},
		"lists as JSON decodes them":       {map[string]any{"columns": []any{"a"}}, nil},
		"an unknown name":                  {map[string]any{"cuont": 1}, spec.UnknownParam},
		"half a count":                     {map[string]any{"count": 1.5}, spec.WrongType},
		"a number as text":                 {map[string]any{"rate": "1"}, spec.WrongType},
		"too many":                         {map[string]any{"count": 11}, spec.OutOfRange},
		"a mode that is not":               {map[string]any{"mode": "firm"}, spec.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := widget.Fill(c.given)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil {
				if fault.Of(err).Field == "" {
					t.Error("the fault names no field")
				}
				return
			}
			if v.Int("count") < 1 || v.Float("rate") < 0 || v.String("mode") != "soft" || len(v.Strings("columns")) > 1 {
				t.Errorf("filled %v", v)
			}
		})
	}
}
