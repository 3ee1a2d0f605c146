package mlflow

import (
	"bytes"
	"errors"
	"math"
	"net/http/httptest"
	"testing"
	"time"

	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
)

func TestARunIsShownWithWhatCameOfIt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		id := must(t, s.createRun, `{"run_name":"上"}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		must(t, s.createRun, `{"run_name":"下","tags":[{"key":"mlflow.parentRunId","value":%q}]}`, id)
		must(t, s.logBatch, `{"run_id":%q,"metrics":[{"key":"b","value":"NaN","timestamp":1,"step":1},{"key":"a","value":0.5,"timestamp":1,"step":1}],"params":[{"key":"C","value":"1"}]}`, id)
		must(t, s.logInputs, `{"run_id":%q,"datasets":[{"dataset":{"name":"行","digest":"d1","source":"x"},"tags":[{"key":"mlflow.data.context","value":"training"}]}]}`, id)
		must(t, s.createModel, `{"name":"意图"}`)
		must(t, s.createVersion, `{"name":"意图","source":"x","run_id":%q}`, id)
		r, err := s.LoggedRun(t.Context(), "p", id)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Metrics) != 2 || r.Metrics[0].Value != 0.5 || r.Metrics[1].Odd != "NaN" || r.Params[0].Value != "1" || r.State != "running" || r.ExperimentName != "Default" {
			t.Errorf("%+v", r.LoggedRun)
		}
		if len(r.Children) != 1 || r.Children[0].Name != "下" || len(r.Versions) != 1 || len(r.Inputs) != 1 || r.Inputs[0] != (DataRead{"行", "d1", "x", "training"}) {
			t.Errorf("children %v, versions %v, inputs %v", r.Children, r.Versions, r.Inputs)
		}
		experiments, err := s.Experiments(t.Context(), "p")
		if err != nil || len(experiments) != 1 || experiments[0].RunCount != 2 {
			t.Errorf("%+v, %v", experiments, err)
		}
		list, next, err := s.LoggedRuns(t.Context(), "p", "", "", nil, "", 1)
		if err != nil || len(list) != 1 || next == "" {
			t.Errorf("%v, %q, %v", list, next, err)
		}
		if _, _, err := s.LoggedRuns(t.Context(), "p", "", "acc >", nil, "", 1); !errors.Is(err, BadFilter) {
			t.Errorf("a filter without an end: %v", err)
		}
		if _, _, err := s.LoggedRuns(t.Context(), "p", "9", "", nil, "", 1); !errors.Is(err, NoExperiment) {
			t.Errorf("an experiment that is not there: %v", err)
		}
		if _, err := s.LoggedRun(t.Context(), "other", id); !errors.Is(err, NoRun) {
			t.Errorf("from another product: %v", err)
		}
	})
}

func TestACurveIsThinnedAndTellsWhatItLeftOut(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		id := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		must(t, s.logBatch, `{"run_id":%q,"metrics":[{"key":"m","value":1,"timestamp":1000,"step":0},{"key":"m","value":3,"timestamp":2000,"step":1},{"key":"m","value":"NaN","timestamp":3000,"step":2},{"key":"m","value":2,"timestamp":4500,"step":3}]}`, id)
		c, err := s.Curve(t.Context(), "p", id, "m", 3, true, 0.5)
		if err != nil || c.PointCount != 4 || c.OddCount != 1 || len(c.X) != 3 || c.X[2] != 3.5 || c.Y[1] != 3 || len(c.SmoothY) != 3 || math.Abs(c.SmoothY[1]-7.0/3) > 1e-12 {
			t.Errorf("%+v, %v", c, err)
		}
		if c, err := s.Curve(t.Context(), "p", id, "absent", 3, false, 0.5); err != nil || c.PointCount != 0 || c.X == nil {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// TestAPreviewNeverTrustsAName holds what a page shows of a file to its bytes.
func TestAPreviewNeverTrustsAName(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		store, err := blob.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(t.Context(), d, store, time.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		id := must(t, s.createRun, `{}`)["run"].(map[string]any)["info"].(map[string]any)["run_id"].(string)
		for name, c := range map[string]struct {
			bytes []byte
			kind  string
			cut   bool
		}{
			"a.txt": {[]byte("甲"), "text", false}, "empty": {nil, "text", false}, "x.png": {[]byte("<svg onload=alert(1)>"), "text", false},
			"a.svg": {[]byte("\x89PNG\r\n\x1a\n0000"), "picture", false}, "m.pkl": {[]byte{0x80, 4, 0, 1}, "other", false},
			"long": {bytes.Repeat([]byte("长"), mostText), "text", true},
		} {
			r := httptest.NewRequest("PUT", "/", bytes.NewReader(c.bytes))
			r.SetPathValue("product", "p")
			r.SetPathValue("path", "0/"+id+"/artifacts/"+name)
			w := httptest.NewRecorder()
			if s.putArtifact(w, r); w.Code != 200 {
				t.Fatal(w.Body)
			}
			p, err := s.Preview(t.Context(), "p", id, name)
			if err != nil || p.Kind != c.kind || p.Cut != c.cut || p.SizeBytes != int64(len(c.bytes)) {
				t.Errorf("%s: %s, cut %v, %d bytes, %v", name, p.Kind, p.Cut, p.SizeBytes, err)
			}
		}
		if _, err := s.Preview(t.Context(), "p", id, "../x"); !errors.Is(err, NoArtifact) {
			t.Errorf("out of its folder: %v", err)
		}
		if list, err := s.Files(t.Context(), "p", id, ""); err != nil || len(list) != 6 {
			t.Errorf("%v, %v", list, err)
		}
	})
}
