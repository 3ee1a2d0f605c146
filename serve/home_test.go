package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/testkit"
)

// trip is a workbench, and a box that runs its live release.
type trip struct {
	*workbench
	box *Service
}

func newTrip(t *testing.T, d *db.DB) *trip {
	t.Helper()
	w := newWorkbench(t, d)
	box, model := newBox(t, w)
	if _, err := box.Install(t.Context(), parcel(t, w.export(t, w.Service, "live"), ""), model, false); err != nil {
		t.Fatal(err)
	}
	return &trip{w, box}
}

// talk says something to the box in a new session and gives the answers.
func (p *trip) talk(t *testing.T, texts ...string) []Answered {
	t.Helper()
	s, _, err := p.box.Begin(t.Context(), "p1", "speaker", "")
	if err != nil {
		t.Fatal(err)
	}
	var all []Answered
	for _, text := range texts {
		p.clock.Add(time.Second)
		a, err := p.box.Say(t.Context(), s.ID, Message{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func (p *trip) rate(t *testing.T, turn string, good bool) {
	t.Helper()
	p.clock.Add(time.Second)
	kept, err := p.box.Turn(t.Context(), turn)
	if err == nil {
		err = p.box.Rate(t.Context(), kept.SessionID, turn, good, "")
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (p *trip) pack(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := p.box.Pack(t.Context(), &file, "p1"); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (p *trip) bring(t *testing.T, file []byte) (Brought, []string) {
	t.Helper()
	var ids []string
	b, err := p.Bring(t.Context(), "p1", bytes.NewReader(file), func(_ context.Context, some []string) error {
		ids = append(ids, some...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, ids
}

func TestFeedbackComesHomeOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		p := newTrip(t, d)
		said := p.talk(t, "我的订单到哪了", "退票要多少手续费", "今天月亮圆吗")
		p.rate(t, said[1].ID, false)
		early := p.pack(t)
		p.clock.Add(time.Hour)
		b, ids := p.bring(t, early)
		if b != (Brought{Turns: 3, New: 3, Sessions: 1, Rated: 1}) || !slices.Equal(ids, []string{said[0].ID, said[1].ID, said[2].ID}) {
			t.Errorf("brought %+v, ids %v", b, ids)
		}
		// Everything is at home as it was in the box, under the same ids.
		for _, a := range said {
			there, err := p.box.Turn(t.Context(), a.ID)
			if err != nil {
				t.Fatal(err)
			}
			here, err := p.Turn(t.Context(), a.ID)
			if err != nil || here.Text != there.Text || here.ReleaseID != p.release.ID || here.ModelID != p.content.ModelID || here.AtUS != there.AtUS ||
				here.Rating != there.Rating || here.ratedUS != there.ratedUS || len(here.Trace.Path) != len(there.Trace.Path) || here.Number != there.Number {
				t.Errorf("in the box %+v\nat home %+v, %v", there, here, err)
			}
		}
		if fact, err := p.Facts().Turn(t.Context(), said[2].ID); err != nil || len(fact.History) < 4 || fact.ReleaseID != p.release.ID {
			t.Errorf("the thread of the last turn: %+v, %v", fact, err)
		}
		if heard, err := p.LastHeard(t.Context(), "p1", 1); err != nil || len(heard) != 1 || heard[0].Channel != "speaker" {
			t.Errorf("heard %+v, %v", heard, err)
		}
		if again, ids := p.bring(t, early); again != (Brought{Turns: 3, Sessions: 1}) || len(ids) != 3 {
			t.Errorf("the same file again brought %+v, %v", again, ids)
		}
		// A later file brings what is new; an earlier one then takes nothing back.
		p.rate(t, said[1].ID, true)
		p.talk(t, "我要投诉")
		if b, _ := p.bring(t, p.pack(t)); b != (Brought{Turns: 4, New: 1, Sessions: 2, Rated: 1}) {
			t.Errorf("a later file brought %+v", b)
		}
		if b, _ := p.bring(t, early); b.New != 0 || b.Rated != 0 {
			t.Errorf("the early file brought %+v", b)
		}
		if here, err := p.Turn(t.Context(), said[1].ID); err != nil || here.Rating != "good" {
			t.Errorf("rated %+v, %v", here, err)
		}
		// Nobody talks on in a session that came from a box.
		if err := p.Admit(t.Context(), "p1", mustTurn(t, p.Service, said[0].ID).SessionID, ""); !errors.Is(err, NotYours) {
			t.Errorf("a session of a box let somebody in: %v", err)
		}
	})
}

func mustTurn(t *testing.T, s *Service, id string) Turn {
	t.Helper()
	turn, err := s.Turn(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// TestABoxWhoseClockIsAhead must not bring ids behind which nothing is ever new.
func TestABoxWhoseClockIsAhead(t *testing.T) {
	t.Parallel()
	p := newTrip(t, testkit.OpenDB(t))
	p.clock.Add(1000 * time.Hour)
	said := p.talk(t, "你好", "我的订单到哪了")
	file := p.pack(t)
	p.clock.Add(-999 * time.Hour)
	b, ids := p.bring(t, file)
	if b.New != 2 || slices.Contains(ids, said[0].ID) || ids[1] > db.NewID(p.clock.Now()) {
		t.Errorf("brought %+v as %v", b, ids)
	}
	if again, same := p.bring(t, file); again.New != 0 || !slices.Equal(ids, same) {
		t.Errorf("again: %+v as %v", again, same)
	}
}

func unpack(t testing.TB, file []byte) string {
	t.Helper()
	text, err := unzip(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func unzip(file []byte) (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

func repack(t testing.TB, text string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestBadFeedbackBringsNothing: cut at any length, changed anywhere, of another
// product, release or version, or speaking in a session of the workbench.
func TestBadFeedbackBringsNothing(t *testing.T) {
	t.Parallel()
	p := newTrip(t, testkit.OpenDB(t))
	p.talk(t, "我的订单到哪了", "今天月亮圆吗")
	file := p.pack(t)
	text := unpack(t, file)
	ours, _, err := p.Begin(t.Context(), "p1", "web", "")
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(name string, file []byte, want ...error) {
		t.Helper()
		b, err := p.Bring(t.Context(), "p1", bytes.NewReader(file), func(context.Context, []string) error { return nil })
		if len(want) == 0 && err != nil && fault.Of(err).Def != fault.Internal {
			return
		}
		if !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	for n := 0; n < len(file); n += 7 {
		refuse("cut", file[:n], NotFeedback, CutFeedback)
	}
	for at := 10; at < len(file); at += 3 { // the ten bytes before say nothing of the content
		changed := bytes.Clone(file)
		changed[at] ^= 0x10
		if same, err := unzip(changed); err == nil && same == text {
			continue // a bit that means nothing to what it holds
		}
		refuse("changed", changed)
	}
	lines := strings.SplitAfter(text, "\n")
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"one turn left out":        {lines[0] + lines[2] + lines[3], BrokenFeedback},
		"no end":                   {lines[0] + lines[1] + lines[2], CutFeedback},
		"more behind the end":      {text + lines[1], BrokenFeedback},
		"a word changed":           {strings.Replace(text, "订单", "行李", 1), BrokenFeedback},
		"another product":          {strings.ReplaceAll(text, `"p1"`, `"p2"`), OthersFeedback},
		"a newer version":          {strings.Replace(text, `"version":1`, `"version":2`, 1), NewerFeedback},
		"a release that is none":   {strings.ReplaceAll(text, p.release.ID, "none"), BrokenFeedback},
		"a session of this house":  {strings.ReplaceAll(text, mustTurn(t, p.box, turnsOf(t, p.box)[0]).SessionID, ours.ID), BrokenFeedback},
		"a turn that says nothing": {strings.ReplaceAll(text, "我的订单到哪了", ""), BrokenFeedback},
		"something else":           {"{}\n", NotFeedback},
		"no JSON":                  {lines[0] + "x\n", BrokenFeedback},
		"a line without an end":    {lines[0] + strings.Repeat("x", maxHomeLine+1), BrokenFeedback},
	} {
		refuse(name, repack(t, c.text), c.want)
	}
	if n := len(turnsOf(t, p.Service)); n != 0 {
		t.Errorf("%d turns came in", n)
	}
}

func turnsOf(t *testing.T, s *Service) (ids []string) {
	t.Helper()
	turns, err := s.TurnsAfter(t.Context(), "p1", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns {
		ids = append(ids, turn.ID)
	}
	return ids
}

// FuzzReadHome feeds anything: it ends with a fault, or every turn was read.
func FuzzReadHome(f *testing.F) {
	f.Add(repack(f, `{"format":"zhuomo feedback","version":1,"product_id":"p1"}`+"\n"+`{"turn":{"text":"x"}}`+"\n"+`{"end":{"turn_count":1}}`+"\n"))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, content := range [][]byte{file, repack(t, string(file))} {
			err := readHome(t.Context(), bytes.NewReader(content), "p1", func(_ int, h *homeTurn) error {
				if h == nil {
					t.Fatal("a turn that is none")
				}
				return nil
			})
			if err != nil && fault.Of(err).Def == fault.Internal {
				t.Fatalf("no fault of the format: %v", err)
			}
		}
	})
}
