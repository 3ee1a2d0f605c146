package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
	"zhuomo/internal/jobs"
)

// sick is a program at work whose files somebody has a hand in, and a backup from before.
type sick struct {
	*served
	t      *testing.T
	folder string
	backup string
}

func newSick(t *testing.T) *sick {
	t.Helper()
	s := serveApp(t)
	folder := s.options.DataFolder
	if err := s.announce(folder, s.address, s.address); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "b.tar.zst")
	if exit, _, err := say(t, "backup", out, "--data", folder, "--json"); exit != 0 {
		t.Fatal(err)
	}
	return &sick{s, t, folder, out}
}

func (s *sick) path(h blob.Hash) string {
	return filepath.Join(s.folder, blobsName, h.Hex()[:2], h.Hex()[2:])
}

// spoil changes a byte of a file.
func (s *sick) spoil(h blob.Hash) {
	s.t.Helper()
	body, err := os.ReadFile(s.path(h))
	if err != nil {
		s.t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(s.path(h), body, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// doctor looks at the folder. How full the disk of this machine is, is no matter here.
func (s *sick) doctor(args ...string) (exit int, found checkup) {
	s.t.Helper()
	exit, out, said := say(s.t, append([]string{"doctor", "--data", s.folder, "--json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		s.t.Fatalf("%v: %s %s", err, out, said)
	}
	found.Items = slices.DeleteFunc(found.Items, func(f ailment) bool { return f.Code == LittleRoom.Code && !f.Grave })
	return exit, found
}

// version gives the one version that there is, its first segment and its raw file.
func (s *sick) version() (version, segment, raw blob.Hash) {
	s.t.Helper()
	product, err := s.Stages.Data.FindProduct(s.t.Context(), "p")
	if err != nil {
		s.t.Fatal(err)
	}
	sets, err := s.Stages.Data.Datasets(s.t.Context(), product.ID, "", 1)
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := s.Stages.Data.Latest(s.t.Context(), sets[0].ID)
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := s.Stages.Data.Manifest(s.t.Context(), v.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return blob.Hash(v.ID), m.Segments[0].Blob, blob.Hash(m.Inputs[0].Blob)
}

func TestTheDoctorFindsWhatIsWrongAndBringsItBack(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	version, segment, raw := s.version()
	if exit, found := s.doctor("--deep"); exit != 0 || found.Problems != 0 || found.Blobs == 0 || !found.Deep {
		t.Fatalf("in health: %d %+v", exit, found)
	}
	for name, c := range map[string]struct {
		harm  func()
		light []string // codes without --deep
		deep  []string
	}{
		"a segment is gone":     {func() { os.Remove(s.path(segment)) }, []string{"blob.not_found"}, []string{"blob.not_found"}},
		"a raw file is gone":    {func() { os.Remove(s.path(raw)) }, []string{"blob.not_found"}, []string{"blob.not_found"}},
		"a manifest is gone":    {func() { os.Remove(s.path(version)) }, []string{"blob.not_found"}, []string{"blob.not_found"}},
		"a raw file is damaged": {func() { s.spoil(raw) }, nil, []string{"blob.damaged"}},
		"a segment is damaged":  {func() { s.spoil(segment) }, nil, []string{"blob.damaged"}},
		"a manifest is damaged": {func() { s.spoil(version) }, []string{"blob.damaged"}, []string{"blob.damaged"}},
		"all three": {func() { s.spoil(version); s.spoil(segment); os.Remove(s.path(raw)) }, []string{"blob.damaged", "blob.not_found"},
			[]string{"blob.damaged", "blob.damaged", "blob.not_found"}}, // the job of the import names the raw file
	} {
		c.harm()
		for depth, want := range map[string][]string{"": c.light, "--deep": c.deep} {
			args := slices.DeleteFunc([]string{depth}, func(a string) bool { return a == "" })
			exit, found := s.doctor(args...)
			var got []string
			for _, i := range found.Items {
				if i.Grave {
					got = append(got, i.Code)
				}
			}
			if !slices.Equal(got, want) || found.Problems != len(want) || (exit == 0) != (len(want) == 0) {
				t.Errorf("%s, %q: exit %d, %v, want %v", name, depth, exit, got, want)
			}
		}
		for range 3 { // a manifest that was brought back names more
			if exit, _ := s.doctor("--deep", "--from", s.backup); exit == 0 {
				break
			}
		}
		if exit, found := s.doctor("--deep"); exit != 0 {
			t.Errorf("%s: not mended: %+v", name, found)
		}
		var rows int
		if err := s.Stages.Data.Rows(t.Context(), string(version), func(dataset.Row) error { rows++; return nil }); err != nil || rows != 3 {
			t.Errorf("%s: %d rows, %v", name, rows, err)
		}
	}
}

// TestAGuidelineIsNotLookedForAsAFile: a job that opened a queue names its
// guideline by a hash, as it names files.
func TestAGuidelineIsNotLookedForAsAFile(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	version, _, raw := s.version()
	var guide struct{ ID string }
	yaml, _ := json.Marshal("name: g\nversion: 1\ntask: classify\nlabels:\n  - {id: a, zh: 甲, en: a, rule: 甲}\n  - {id: b, zh: 乙, en: b, rule: 乙}\n")
	if err := json.Unmarshal(s.must("POST", s.product+"/guidelines", `{"source":`+string(yaml)+`,"revision":0}`), &guide); err != nil {
		t.Fatal(err)
	}
	order, _ := json.Marshal(map[string]any{"name": "q", "version_id": version, "guideline_id": guide.ID, "text_column": "text", "annotators": 1})
	var opening api.Started
	if err := json.Unmarshal(s.must("POST", s.product+"/queues", string(order)), &opening); err != nil {
		t.Fatal(err)
	}
	if j := s.finished(opening.JobID, "en"); j.State != jobs.Done {
		t.Fatalf("no queue: %+v", j)
	}
	if exit, found := s.doctor("--deep"); exit != 0 || found.Problems != 0 {
		t.Errorf("in health: %d %+v", exit, found)
	}
	os.Remove(s.path(raw))
	if exit, found := s.doctor("--deep"); exit == 0 || found.Problems != 1 {
		t.Errorf("with a file gone: %d %+v", exit, found)
	}
}

// TestRepairLosesNothing sets a damaged file aside with every byte that it has.
func TestRepairLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	_, _, raw := s.version()
	unnamed, err := blob.PutBytes(t.Context(), s.Blobs, []byte("nobody names me"))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []blob.Hash{raw, unnamed} {
		s.spoil(h)
	}
	bytesOf := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		return b
	}
	before := bytesOf(s.path(raw))
	exit, found := s.doctor("--deep", "--repair")
	if exit != 1 || found.Problems != 1 {
		t.Errorf("exit %d, %+v", exit, found)
	}
	for _, i := range found.Items {
		if i.Code == blob.Damaged.Code && i.Mended != (i.Blob == unnamed) {
			t.Errorf("mended: %+v", i)
		}
	}
	if got := bytesOf(filepath.Join(s.folder, blobsName, "aside", raw.Hex())); !bytes.Equal(got, before) {
		t.Errorf("aside lie %d bytes", len(got))
	}
	if exit, found := s.doctor(); exit != 1 || len(found.Items) != 1 || found.Items[0].Code != blob.NotFound.Code || found.Items[0].Blob != raw {
		t.Errorf("then: %d %+v", exit, found)
	}
}

func TestTheDoctorLooksAtTheFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs a system whose files have modes: any but Windows")
	}
	s := newSick(t)
	if err := os.Chmod(s.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if exit, found := s.doctor(); exit != 0 || len(found.Items) != 1 || found.Items[0].Code != FolderOpen.Code || found.Items[0].Mended {
		t.Errorf("%d %+v", exit, found)
	}
	if exit, found := s.doctor("--repair"); exit != 0 || len(found.Items) != 1 || !found.Items[0].Mended {
		t.Errorf("%d %+v", exit, found)
	}
	exit, out, _ := say(t, "doctor", "--data", s.folder, "--lang", "en")
	if exit != 0 || !strings.Contains(out, "no problems") {
		t.Errorf("%d %s", exit, out)
	}
	if err := errors.Join(os.Rename(filepath.Join(s.folder, blobsName, "tmp"), filepath.Join(s.folder, "tmp")), os.Rename(filepath.Join(s.folder, blobsName), filepath.Join(s.folder, "away"))); err != nil {
		t.Fatal(err)
	}
	exit, out, said := say(t, "doctor", "--data", s.folder, "--lang", "en")
	if exit == 0 || !strings.Contains(out+said, "blobs") {
		t.Errorf("without its files: %d %s %s", exit, out, said)
	}
}

func TestAMistypedFolderIsNotCalledWell(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{{"doctor"}, {"backup", filepath.Join(t.TempDir(), "b.tar.zst")}} {
		exit, out, said := say(t, append(args, "--data", nowhere)...)
		if exit == 0 || !strings.Contains(said+out, "app.no_data") {
			t.Errorf("%s: %d %s %s", args[0], exit, out, said)
		}
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestBackupAndRestoreOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	into := filepath.Join(t.TempDir(), "data")
	whole, err := os.ReadFile(s.backup)
	if err != nil {
		t.Fatal(err)
	}
	var made saved
	exit, out, _ := say(t, "restore", s.backup, "--check", "--json")
	if err := json.Unmarshal([]byte(out), &made); exit != 0 || err != nil || made.Rows == 0 || made.Blobs == 0 {
		t.Fatalf("%d %s %v", exit, out, err)
	}
	torn, other := filepath.Join(t.TempDir(), "torn"), filepath.Join(t.TempDir(), "other")
	write(t, torn, string(whole[:len(whole)-10]))
	write(t, other, "no backup at all, and long enough to be read as one")
	full := t.TempDir()
	write(t, filepath.Join(full, "mine.txt"), "x")
	for name, c := range map[string]struct {
		args []string
		exit int
		code string
	}{
		"no target":            {[]string{"backup"}, 2, "app.backup_where"},
		"a target that exists": {[]string{"backup", s.backup, "--data", s.folder}, 4, "app.backup_there"},
		"a folder that is not": {[]string{"backup", filepath.Join(full, "no", "b"), "--data", s.folder}, 1, "app.backup_unwritten"},
		"no source":            {[]string{"restore"}, 2, "app.restore_what"},
		"a source that is not": {[]string{"restore", filepath.Join(full, "no")}, 3, "command.no_file"},
		"over a server":        {[]string{"restore", s.backup, "--server", s.address}, 2, "app.restore_here"},
		"torn":                 {[]string{"restore", torn, "--data", into}, 1, "backup.torn"},
		"another file":         {[]string{"restore", other, "--data", into}, 2, "backup.not_one"},
		"another digest":       {[]string{"restore", s.backup, "--data", into, "--digest", "00"}, 4, "backup.other_digest"},
		"a full folder":        {[]string{"restore", s.backup, "--data", full}, 4, "backup.not_empty"},
		"the running one":      {[]string{"restore", s.backup, "--data", s.folder}, 4, "backup.not_empty"},
		"a backup that is not": {[]string{"doctor", "--from", filepath.Join(full, "no"), "--data", s.folder}, 3, "command.no_file"},
	} {
		exit, _, said := say(t, append(c.args, "--lang", "en")...)
		if exit != c.exit || !strings.Contains(said, c.code) {
			t.Errorf("%s: exit %d, %s", name, exit, said)
		}
		if _, err := os.Stat(into); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was restored", name)
		}
	}
	folder := t.TempDir()
	if exit, _, said := say(t, "backup", folder, "--data", s.folder); exit != 0 {
		t.Error(said)
	}
	if names, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(names) != 1 || !strings.HasPrefix(filepath.Base(names[0]), "zhuomo-") {
		t.Errorf("made %v", names)
	}
	if exit, _, said := say(t, "restore", s.backup, "--digest", made.Digest, "--data", into); exit != 0 {
		t.Fatal(said)
	}
	a, err := Open(t.Context(), Options{DataFolder: into})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(context.Background())
	if a.Owner.ID != s.Owner.ID {
		t.Error("the owner is another one")
	}
	if _, err := a.Stages.Data.FindProduct(t.Context(), "p"); err != nil {
		t.Error(err)
	}
}
