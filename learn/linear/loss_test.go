package linear

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"zhuomo/learn"
)

// moods are rows whose words only lean towards their label, so that most cannot be told
// for sure; sure is how often a word is that of the label (0–1).
func moods(rows int, sure float64) learn.Data {
	rng := rand.New(rand.NewPCG(3, 4))
	d := learn.Data{Task: learn.Single, Labels: []string{"calm", "glad", "sad", "angry"}}
	for i := range rows {
		label := int(4 * rng.Float64() * rng.Float64()) // some are rare
		var words []string
		for range 4 {
			kind := label
			if rng.Float64() >= sure {
				kind = rng.IntN(4)
			}
			words = append(words, fmt.Sprintf("w%d%c", rng.IntN(60), 'a'+kind))
		}
		d.Examples = append(d.Examples, learn.Example{RowID: fmt.Sprint(i), Text: strings.Join(words, " "), Labels: []int{label}})
	}
	return d
}

func withLoss(t *testing.T, d learn.Data, loss string, o learn.Options) (*model, []byte) {
	t.Helper()
	values, err := New().Spec().Fill(map[string]any{"hash_bits": 16, "loss": loss})
	if err != nil {
		t.Fatal(err)
	}
	made, err := New().Fit(t.Context(), d, values, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := made.Save(&b); err != nil {
		t.Fatal(err)
	}
	return made.(*model), b.Bytes()
}

// TestTheLossIsTheOneThatIsRightMoreOften: auto gives the very model of the better loss,
// on rows of its own or held back, on any number of cores, and says which it was.
func TestTheLossIsTheOneThatIsRightMoreOften(t *testing.T) {
	t.Parallel()
	chosen := map[any]int{}
	for _, sure := range []float64{0.1, 0.2, 0.3, 0.95} {
		all := moods(3000, sure)
		dev := all
		dev.Examples = all.Examples[2500:]
		for name, d := range map[string]*learn.Data{"held back": nil, "own": &dev} {
			learnt := all
			if d != nil {
				learnt.Examples = all.Examples[:2500]
			}
			hinge, plain := withLoss(t, learnt, "hinge", learn.Options{Seed: 1, Dev: d})
			soft, probable := withLoss(t, learnt, "softmax", learn.Options{Seed: 1, Dev: d})
			want, better := plain, hinge.Held["accuracy"] < doubtful && soft.Held["accuracy"] > hinge.Held["accuracy"]
			if better {
				want = probable
			}
			for _, workers := range []int{1, 3} {
				last, of := 0, 0
				m, got := withLoss(t, learnt, "auto", learn.Options{Seed: 1, Dev: d, Workers: workers, Progress: func(done, total int) { last, of = done, total }})
				if !bytes.Equal(got, want) || last > of || last == 0 {
					t.Errorf("%v sure, rows %s, %d workers: %v (hinge %.3f, softmax %.3f), progress %d of %d", sure, name, workers, m.Params["loss"], hinge.Held["accuracy"], soft.Held["accuracy"], last, of)
				}
				chosen[m.Params["loss"]]++
			}
		}
	}
	if chosen["hinge"] == 0 || chosen["softmax"] == 0 {
		t.Errorf("only one was ever better: %v", chosen)
	}
}
