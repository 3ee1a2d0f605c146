package serve

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/knowledge"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// sunday is 2026-08-02 10:00 in China.
var sunday = time.Date(2026, 8, 2, 2, 0, 0, 0, time.UTC)

// house is a service over the example product with one release, live.
type house struct {
	*Service
	db      *db.DB
	blobs   *blob.Folder
	clock   *testkit.FixedClock
	models  *models
	content Contents
}

type oneProduct struct{}

func (oneProduct) Product(_ context.Context, idOrName string) (id, name string, err error) {
	if idOrName != "p1" && idOrName != "拾程旅行" {
		return "", "", NoRelease.With("release", idOrName)
	}
	return "p1", "拾程旅行", nil
}

// models holds models in memory and counts how often one is loaded.
type models struct {
	byID  map[string]dialog.Understander
	loads int
}

func (m *models) Understander(_ context.Context, _, id string) (dialog.Understander, error) {
	m.loads++
	if u, ok := m.byID[id]; ok {
		return u, nil
	}
	return nil, NoRelease.With("release", id)
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	clock := testkit.Clock(sunday)
	blobs := testkit.TempBlobs(t)
	h := &house{db: d, blobs: blobs, clock: clock, models: &models{byID: map[string]dialog.Understander{}}}
	h.models.byID["m1"] = dialog.Understand(guidelineModel(t, 1))
	h.Service = h.open(t)
	h.content = Contents{ProductID: "p1", ModelID: "m1", Knowledge: putKnowledge(t, blobs), Flow: h.putFlow(t, exampleFlow(t))}
	r, err := h.Create(t.Context(), h.content, "first", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Publish(t.Context(), "p1", r.ID, "", false); err != nil {
		t.Fatal(err)
	}
	return h
}

// open makes a service over the same data, as after a restart.
func (h *house) open(t testing.TB) *Service {
	t.Helper()
	s, err := New(t.Context(), Needs{DB: h.db, Blobs: h.blobs, Now: h.clock.Now, Products: oneProduct{}, Models: h.models})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) putFlow(t testing.TB, text string) blob.Hash {
	t.Helper()
	hash, err := blob.PutBytes(t.Context(), h.blobs, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func exampleFlow(t testing.TB) string { return string(readFile(t, "../examples/service/flow.yaml")) }

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func putKnowledge(t testing.TB, blobs blob.Store) blob.Hash {
	t.Helper()
	var list []struct {
		ID, Category, Question, Answer string
		Variants                       []string
	}
	if err := yaml.Unmarshal(readFile(t, "../examples/service/entries.yaml"), &list); err != nil {
		t.Fatal(err)
	}
	var entries []knowledge.Entry
	for _, e := range list {
		entries = append(entries, knowledge.Entry{
			ID: e.ID, Category: e.Category, Question: e.Question, Variants: e.Variants, State: knowledge.Live,
			Answer: []knowledge.Part{{Kind: knowledge.TextPart, Text: e.Answer}},
		})
	}
	names, err := filepath.Glob("../examples/service/entities/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	var tables []knowledge.Table
	for _, name := range names {
		table, err := knowledge.ReadTable(strings.TrimSuffix(filepath.Base(name), ".csv"), readFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	bytes, err := knowledge.NewSnapshot(entries, tables).Encode()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := blob.PutBytes(t.Context(), blobs, bytes)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// guidelineModel is the real learner, taught by the guideline's examples and
// the conversations of the example product.
func guidelineModel(t testing.TB, seed uint64) learn.Model {
	t.Helper()
	data := learn.Data{Task: learn.Multi}
	at := map[string]int{}
	label := func(names []string) (all []int) {
		for _, n := range names {
			if _, ok := at[n]; !ok {
				at[n] = len(data.Labels)
				data.Labels = append(data.Labels, n)
			}
			all = append(all, at[n])
		}
		return all
	}
	files, err := filepath.Glob("../examples/service/conversations/a[1-2].txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		for line := range strings.Lines(string(readFile(t, name))) {
			said, labels, ok := strings.Cut(strings.TrimSpace(line), " #")
			if text, spoken := strings.CutPrefix(said, "客 "); ok && spoken {
				data.Examples = append(data.Examples, learn.Example{Text: text, Labels: label(strings.Split(labels, ","))})
			}
		}
	}
	l := linear.New()
	values, err := l.Spec().Fill(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Fit(t.Context(), data, values, learn.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (h *house) begin(t testing.TB) (Session, string) {
	t.Helper()
	s, token, err := h.Begin(t.Context(), "p1", "web", "")
	if err != nil {
		t.Fatal(err)
	}
	return s, token
}

func (h *house) mustSay(t testing.TB, session, text string) Answered {
	t.Helper()
	a, err := h.Say(t.Context(), session, Message{Text: text})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func asLead(t testing.TB) context.Context {
	return api.WithActor(t.Context(), api.Actor{ID: "u1", Name: "组长", Roles: []api.Role{api.Lead}})
}
