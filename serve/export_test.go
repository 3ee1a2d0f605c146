package serve

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/learn"
	"zhuomo/serve/bundle"
)

// workbench is a house whose release lies wholly in its blobs, so that it can be
// exported.
type workbench struct {
	*house
	folder  string
	model   []byte
	release Release
}

func newWorkbench(t *testing.T, d *db.DB) *workbench {
	t.Helper()
	w := &workbench{house: newHouse(t, d), folder: t.TempDir()}
	var file bytes.Buffer
	if err := guidelineModel(t, 1).Save(&file); err != nil {
		t.Fatal(err)
	}
	w.model = file.Bytes()
	w.Service = w.at(t, w.folder)
	hash, err := blob.PutBytes(t.Context(), w.blobs, w.model)
	if err != nil {
		t.Fatal(err)
	}
	w.models.byID[string(hash)] = dialog.Understand(guidelineModel(t, 1))
	w.content.ModelID = string(hash)
	if w.release, err = w.Create(t.Context(), w.content, "", Ready{}); err != nil {
		t.Fatal(err)
	}
	if w.release, err = w.Publish(t.Context(), "p1", w.release.ID, "", false); err != nil {
		t.Fatal(err)
	}
	return w
}

// at opens the service with its signing key in a folder, as another process may.
func (w *workbench) at(t *testing.T, folder string) *Service {
	t.Helper()
	s, err := New(t.Context(), Needs{
		DB: w.db, Blobs: w.blobs, Now: w.clock.Now, Products: oneProduct{}, Models: w.models, SigningKey: filepath.Join(folder, "key.pem"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *workbench) export(t *testing.T, s *Service, release string) []byte {
	t.Helper()
	x, err := s.Export(t.Context(), "p1", "拾程旅行", release)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := x.Write(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	if int64(file.Len()) != x.SizeBytes {
		t.Errorf("%d bytes, told %d", file.Len(), x.SizeBytes)
	}
	return file.Bytes()
}

func parcel(t *testing.T, file []byte, pin string) *Parcel {
	t.Helper()
	p, err := ReadBundle(bytes.NewReader(file), int64(len(file)), "x.zhuomo", pin)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newBox is an empty place for bundles.
func newBox(t *testing.T, w *workbench) (*Service, dialog.Understander) {
	t.Helper()
	s, err := New(t.Context(), Needs{DB: testkit.OpenDB(t), Blobs: testkit.TempBlobs(t), Now: w.clock.Now, Products: oneProduct{}, Models: &models{}})
	if err != nil {
		t.Fatal(err)
	}
	return s, w.models.byID[w.content.ModelID]
}

// TestABundleAnswersAsItsReleaseDoes exports on both databases and talks to both.
func TestABundleAnswersAsItsReleaseDoes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorkbench(t, d)
		file := w.export(t, w.Service, "live")
		if !bytes.Equal(file, w.export(t, w.Service, w.release.Name)) {
			t.Error("the same release gave other bytes")
		}
		p := parcel(t, file, "")
		if !bytes.Equal(p.Model, w.model) || p.ReleaseID != w.release.ID || p.Number != w.release.Number {
			t.Errorf("the parcel is %+v", p.Bundled)
		}
		box, model := newBox(t, w)
		r, err := box.Install(t.Context(), p, model, false)
		if err != nil {
			t.Fatal(err)
		}
		if r.ID != w.release.ID || r.Name != w.release.Name || r.State != Live || r.Manifest != w.release.Manifest {
			t.Errorf("installed as %+v, at home %+v", r, w.release)
		}
		for _, text := range []string{"我的订单到哪了", "退票要多少手续费", "今天月亮圆吗"} {
			var said []Answered
			for _, s := range []*Service{w.Service, box} {
				session, _, err := s.Begin(t.Context(), "p1", "web", "")
				if err != nil {
					t.Fatal(err)
				}
				a, err := s.Say(t.Context(), session.ID, Message{Text: text, TurnID: "one"})
				if err != nil {
					t.Fatal(err)
				}
				said = append(said, a)
			}
			if dialog.PlainText(said[0].Parts) != dialog.PlainText(said[1].Parts) || said[0].Band != said[1].Band || said[0].Release != said[1].Release {
				t.Errorf("%s: at home %+v, in the box %+v", text, said[0], said[1])
			}
		}
	})
}

func TestInstalling(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, testkit.OpenDB(t))
	first := parcel(t, w.export(t, w.Service, "live"), "")
	box, model := newBox(t, w)
	install := func(p *Parcel, anew bool) error {
		_, err := box.Install(t.Context(), p, model, anew)
		return err
	}
	if err := errors.Join(install(first, false), install(first, false)); err != nil {
		t.Fatal(err)
	}
	if moves, err := readPublications(t.Context(), box.n.DB.Reader(), "p1", "", 10); err != nil || len(moves) != 1 {
		t.Errorf("installing the same twice moved %+v, %v", moves, err)
	}
	if _, err := w.NewSigner(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := parcel(t, w.export(t, w.Service, "live"), "")
	if again.Signer == first.Signer {
		t.Error("a new key signed as the old one")
	}
	if err := install(again, false); !errors.Is(err, bundle.OtherSigner) {
		t.Errorf("another signer than before: %v", err)
	}
	if err := errors.Join(install(again, true), install(again, false)); err != nil {
		t.Errorf("a signer that a person named: %v", err)
	}
	if err := install(first, false); !errors.Is(err, bundle.OtherSigner) {
		t.Errorf("the signer of before: %v", err)
	}
	stranger, clash := *again, *again
	stranger.Product.ID, stranger.Contents.ProductID = "p2", "p2"
	if err := install(&stranger, true); !errors.Is(err, OtherBox) {
		t.Errorf("another product: %v", err)
	}
	clash.ReleaseID = "another"
	if err := install(&clash, true); !errors.Is(err, OtherNumber) {
		t.Errorf("another release of the same number: %v", err)
	}
	broken := *again
	broken.ReleaseID, broken.Number, broken.Knowledge = "third", 99, []byte("{")
	if err := install(&broken, true); !errors.Is(err, DamagedRelease) {
		t.Errorf("knowledge that cannot be read: %v", err)
	}
	if r, err := box.Release(t.Context(), "p1", "live"); err != nil || r.ID != w.release.ID {
		t.Errorf("after all that %+v is live, %v", r, err)
	}
}

// TestAPartThatIsMissing signs what no workbench writes.
func TestAPartThatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, testkit.OpenDB(t))
	x, err := w.Export(t.Context(), "p1", "拾程旅行", "live")
	if err != nil {
		t.Fatal(err)
	}
	parts := x.manifest.Parts
	for name, c := range map[string]struct {
		parts []bundle.Part
		want  error
	}{
		"no flow":                           {parts[:2], bundle.PartMissing},
		"a model that is not the release's": {[]bundle.Part{{Name: "model", SizeBytes: parts[2].SizeBytes, SHA256: parts[2].SHA256}, parts[1], parts[2]}, bundle.Damaged},
	} {
		x.manifest.Parts = c.parts
		var file bytes.Buffer
		if err := x.Write(t.Context(), &file); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBundle(&file, int64(file.Len()), "x", ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOneKeySigns holds processes on one database to one key, which no database has.
func TestOneKeySigns(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorkbench(t, d)
		signer := parcel(t, w.export(t, w.Service, "live"), "").Signer
		path := filepath.Join(w.folder, "key.pem")
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key lies as %v, %v", info.Mode(), err)
		}
		far := t.TempDir()
		if _, err := w.at(t, far).Export(t.Context(), "p1", "", "live"); !errors.Is(err, KeyElsewhere) {
			t.Errorf("a process without the key: %v", err)
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(far, "key.pem"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := parcel(t, w.export(t, w.at(t, far), "live"), signer).Signer; got != signer {
			t.Errorf("with the key brought there %s signed", got)
		}
		made, err := w.NewSigner(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.at(t, far).Export(t.Context(), "p1", "", "live"); !errors.Is(err, KeyElsewhere) {
			t.Errorf("a process with the key of before: %v", err)
		}
		if got := parcel(t, w.export(t, w.Service, "live"), "").Signer; got != made.Signer {
			t.Errorf("%s signed, made was %s", got, made.Signer)
		}
		if all, err := w.Signers(t.Context()); err != nil || len(all) != 2 || all[0].Signer != made.Signer || all[1].Signer != signer {
			t.Errorf("signers are %+v, %v", all, err)
		}
		if err := os.WriteFile(path, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Export(t.Context(), "p1", "", "live"); !errors.Is(err, bundle.BadKey) {
			t.Errorf("a key that is none: %v", err)
		}
	})
}

// needy is a model that an encoder must help.
type needy struct{}

func (needy) Understand(context.Context, string, []learn.Said) ([]dialog.Label, error) {
	return nil, learn.NeedsVectors.With("encoder", "x", "want", 8, "got", 0)
}

func TestAModelWithAnEncoderStaysAtHome(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, testkit.OpenDB(t))
	w.models.byID["needy"] = needy{}
	w.content.ModelID = "needy"
	r, err := w.Create(t.Context(), w.content, "", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Export(t.Context(), "p1", "", r.ID); !errors.Is(err, NotAlone) {
		t.Errorf("it was exported: %v", err)
	}
}

// beside is a model that answers by a program of its own.
type beside struct{ dialog.Understander }

func (beside) RunsOutside() bool { return true }

func TestAModelWithAProgramStaysAtHome(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, testkit.OpenDB(t))
	w.models.byID["beside"] = beside{w.models.byID[w.content.ModelID]}
	w.content.ModelID = "beside"
	r, err := w.Create(t.Context(), w.content, "", Ready{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Export(t.Context(), "p1", "", r.ID); !errors.Is(err, NotAlone) {
		t.Errorf("it was exported: %v", err)
	}
}

func TestTrimKeepsTheNewest(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		old, _, err := h.Begin(t.Context(), "p1", "web", "")
		if err != nil {
			t.Fatal(err)
		}
		talk := func(session string, n int) {
			for range n {
				a, err := h.Say(t.Context(), session, Message{Text: "你好"})
				if err == nil {
					err = h.Rate(t.Context(), session, a.TurnID, true, "")
				}
				if err != nil {
					t.Fatal(err)
				}
				h.clock.Add(1e9)
			}
		}
		talk(old.ID, 3)
		h.clock.Add(3 * sessionIdle)
		fresh, _, err := h.Begin(t.Context(), "p1", "web", "")
		if err != nil {
			t.Fatal(err)
		}
		talk(fresh.ID, 4)
		if n, err := h.Trim(t.Context(), "p1", 10); n != 0 || err != nil {
			t.Errorf("with room left %d went, %v", n, err)
		}
		if n, err := h.Trim(t.Context(), "p1", 2); n != 5 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		left, err := h.TurnsAfter(t.Context(), "p1", "", 10)
		if err != nil || len(left) != 2 || left[0].Number != 3 || left[0].Rating != "good" {
			t.Errorf("left is %+v, %v", left, err)
		}
		if _, err := h.Say(t.Context(), old.ID, Message{Text: "还在吗"}); !errors.Is(err, NoSession) {
			t.Errorf("the session without turns: %v", err)
		}
		talk(fresh.ID, 1)
	})
}
