package ensemble

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"zhuomo/learn"
)

// sample is rows of three labels, in conversations of five; their words overlap.
func sample(n int, task learn.Task, seed uint64) learn.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	words := [][]string{{"退款", "退钱", "到账"}, {"酒店", "房间", "入住"}, {"地铁", "换乘", "站口"}}
	d := learn.Data{Task: task, Labels: []string{"refund", "hotel", "metro"}}
	for i := range n {
		l := rng.IntN(3)
		e := learn.Example{RowID: fmt.Sprint("r", i), Group: fmt.Sprint("talk", i/5), Labels: []int{l}}
		e.Text = fmt.Sprintf("请问%s的%s怎么办%d", words[l][rng.IntN(3)], words[rng.IntN(3)][rng.IntN(3)], rng.IntN(30))
		d.Examples = append(d.Examples, e)
	}
	return d
}

func fitted(t testing.TB, d learn.Data, params map[string]any, dev *learn.Data) *model {
	t.Helper()
	values, err := New().Spec().Fill(params)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New().Fit(t.Context(), d, values, learn.Options{Seed: 1, Dev: dev})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// loss is the plain twin of what weigh minimises.
func loss(single bool, weight []float64, of [][]float32, classes int, labels [][]int) (sum float64) {
	for _, w := range weight {
		even := 1 / float64(len(weight))
		sum += priorRows * (w - even) * (w - even) / 2
	}
	for i, own := range labels {
		score := make([]float64, classes)
		var z float64
		for l := range score {
			for k, w := range weight {
				score[l] += w * float64(of[k][i*classes+l])
			}
			z += math.Exp(score[l])
		}
		if single {
			sum += math.Log(z) - score[own[0]]
			continue
		}
		for l, s := range score {
			sum += math.Log1p(math.Exp(s))
			for _, o := range own {
				if o == l {
					sum -= s
				}
			}
		}
	}
	return sum
}

// TestWeightsLoseLeast: no small change of a weight makes the loss smaller, and a member
// that knows nothing, or speaks against what is right, counts nothing.
func TestWeightsLoseLeast(t *testing.T) {
	for _, single := range []bool{true, false} {
		rng := rand.New(rand.NewPCG(7, 7))
		const rows, classes = 400, 4
		of := [][]float32{make([]float32, rows*classes), make([]float32, rows*classes), make([]float32, rows*classes)}
		labels := make([][]int, rows)
		for i := range labels {
			own := rng.IntN(classes)
			labels[i] = []int{own}
			for l := range classes {
				is := float32(-1)
				if l == own {
					is = 1
				}
				for k, by := range []float32{1, .5, -1} {
					of[k][i*classes+l] = by*is + float32(rng.NormFloat64())
				}
			}
		}
		weight, err := weigh(t.Context(), single, of, classes, labels)
		if err != nil {
			t.Fatal(err)
		}
		if weight[2] != 0 || !(weight[0] > weight[1] && weight[1] > 0) {
			t.Errorf("single %v: weights %v", single, weight)
		}
		least := loss(single, weight, of, classes, labels)
		for k := range weight {
			for _, step := range []float64{-.02, .02} {
				other := append([]float64(nil), weight...)
				if other[k] += step; other[k] < 0 {
					continue
				}
				if loss(single, other, of, classes, labels) < least {
					t.Errorf("single %v: weight %d better by %v", single, k, step)
				}
			}
		}
	}
}

// TestConversationsAreNotParted: rows of a group stand in one part, for one and for several labels.
func TestConversationsAreNotParted(t *testing.T) {
	d := sample(200, learn.Single, 2)
	d.Examples[3].Labels = nil
	of := learn.Parts(d.Examples, 3, 4)
	used := map[int]bool{}
	for i, p := range of {
		if used[p] = true; p != of[i/5*5] {
			t.Fatalf("the group of row %d was parted", i)
		}
	}
	if len(used) != 4 {
		t.Errorf("%d parts", len(used))
	}
}

// TestEveryChoiceOfMembers learns, and a dev split takes the place of the parts.
func TestEveryChoiceOfMembers(t *testing.T) {
	for _, task := range New().Tasks() {
		d, dev := sample(120, task, 3), sample(60, task, 4)
		for choice, count := range map[string]int{"losses": 2, "near": 3, "views": 3} {
			if task == learn.Multi && choice == "near" {
				count = 2
			}
			m := fitted(t, d, map[string]any{"members": choice, "none_label": "hotel"}, nil)
			if len(m.members) != count || m.Held["examples"] < 100 {
				t.Errorf("%s %s: %d members, judged on %v rows", task, choice, len(m.members), m.Held["examples"])
			}
			if with := fitted(t, d, map[string]any{"members": choice}, &dev); with.Held["examples"] != 60 {
				t.Errorf("%s %s: with dev judged on %v rows", task, choice, with.Held["examples"])
			}
		}
	}
}

// TestTwoRowsAreEnough: where no part can be judged all members count alike.
func TestTwoRowsAreEnough(t *testing.T) {
	d := learn.Data{Task: learn.Single, Labels: []string{"a", "b"}, Examples: []learn.Example{{Text: "甲", Labels: []int{0}}, {Text: "乙", Labels: []int{1}}}}
	m := fitted(t, d, nil, nil)
	if m.Held["examples"] != 0 || m.Weights[0] != .5 || m.Weights[1] != .5 {
		t.Errorf("judged on %v rows, weights %v", m.Held["examples"], m.Weights)
	}
}

// TestEveryByteCounts: whichever byte of a file is changed, it is refused.
func TestEveryByteCounts(t *testing.T) {
	m := fitted(t, sample(30, learn.Single, 5), nil, nil)
	var file, rows bytes.Buffer
	if err := errors.Join(m.Save(&file), m.SaveRows(&rows)); err != nil {
		t.Fatal(err)
	}
	step := 1 + file.Len()/4000
	for at := 0; at < file.Len(); at += step {
		bad := bytes.Clone(file.Bytes())
		bad[at] ^= 1
		if _, err := New().Load(bad, nil); !errors.Is(err, learn.Damaged) {
			t.Fatalf("byte %d: %v", at, err)
		}
	}
	for at := range rows.Bytes() {
		bad := bytes.Clone(rows.Bytes())
		bad[at] ^= 1
		if _, err := New().Load(file.Bytes(), bad); !errors.Is(err, learn.Damaged) {
			t.Fatalf("byte %d of the rows: %v", at, err)
		}
	}
}

// FuzzLoad: a stranger's model whose checksums are right is refused or answers.
func FuzzLoad(f *testing.F) {
	m := fitted(f, sample(30, learn.Single, 6), nil, nil)
	f.Add(`{"weights":[0,1]}`, 0, byte(0))
	f.Add(`{"weights":[-1,1]}`, 70, byte(3))
	f.Add(`{"members":[{"learner":"learn.linear.v1","bytes":4294967296}]}`, len(m.body)-4, byte(255))
	f.Add(`{"members":[{"learner":"learn.ensemble.v1","bytes":9}],"labels":["a","b"]}`, len(m.body)/2, byte(127))
	f.Add(`{"task":"multi","calibration":{"slope":1e300}}`, -1, byte(0))
	f.Fuzz(func(t *testing.T, change string, at int, to byte) {
		h := m.header
		h.Params, h.Held = maps.Clone(h.Params), maps.Clone(h.Held)
		h.Members, h.Weights = append([]part(nil), h.Members...), append([]float64(nil), h.Weights...)
		if json.Unmarshal([]byte(change), &h) != nil {
			return
		}
		changed := bytes.Clone(m.body)
		if at >= 0 && at < len(changed) {
			changed[at] = to
		}
		own, err := json.Marshal(h)
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := (learn.Envelope{Learner: Name, Part: "model", Header: own, Body: changed}).Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := New().Load(file.Bytes(), nil)
		if err != nil {
			if !errors.Is(err, learn.Damaged) {
				t.Fatal(err)
			}
			return
		}
		in := learn.Input{Text: "退款到账了吗"}
		answers, err := got.Predict(t.Context(), []learn.Input{in})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range answers[0].Scores {
			if math.IsNaN(float64(s.P)) {
				t.Fatalf("%+v", answers[0])
			}
		}
		if _, err := got.Explain(t.Context(), in, got.Labels()[0]); err != nil {
			t.Fatal(err)
		}
	})
}
