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

func withLoss(t *testing.T, d learn.Data, loss string, cost float64, o learn.Options) (*model, []byte) {
	t.Helper()
	values, err := New().Spec().Fill(map[string]any{"hash_bits": 16, "loss": loss, "cost": cost})
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

// TestTheWayIsTheOneThatIsRightMoreOften: auto gives the very model of the best of the ways
// that it tries, on rows of its own or held back, on any number of cores, and says which it was.
func TestTheWayIsTheOneThatIsRightMoreOften(t *testing.T) {
	t.Parallel()
	chosen := map[string]int{}
	for _, task := range []learn.Task{learn.Single, learn.Multi} {
		for _, sure := range []float64{0.1, 0.2, 0.3, 0.95} {
			whole := moods(3000, sure)
			whole.Task = task
			dev := whole
			dev.Examples = whole.Examples[2500:]
			for name, own := range map[string]*learn.Data{"held back": nil, "own": &dev} {
				learnt := whole
				if own != nil {
					learnt.Examples = whole.Examples[:2500]
				}
				o := learn.Options{Seed: 1, Dev: own}
				best, want := withLoss(t, learnt, "hinge", 1.4, o)
				which, right := "usual", (&calibrated{figures: best.Held}).right(task)
				if best.Held["accuracy"] < doubtful {
					type tried struct {
						name, loss string
						cost       float64
					}
					ways := []tried{{"softmax", "softmax", 1.4}, {"smoother", "hinge", 0.56}}
					if task == learn.Multi {
						ways = []tried{{"smoother", "hinge", 0.35}}
					}
					for _, w := range ways {
						m, file := withLoss(t, learnt, w.loss, w.cost, o)
						if r := (&calibrated{figures: m.Held}).right(task); r > right {
							which, right, want = w.name, r, file
						}
					}
				}
				for _, workers := range []int{1, 3} {
					last, of := 0, 0
					o.Workers, o.Progress = workers, func(done, total int) { last, of = done, total }
					m, got := withLoss(t, learnt, "auto", 1.4, o)
					if !bytes.Equal(got, want) || last > of || last == 0 {
						t.Errorf("%s, %v sure, rows %s, %d workers: %v at %v, want the %s; progress %d of %d", task, sure, name, workers, m.Params["loss"], m.Params["cost"], which, last, of)
					}
				}
				chosen[which]++
			}
		}
	}
	if chosen["usual"] == 0 || chosen["softmax"] == 0 || chosen["smoother"] == 0 {
		t.Errorf("some were never better: %v", chosen)
	}
}
