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
		`[{"key":"a","value":1,"model_id":"m"}]`, `[{"KEY":"a"}]`, `[{}]`, `{}`, `null`, `[{"key":"a","key":"b","value":1e400}]`, `[{"timestamp":1.5,"step":"7"}]`, `[{"step":9223372036854775808}]`, `[{"value":0x1}]`, `[1]`, `[{"key":"a"},]`, `[{"value":-0.0,"step":-0}]`, `[{"value":1E+2}]`,
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

// FuzzReadBatch holds the quick reading of a body to encoding/json: what it takes is
// JSON, and says the same.
func FuzzReadBatch(f *testing.F) {
	for _, text := range []string{
		`{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":2,"step":3}]}`, ` { "metrics" : [ ] , "run_id" : "r" } `, `{"run_id":"r"}`, `{}`, `{"run_id":"r","metrics":[],}`, `{"run_id":"r","params":[]}`,
		`{"run_id":"r","metrics":[{"key":"a","value":01}]}`, `{"run_id":"r","metrics":[{"key":"a","value":+1}]}`, `{"metrics":[{"value":1.}]}`, `{"metrics":[{"value":-}]}`, `{"metrics":[{"value":.5}]}`, `{"metrics":[{"value":2e}]}`,
		`{"metrics":[{"value":1e+3,"step":-0}],"metrics":[]}`, `{"run_id":"a","run_id":"b"}`, `{"run_id":"r"} x`, `{"run_id":7}`, `{"RUN_ID":"r"}`,
	} {
		f.Add([]byte(text))
	}
	same := func(a, b metric) bool { return a == b || a.Value != a.Value && b.Value != b.Value }
	f.Fuzz(func(t *testing.T, body []byte) {
		run, points, plain := readBatch(body)
		if !plain {
			return
		}
		in := map[string]json.RawMessage{}
		if err := json.Unmarshal(body, &in); err != nil {
			t.Fatalf("%s: taken, but it is no JSON: %v", body, err)
		}
		want, err := readMetricsPlain(append(json.RawMessage{}, in["metrics"]...))
		if len(in["metrics"]) == 0 {
			want, err = nil, nil
		}
		if c := (call{in: in}); err != nil || run != c.text("run_id") || !slices.EqualFunc(points, want, same) {
			t.Errorf("%s: %q %v, plainly %q %v, %v", body, run, points, c.text("run_id"), want, err)
		}
	})
}

func TestABatchAsClientsWriteItIsReadQuickly(t *testing.T) {
	t.Parallel()
	for text, quick := range map[string]bool{
		`{"run_id": "0a", "metrics": [{"key": "loss", "value": 0.25, "timestamp": 1, "step": 12}]}`:                                         true,
		"{\n  \"metrics\": [\n    {\n      \"key\": \"m\",\n      \"value\": -1e-9, \"timestamp\": 5\n    }\n  ],\n  \"run_id\": \"0a\"\n}": true,
		`{"run_id": "0a", "metrics": [], "params": [{"key": "a", "value": "b"}]}`:                                                           false, `{"run_id": "0a", "metrics": [{"value": 01}]}`: false,
	} {
		if _, _, plain := readBatch([]byte(text)); plain != quick {
			t.Errorf("%s: %v", text, plain)
		}
	}
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
