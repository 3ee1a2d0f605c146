package spoil

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuomo/examples"
	"zhuomo/text"
)

func dirty(t *testing.T, m examples.Material, seed uint64) (Truth, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "dirty")
	truth, err := Spoil(m, seed, out, filepath.Join(t.TempDir(), "truth"))
	if err != nil {
		t.Fatal(err)
	}
	return truth, out
}

func serviceMaterial(t *testing.T) examples.Material {
	t.Helper()
	m, err := ownMaterial()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheSameSeedGivesTheSameBytesAndAnotherOthers(t *testing.T) {
	m := serviceMaterial(t)
	_, a := dirty(t, m, 7)
	_, b := dirty(t, m, 7)
	_, c := dirty(t, m, 8)
	for _, name := range []string{CSVFile, XLSXFile, DBFile} {
		read := func(folder string) []byte {
			body, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			return body
		}
		if !bytes.Equal(read(a), read(b)) {
			t.Errorf("%s: the same seed gave other bytes", name)
		}
		if bytes.Equal(read(a), read(c)) {
			t.Errorf("%s: another seed gave the same bytes", name)
		}
	}
}

func TestEveryKindIsPlantedAndAQuarterIsDirty(t *testing.T) {
	truth, _ := dirty(t, serviceMaterial(t), 1)
	count, planted, turns := map[string]int{}, 0, map[string]bool{}
	for _, r := range truth.Records {
		if len(r.Kinds) > 0 {
			planted++
		}
		for _, k := range r.Kinds {
			count[k]++
		}
		turns[r.Conversation+"/"+string(rune(r.Turn))] = true
	}
	t.Logf("%d records, %d planted (%.1f %%): %v", len(truth.Records), planted, 100*float64(planted)/float64(len(truth.Records)), count)
	for _, k := range []string{Script, Width, Punctuation, Pinyin, Personal, Entity, Tag, Invisible, Space, Mojibake, TwinTurn, NearTurn, TwinSession, NearSession, Template, Broken, Ragged} {
		if count[k] < 10 {
			t.Errorf("%s: planted %d times", k, count[k])
		}
	}
	if planted*4 < len(truth.Records) {
		t.Errorf("only %d of %d records are dirty", planted, len(truth.Records))
	}
	for _, c := range serviceMaterial(t).Conversations {
		for i := range c.Turns {
			if !turns[c.ID+"/"+string(rune(i+1))] {
				t.Fatalf("%s turn %d is in no file", c.ID, i+1)
			}
		}
	}
}

func TestATruthThatIsMetScoresOne(t *testing.T) {
	truth, _ := dirty(t, serviceMaterial(t), 2)
	rows, aside := perfect(truth)
	score := Measure(truth, rows, aside)
	if score.Recall != 1 || score.Precision != 1 || len(score.Misses) != 0 || score.Strange != 0 {
		t.Errorf("a perfect cleaning scores %v, %v: %v", score.Recall, score.Precision, score.Misses[:min(3, len(score.Misses))])
	}
	if score.RowsRaw != score.RowsClean+score.RowsSetAside {
		t.Errorf("rows do not add up: %+v", score)
	}
}

func TestDoingNothingHasNoRecall(t *testing.T) {
	truth, _ := dirty(t, serviceMaterial(t), 2)
	var rows []Cleaned
	blobs := blobsOf(truth)
	for _, r := range truth.Records {
		rows = append(rows, Cleaned{sourceOf(r, blobs), r.Raw})
	}
	score := Measure(truth, rows, nil)
	if score.Recall > 0.12 || score.Actions != 0 || score.Precision != 1 {
		t.Errorf("recall %v, %d actions, precision %v", score.Recall, score.Actions, score.Precision)
	}
	if score.ByKind[Personal] > 0 || score.ByKind[Broken] > 0 || score.ByKind[Template] > 0 || score.ByKind[Mojibake] > 0 {
		t.Errorf("something is right without cleaning: %v", score.ByKind)
	}
}

func TestWrongActionsCostPrecision(t *testing.T) {
	truth, _ := dirty(t, serviceMaterial(t), 3)
	rows, aside := perfect(truth)
	before := Measure(truth, rows, aside)
	spoilt, lost := 0, 0
	at := truth.places()
	for i := range rows {
		if r := truth.Records[at[placeOf(rows[i].Source)]]; len(r.Kinds) == 0 && r.Group == 0 && spoilt < 50 {
			rows[i].Text += "！！"
			spoilt++
		}
	}
	kept := rows[:0]
	for _, row := range rows {
		if r := truth.Records[at[placeOf(row.Source)]]; len(r.Kinds) == 0 && r.Group == 0 && lost < 50 && row.Text == r.Raw {
			aside = append(aside, row.Source)
			lost++
			continue
		}
		kept = append(kept, row)
	}
	score := Measure(truth, kept, aside)
	if want := float64(before.Actions) / float64(before.Actions+100); score.Precision != want || score.Recall != 1 || len(score.Misses) != 100 {
		t.Errorf("precision %v, want %v; recall %v; %d misses", score.Precision, want, score.Recall, len(score.Misses))
	}
}

func TestOneTwinMustStay(t *testing.T) {
	truth := Truth{Files: []File{{"a", "sha256:a"}}, Records: []Record{
		{File: "a", Number: 1, Raw: "在吗", Want: []string{"在吗"}, Group: 1}, {File: "a", Number: 2, Raw: "在吗", Want: []string{"在吗"}, Group: 1, Kinds: []string{TwinTurn}}}}
	blobs := blobsOf(truth)
	one, two := sourceOf(truth.Records[0], blobs), sourceOf(truth.Records[1], blobs)
	for name, c := range map[string]struct {
		rows  []Cleaned
		aside []placeSource
		right bool
	}{
		"the first stays":  {[]Cleaned{{one, "在吗"}}, []placeSource{two}, true},
		"the second stays": {[]Cleaned{{two, "在吗"}}, []placeSource{one}, true},
		"both stay":        {[]Cleaned{{one, "在吗"}, {two, "在吗"}}, nil, false},
		"none stays":       {nil, []placeSource{one, two}, false},
	} {
		if score := Measure(truth, c.rows, c.aside); (score.Recall == 1) != c.right {
			t.Errorf("%s: recall %v", name, score.Recall)
		}
	}
}

func TestPlantedDataIsWhatItSays(t *testing.T) {
	r := (&works{seed: 5}).stream(1)
	finder := text.NewPersonal(nil, nil)
	for range 300 {
		for _, p := range personals {
			s := p.make(r)
			if found := finder.Scan("卡号 微信：" + s); len(found) == 0 && p.mask != "[微信号]" {
				t.Errorf("%s %q is not seen as such by anybody", p.mask, s)
			}
		}
	}
}

func TestTruthAndFilesLieApart(t *testing.T) {
	folder := t.TempDir()
	if _, err := Spoil(serviceMaterial(t), 1, folder, folder); !errors.Is(err, SamePlace) {
		t.Errorf("one folder: %v", err)
	}
	if _, err := OpenTruth(folder); !errors.Is(err, BadTruth) {
		t.Errorf("no truth: %v", err)
	}
	where := filepath.Join(folder, "truth")
	want, err := Spoil(serviceMaterial(t), 1, filepath.Join(folder, "dirty"), where)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenTruth(where)
	if err != nil || len(got.Records) != len(want.Records) || !slices.Equal(got.Files, want.Files) {
		t.Errorf("read back: %d records of %d, %v", len(got.Records), len(want.Records), err)
	}
	if entries, _ := os.ReadDir(filepath.Join(folder, "dirty")); len(entries) != 3 {
		t.Errorf("%d files in the dirty folder", len(entries))
	}
}

// ownMaterial is that of the first example product.
func ownMaterial() (examples.Material, error) {
	p, err := examples.Find("")
	if err != nil {
		return examples.Material{}, err
	}
	return p.Material()
}
