// Package formattest is the conformance suite of file formats. Whatever is
// registered in internal/builtin runs through it.
package formattest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Run holds one format to the contract. sample is a sound file of the format
// with at least three records; a Writer may leave it nil.
func Run(t *testing.T, f dataset.Format, sample []byte) {
	t.Helper()
	if w, writes := f.(dataset.Writer); writes && sample == nil {
		sample = write(t, w, table(), dataset.WriteOptions{})
	}
	t.Run("tells about itself in both languages", func(t *testing.T) { told(t, f) })
	t.Run("knows its own file and no noise", func(t *testing.T) { sniffs(t, f, sample) })
	t.Run("numbers records and fits them to columns", func(t *testing.T) { reads(t, f, sample) })
	t.Run("an empty file is a fault", func(t *testing.T) { refused(t, f, nil) })
	t.Run("a truncated file never panics", func(t *testing.T) { truncated(t, f, sample) })
	t.Run("damaged bytes never panic", func(t *testing.T) { damaged(t, f, sample) })
	t.Run("stops when cancelled", func(t *testing.T) { cancelled(t, f, sample) })
	t.Run("passes on what the sink answers", func(t *testing.T) { passes(t, f, sample) })
	if w, writes := f.(dataset.Writer); writes {
		if w.Spec().Exact {
			t.Run("an export read again has the same values", func(t *testing.T) { roundTrip(t, w) })
		}
		if id := w.Spec().ID; id == "csv" || id == "tsv" || id == "xlsx" { // what a spreadsheet opens
			t.Run("a safe export runs no formulas", func(t *testing.T) { safe(t, w) })
		}
		if w.Spec().ID != "xlsx" { // a workbook carries the time it was made
			t.Run("same rows, same bytes", func(t *testing.T) { repeats(t, w) })
		}
	}
}

func told(t *testing.T, f dataset.Format) {
	s := f.Spec()
	if !regexp.MustCompile(`^dataset\.[a-z0-9]+\.v[1-9][0-9]*$`).MatchString(s.Name) || s.Name != "dataset."+s.ID+s.Name[strings.LastIndex(s.Name, "."):] {
		t.Errorf("name %q of %q", s.Name, s.ID)
	}
	for _, x := range []spec.Text{s.Title, s.Help} {
		if strings.TrimSpace(x.ZH) == "" || strings.TrimSpace(x.EN) == "" {
			t.Errorf("%s is not in both languages", s.Name)
		}
	}
	if len(s.Endings) == 0 {
		t.Error("no file name ending")
	}
	if _, writes := f.(dataset.Writer); writes != (s.MediaType != "") {
		t.Error("a format has a media type exactly when it writes")
	}
}

func sniffs(t *testing.T, f dataset.Format, sample []byte) {
	if g := f.Sniff(sample[:min(len(sample), 64<<10)], "data"+f.Spec().Endings[0]); g.Confidence < 0.5 || g.Why.ZH == "" || g.Why.EN == "" {
		t.Errorf("its own file: %+v", g)
	}
	for _, noise := range []string{"", "\x00\x01\x02\x03\xff\xfe\x00", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"} {
		if g := f.Sniff([]byte(noise), ""); g.Confidence > 0.3 {
			t.Errorf("noise %q: %+v", noise, g)
		}
	}
}

// record collects what a format gives.
type record struct {
	parts    map[string][]string
	part     string
	records  []dataset.Record
	findings []dataset.Finding
	stop     error
}

func (r *record) Part(name string, columns []string) error {
	if r.parts == nil {
		r.parts = map[string][]string{}
	}
	seen := map[string]bool{}
	for _, c := range columns {
		if c == "" || seen[c] {
			return fmt.Errorf("column %q is empty or there twice in %q", c, columns)
		}
		seen[c] = true
	}
	if old := r.parts[name]; len(old) > len(columns) || !reflect.DeepEqual(old, columns[:len(old)]) && len(old) > 0 {
		return fmt.Errorf("part %q went from %q to %q", name, old, columns)
	}
	r.parts[name], r.part = append([]string(nil), columns...), name
	return nil
}

