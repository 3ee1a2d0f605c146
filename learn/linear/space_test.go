package linear

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

func TestRareBucketsGiveWayWhereMemoryEnds(t *testing.T) {
	t.Parallel()
	// 100 buckets are in one example, 50 in two, 25 in ten, the others in none.
	df := make([]uint32, 1000)
	for i := range 175 {
		switch {
		case i < 100:
			df[5*i] = 1
		case i < 150:
			df[5*i] = 2
		default:
			df[5*i] = 10
		}
	}
	for name, c := range map[string]struct{ least, classes, lanes, others, most, want int }{
		"all have room":                  {1, 3, 8, 1, 8 * 176, 1},
		"no bucket is left out for none": {0, 3, 8, 0, 8 * 175, 0},
		"one too many":                   {1, 3, 8, 1, 8 * 175, 2},
		"two too many":                   {1, 3, 8, 1, 8 * 75, 3},
		"the asked for stays":            {3, 3, 8, 0, 1 << 20, 3},
		"fewer features than classes":    {1, 30, 32, 0, 32 * 29, -1},
	} {
		got, err := leastFor(df, c.least, c.classes, c.lanes, c.others, c.most)
		if c.want < 0 {
			if !errors.Is(err, learn.TooManyLabels) {
				t.Errorf("%s: %d, %v", name, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %d, %v, not %d", name, got, err, c.want)
		}
	}
}

// TestAHundredThousandLabelsAreRefused: no weights could be held for them.
func TestAHundredThousandLabelsAreRefused(t *testing.T) {
	t.Parallel()
	data := learn.Data{Task: learn.Single}
	for n := range 100_000 {
		data.Labels = append(data.Labels, fmt.Sprint("c", n))
		data.Examples = append(data.Examples, learn.Example{Text: fmt.Sprintf("第%d个问题", n), Labels: []int{n}})
	}
	values, err := New().Spec().Fill(spec.Values{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New().Fit(t.Context(), data, values, learn.Options{Seed: 1}); !errors.Is(err, learn.TooManyLabels) {
		t.Errorf("%v", err)
	}
}

// TestWordsWeighAsMuchAsTheirPart: one number in a Chinese sentence has its part of the
// length; a text without wide characters shares it as word_share says.
func TestWordsWeighAsMuchAsTheirPart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"我要订3间大床房": 1. / 8, "ok好": 2. / 3, "book a room": 1, "我要订房": 0, "3": 1} {
		for _, byPart := range []bool{true, false} {
			values, err := New().Spec().Fill(spec.Values{"word_share": 2.0, "word_part": byPart, "bias": 0.0})
			if err != nil {
				t.Fatal(err)
			}
			s := settingsOf(values)
			g := newReader(s.shape()).read(learn.Input{Text: text})
			if math.Abs(float64(g.latin)-want) > 1e-6 {
				t.Errorf("%q: %v of it is words, not %v", text, g.latin, want)
			}
			df := make([]uint32, 1<<s.hashBits)
			for _, b := range g.bucket {
				df[b] = 1
			}
			sp, err := newSpace(df, 1, 2, s, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, val, _ := sp.encode(g, s.shape().groups(), nil, nil, nil)
			var chars, words float64
			for j, v := range val {
				if int32(j) < g.ends[groupChars] {
					chars += float64(v) * float64(v)
				} else {
					words += float64(v) * float64(v)
				}
			}
			ratio := 4 * want // word_share² times the part
			if !byPart && want > 0 {
				ratio = 4
			}
			if math.Abs(chars+words-1) > 1e-5 || math.Abs(words-ratio/(1+ratio)) > 1e-5 {
				t.Errorf("%q by part %v: characters %v, words %v", text, byPart, chars, words)
			}
		}
	}
}

// TestAnOlderModelReadsWordsAsItLearntThem: a file that does not tell word_part was learnt
// without it.
func TestAnOlderModelReadsWordsAsItLearntThem(t *testing.T) {
	t.Parallel()
	data := learn.Data{Task: learn.Single, Labels: []string{"room", "table"}}
	for i := range 40 {
		data.Examples = append(data.Examples, learn.Example{RowID: fmt.Sprint(i), Text: fmt.Sprintf("%s%d号", []string{"订房", "订桌"}[i%2], i), Labels: []int{i % 2}})
	}
	values, err := New().Spec().Fill(spec.Values{"word_part": false})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New().Fit(t.Context(), data, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	e, err := learn.ReadEnvelope(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	without := bytes.Replace(e.Header, []byte(`,"word_part":false`), nil, 1)
	if bytes.Equal(without, e.Header) {
		t.Fatalf("the header does not tell word_part: %s", e.Header)
	}
	e.Header = without
	var older bytes.Buffer
	if err := e.Write(&older); err != nil {
		t.Fatal(err)
	}
	kept, err := New().Load(older.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := []learn.Input{{Text: "给我订一间3号房"}, {Text: "ok 订12号桌"}}
	want, err := m.Predict(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept.Predict(t.Context(), asked); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("answers %v, not %v, %v", got, want, err)
	}
}
