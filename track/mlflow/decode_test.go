package mlflow

import (
	"encoding/json"
	"slices"
	"testing"
)

// FuzzReadMetrics holds the quick reading of points to encoding/json, on all that is JSON.
func FuzzReadMetrics(f *testing.F) {
	for _, text := range []string{
		`[{"key":"a","value":1,"timestamp":2,"step":3}]`, `[]`, ` [ { "step" : 1 , "key" : "x" } , {"key":"x","value":-1.5e3} ] `, `[{"key":"a\n","value":1}]`, `[{"key":"长","value":"NaN"}]`,
		`[{"key":"a","value":1,"model_id":"m"}]`, `[{"KEY":"a"}]`, `[{}]`, `{}`, `null`, `[{"key":"a","key":"b","value":1e400}]`, `[{"timestamp":1.5,"step":"7"}]`, `[{"step":9223372036854775808}]`, `[{"value":0x1}]`, `[1]`, `[{"key":"a"},]`,
	} {
		f.Add([]byte(text))
	}
	same := func(a, b metric) bool { return a == b || a.Value != a.Value && b.Value != b.Value }
	f.Fuzz(func(t *testing.T, raw []byte) {
		quick, plain := readPoints(raw)
		if !plain || !json.Valid(raw) {
			return
		}
		want, err := readMetricsPlain(raw)
		if err != nil || !slices.EqualFunc(quick, want, same) {
			t.Errorf("%s: %v, plainly %v, %v", raw, quick, want, err)
		}
	})
}

func TestPointsAsClientsWriteThemAreReadQuickly(t *testing.T) {
	t.Parallel()
	for text, quick := range map[string]bool{
		`[{"key": "loss", "value": 0.25, "timestamp": 1700000000000, "step": 12}, {"key": "loss", "value": -1e-9, "timestamp": 1, "step": 0}]`: true,
		`[]`: true, `[{"key":"a","value":"NaN","timestamp":1,"step":1}]`: false, `[{"key":"a","value":1,"timestamp":1,"step":1,"run_id":"x"}]`: false,
	} {
		if _, plain := readPoints([]byte(text)); plain != quick {
			t.Errorf("%s: %v", text, plain)
		}
	}
	if list, err := readMetrics([]byte(`[{"key":"长","value":"Infinity","timestamp":"3","step":1}]`)); err != nil || len(list) != 1 || list[0].Key != "长" || list[0].At != 3 {
		t.Errorf("%v, %v", list, err)
	}
}