func (r *record) Record(rec dataset.Record) error {
	if r.stop != nil {
		return r.stop
	}
	if len(rec.Values) > len(r.parts[r.part]) {
		return fmt.Errorf("record %d has %d values for %d columns", rec.Number, len(rec.Values), len(r.parts[r.part]))
	}
	for _, v := range rec.Values {
		if !utf8.ValidString(v) {
			return fmt.Errorf("record %d holds bytes that are not UTF-8: %q", rec.Number, v)
		}
	}
	rec.Values = append([]string(nil), rec.Values...)
	r.records = append(r.records, rec)
	return nil
}

func (r *record) Detected(dataset.Detected) {}
func (r *record) Finding(f dataset.Finding) { r.findings = append(r.findings, f) }

// read reads b; an archive gives its members' bytes as one record each.
func read(ctx context.Context, f dataset.Format, b []byte, set dataset.Settings, into *record) error {
	o := dataset.ReadOptions{Name: "data" + f.Spec().Endings[0], Settings: set, Limits: dataset.StandardLimits()}
	box, isBox := f.(dataset.Container)
	if !isBox {
		return f.Read(ctx, bytes.NewReader(b), o, into)
	}
	n := 0
	return box.Members(ctx, bytes.NewReader(b), o, into, func(name string, in dataset.File) error {
		n++
		return errors.Join(into.Part(name, []string{"bytes"}), into.Record(dataset.Record{Number: 1, Offset: -1, Values: []string{fmt.Sprint(in.Size())}}))
	})
}

func reads(t *testing.T, f dataset.Format, sample []byte) {
	var r record
	if err := read(t.Context(), f, sample, dataset.Settings{}, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.records) == 0 {
		t.Fatal("no records")
	}
	next := map[string]int{}
	for _, rec := range r.records {
		if rec.Number < 1 || rec.Offset >= 0 && rec.Length <= 0 {
			t.Errorf("record %+v", rec)
		}
		if rec.Offset >= 0 && (rec.Offset+rec.Length > int64(len(sample)) || int(rec.Offset) < next[""]) {
			t.Errorf("record %d lies at %d+%d, after %d, in a file of %d bytes", rec.Number, rec.Offset, rec.Length, next[""], len(sample))
		}
		next[""] = int(rec.Offset)
	}
}

func refused(t *testing.T, f dataset.Format, b []byte) {
	err := read(t.Context(), f, b, dataset.Settings{}, &record{})
	var known *fault.Fault
	if !errors.As(err, &known) || known.Message("zh") == "" || known.Fix("en") == "" {
		t.Errorf("answered %v, not a fault", err)
	}
}

func truncated(t *testing.T, f dataset.Format, sample []byte) {
	for cut := 1; cut < len(sample); cut += max(1, len(sample)/97) {
		tolerable(t, read(t.Context(), f, sample[:cut], dataset.Settings{}, &record{}), fmt.Sprintf("cut at %d", cut))
	}
}

func damaged(t *testing.T, f dataset.Format, sample []byte) {
	for i := 0; i < len(sample); i += max(1, len(sample)/97) {
		b := bytes.Clone(sample)
		b[i] ^= 0xA5
		tolerable(t, read(t.Context(), f, b, dataset.Settings{}, &record{}), fmt.Sprintf("byte %d turned", i))
	}
}

// tolerable: a broken file is read as far as it goes, or refused with a fault.
func tolerable(t *testing.T, err error, what string) {
	var known *fault.Fault
	if err != nil && !errors.As(err, &known) {
		t.Errorf("%s: %v is no fault", what, err)
	}
}

func cancelled(t *testing.T, f dataset.Format, sample []byte) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := read(ctx, f, sample, dataset.Settings{}, &record{}); !errors.Is(err, context.Canceled) {
		t.Errorf("answered %v", err)
	}
}

func passes(t *testing.T, f dataset.Format, sample []byte) {
	stop := errors.New("enough")
	if err := read(t.Context(), f, sample, dataset.Settings{}, &record{stop: stop}); !errors.Is(err, stop) {
		t.Errorf("answered %v", err)
	}
}
