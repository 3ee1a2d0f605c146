// Package learntest is the conformance suite of learners. Whatever is
// registered in internal/builtin runs through it.
package learntest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// Run holds one learner to the contract.
func Run(t *testing.T, l learn.Learner) {
	t.Helper()
	t.Run("tells about itself in both languages", func(t *testing.T) { told(t, l.Spec()) })
	for _, task := range l.Tasks() {
		s := suite{l: l, task: task}
		t.Run(string(task), func(t *testing.T) {
			t.Run("learns what it was shown", s.learns)
			t.Run("same seed gives same bytes on any number of workers", s.repeats)
			t.Run("answers the same after save and load", s.travels)
			t.Run("a trainer gives the models of a fit from scratch", s.trains)
			t.Run("refuses what cannot be learnt", s.refuses)
			t.Run("survives any text", s.survives)
			t.Run("explanations add up", s.explains)
			t.Run("names training rows as witnesses", s.witnesses)
			t.Run("stops when cancelled", s.stops)
			t.Run("leaves its input alone and reports progress", s.careful)
			t.Run("predicts from many goroutines", s.concurrent)
			t.Run("refuses damaged files", s.damaged)
			if task == learn.Spans {
				t.Run("finds stretches within stretches", s.nests)
				t.Run("tells several readings", s.reads)
			}
		})
	}
}

func told(t *testing.T, s spec.Spec) {
	if !regexp.MustCompile(`^learn\.[a-z0-9_]+\.v[1-9][0-9]*$`).MatchString(s.Name) {
		t.Errorf("name %q is not learn.name.vN", s.Name)
	}
	both := func(what string, x spec.Text) {
		if strings.TrimSpace(x.ZH) == "" || strings.TrimSpace(x.EN) == "" {
			t.Errorf("%s is not in both languages", what)
		}
	}
	both("title", s.Title)
	both("help", s.Help)
	for _, p := range s.Params {
		both("title of "+p.Name, p.Title)
		both("help of "+p.Name, p.Help)
	}
	values, err := s.Fill(nil)
	if err != nil {
		t.Fatalf("defaults are refused: %v", err)
	}
	given := map[string]any{}
	for name, v := range values {
		given[name] = v
	}
	if _, err := s.Fill(given); err != nil {
		t.Errorf("a default is out of its own range: %v", err)
	}
}

type suite struct {
	l    learn.Learner
	task learn.Task
}

// topics are what the suite's sentences are about.
var topics = [...][]string{
	{"酒店", "房间", "入住", "退房", "宾馆"}, {"地铁", "换乘", "几号线", "站口", "末班车"},
	{"退款", "refund", "退钱", "到账", "money back"}, {"发票", "invoice", "抬头", "税号", "报销"},
}

// data is a small set whose answer is in the words; rows of Multi have one or
// two topics.
func (s suite) data(rows int) learn.Data {
	d := learn.Data{Task: s.task, Labels: []string{"hotel", "metro", "refund", "invoice"}}
	frames := []string{"请问%s怎么弄", "我想问一下%s", "%s的事", "帮我看看%s吧", "how about %s?"}
	for i := range rows {
		a := i % len(topics)
		word := topics[a][(i/4)%5]
		e := learn.Example{RowID: fmt.Sprintf("row-%04d", i), Labels: []int{a}}
		if s.task == learn.Multi && i%3 == 0 {
			b := (a + 1 + i%2) % len(topics)
			word += "，还有" + topics[b][(i/5)%5]
			e.Labels = append(e.Labels, b)
		}
		e.Text = fmt.Sprintf(frames[(i/3)%len(frames)], word)
		if s.task == learn.Spans {
			s.mark(&e, word, a)
		}
		if i%2 == 0 {
			e.History = []learn.Said{{Who: learn.Customer, Text: "你好"}, {Who: learn.Product, Text: "您好，请讲"}}
		}
		d.Examples = append(d.Examples, e)
	}
	return d
}

// mark makes the topic's word of a sentence its one span.
func (s suite) mark(e *learn.Example, word string, label int) {
	before, _, _ := strings.Cut(e.Text, word)
	start := len([]rune(before))
	e.Labels, e.Spans = nil, []learn.Span{{Start: start, End: start + len([]rune(word)), Label: label}}
}

// label gives e another label.
func (s suite) label(e *learn.Example, label int) {
	if s.task != learn.Spans {
		e.Labels = []int{label}
		return
	}
	e.Labels, e.Spans = nil, nil
	if e.Text != "" {
		e.Spans = []learn.Span{{Start: 0, End: 1, Label: label}}
	}
}

func (s suite) values(t *testing.T) spec.Values {
	t.Helper()
	v, err := s.l.Spec().Fill(nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (s suite) fit(t *testing.T, d learn.Data, o learn.Options) learn.Model {
	t.Helper()
	m, err := s.l.Fit(t.Context(), d, s.values(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func saved(t *testing.T, m learn.Model) (model, rows []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := m.Save(&a); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveRows(&b); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

func inputs(d learn.Data) []learn.Input {
	out := make([]learn.Input, len(d.Examples))
	for i, e := range d.Examples {
		out[i] = e.Input()
	}
	return out
}

func predict(t *testing.T, m learn.Model, in []learn.Input) []learn.Prediction {
	t.Helper()
	out, err := m.Predict(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s suite) learns(t *testing.T) {
	d := s.data(240)
	m := s.fit(t, d, learn.Options{Seed: 1})
	right := 0
	for i, p := range predict(t, m, inputs(d)) {
		want := map[string]bool{}
		for _, l := range d.Examples[i].Labels {
			want[d.Labels[l]] = true
		}
		good := true
		for _, sp := range d.Examples[i].Spans {
			want[d.Labels[sp.Label]] = true
			good = good && slices.ContainsFunc(p.Spans, func(f learn.FoundSpan) bool {
				return f.Chosen && f.Start == sp.Start && f.End == sp.End && f.Label == d.Labels[sp.Label]
			})
		}
		good = good && len(p.Chosen()) == len(want)
		for _, c := range p.Chosen() {
			good = good && want[c]
		}
		if good {
			right++
		}
	}
	if right < 228 { // 95 % of sentences that were shown
		t.Errorf("%d of 240 shown sentences are answered rightly", right)
	}
	c := m.Card()
	if c.Learner != s.l.Spec().Name || c.Task != s.task || c.Examples != 240 || c.Labels != 4 || m.Learner() != c.Learner || m.Task() != s.task {
		t.Errorf("card is wrong: %+v", c)
	}
}

func (s suite) repeats(t *testing.T) {
	d := s.data(700)
	first, _ := saved(t, s.fit(t, d, learn.Options{Seed: 5, Workers: 1}))
	for _, workers := range []int{0, 2, 7} {
		if again, _ := saved(t, s.fit(t, d, learn.Options{Seed: 5, Workers: workers})); !bytes.Equal(first, again) {
			t.Errorf("%d workers give other bytes than one", workers)
		}
	}
	if other, _ := saved(t, s.fit(t, d, learn.Options{Seed: 6})); bytes.Equal(first, other) {
		t.Error("the seed has no effect, not even in the card")
	}
}

func (s suite) travels(t *testing.T) {
	d := s.data(200)
	m := s.fit(t, d, learn.Options{Seed: 1})
	file, rows := saved(t, m)
	loaded, err := s.l.Load(file, rows)
	if err != nil {
		t.Fatal(err)
	}
	same(t, m, loaded, inputs(d))
	again, rowsAgain := saved(t, loaded)
	if !bytes.Equal(file, again) || !bytes.Equal(rows, rowsAgain) {
		t.Error("saving what was loaded gives other bytes")
	}
	if through, err := learn.Load([]learn.Learner{s.l}, file, nil); err != nil {
		t.Error(err)
	} else if _, err := through.Witnesses(t.Context(), d.Examples[0].Input(), d.Labels[0], 3); !errors.Is(err, learn.NoRows) {
		t.Errorf("witnesses without rows: %v, want NoRows", err)
	}
	for offset := 1; offset < 8; offset += 3 { // a file may lie at any address
		moved := append(make([]byte, offset), file...)
		odd, err := s.l.Load(moved[offset:], nil)
		if err != nil {
			t.Fatal(err)
		}
		same(t, m, odd, inputs(d)[:20])
	}
}

func same(t *testing.T, a, b learn.Model, in []learn.Input) {
	t.Helper()
	if !reflect.DeepEqual(a.Labels(), b.Labels()) || a.Task() != b.Task() {
		t.Fatal("labels or task differ")
	}
	if !reflect.DeepEqual(predict(t, a, in), predict(t, b, in)) {
		t.Error("answers differ")
	}
}

func (s suite) trains(t *testing.T) {
	d := s.data(300)
	trainer, err := s.l.Trainer(d.Task, d.Labels, s.values(t), learn.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Fit(t.Context()); !errors.Is(err, learn.NoExamples) {
		t.Errorf("an empty trainer fits: %v", err)
	}
	if err := trainer.Put(d.Examples[:250]...); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Relabel one, change the text of one, drop two, add fifty.
	s.label(&d.Examples[7], 3)
	d.Examples[8].Text = "换一句话：末班车几点"
	s.label(&d.Examples[8], 1)
	if err := trainer.Put(append([]learn.Example{d.Examples[7], d.Examples[8]}, d.Examples[250:]...)...); err != nil {
		t.Fatal(err)
	}
	trainer.Drop(d.Examples[20].RowID, "nobody", d.Examples[100].RowID)
	now := d
	now.Examples = nil
	for i, e := range d.Examples {
		if i != 20 && i != 100 {
			now.Examples = append(now.Examples, e)
		}
	}
	if trainer.Len() != len(now.Examples) {
		t.Fatalf("trainer holds %d examples, want %d", trainer.Len(), len(now.Examples))
	}
	m, err := trainer.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, ra := saved(t, m)
	b, rb := saved(t, s.fit(t, now, learn.Options{Seed: 3}))
	if !bytes.Equal(a, b) || !bytes.Equal(ra, rb) {
		t.Error("the trainer's model is not the model of a fit from scratch")
	}
	if err := trainer.Put(s.one("x", 99)); !errors.Is(err, learn.BadLabel) {
		t.Errorf("unknown label: %v", err)
	}
}

func (s suite) refuses(t *testing.T) {
	v := s.values(t)
	one := []learn.Example{s.one("甲", 0), s.one("乙", 0)}
	if s.task != learn.Single { // one label is enough, none is not
		one = []learn.Example{{Text: "甲"}, {Text: "乙"}}
	}
	for want, d := range map[*fault.Definition]learn.Data{
		learn.NoExamples: {Task: s.task, Labels: []string{"a", "b"}},
		learn.OneLabel:   {Task: s.task, Labels: []string{"a", "b"}, Examples: one},
		learn.BadLabel:   {Task: s.task, Labels: []string{"a", "b"}, Examples: []learn.Example{s.one("甲", 0), s.one("乙", 2)}},
	} {
		if _, err := s.l.Fit(t.Context(), d, v, learn.Options{}); !errors.Is(err, want) {
			t.Errorf("got %v, want %s", err, want.Code)
		}
	}
	if _, err := s.l.Trainer("ranking", []string{"a"}, v, learn.Options{}); !errors.Is(err, learn.NotThisTask) {
		t.Errorf("unknown task: %v", err)
	}
	dev := learn.Data{Task: s.task, Labels: []string{"a", "b"}, Examples: []learn.Example{s.one("甲", 7)}}
	if _, err := s.l.Fit(t.Context(), s.data(20), v, learn.Options{Dev: &dev}); !errors.Is(err, learn.BadLabel) {
		t.Errorf("unseen label in dev: %v", err)
	}
	m := s.fit(t, s.data(40), learn.Options{})
	if _, err := m.Explain(t.Context(), learn.Input{Text: "好"}, "no such"); !errors.Is(err, learn.UnknownLabel) {
		t.Errorf("explain an unknown label: %v", err)
	}
	if _, err := m.Witnesses(t.Context(), learn.Input{Text: "好"}, "no such", 1); !errors.Is(err, learn.UnknownLabel) {
		t.Errorf("witnesses of an unknown label: %v", err)
	}
}

// one is a one-character example with that label.
func (s suite) one(text string, label int) learn.Example {
	e := learn.Example{RowID: text, Text: text}
	s.label(&e, label)
	return e
}

// Texts that have broken programs before.
func hard() []string {
	return []string{
		"", " ", "\t\n\u3000", "好", "𠮷野家", "👨‍👩‍👧‍👦👍🏽", "１２３ＡＢＣ", "轉帳转账轉账", strings.Repeat("退款到账了吗", 1667),
		"\xff\xfe\x00broken", "a\u0301e\u0308", "\u202Eabc", strings.Repeat("a", 20000), "....", "A", "\x00",
	}
}

func (s suite) survives(t *testing.T) {
	d := s.data(120)
	for i, text := range hard() {
		e := learn.Example{
			RowID: fmt.Sprint("hard-", i), Text: text, Weight: float32(i%3) / 2,
			History: []learn.Said{{Who: learn.Product, Text: text}},
		}
		s.label(&e, i%4)
		d.Examples = append(d.Examples, e)
	}
	m := s.fit(t, d, learn.Options{Seed: 1})
	for i, p := range predict(t, m, inputs(d)) {
		sum := 0.0
		for k, l := range p.Scores {
			if math.IsNaN(float64(l.P)) || l.P < 0 || l.P > 1 || k > 0 && l.P > p.Scores[k-1].P {
				t.Fatalf("input %d: probability %v at place %d", i, l.P, k)
			}
			sum += float64(l.P)
		}
		if len(p.Scores) != 4 || s.task == learn.Single && (math.Abs(sum-1) > 1e-4 || len(p.Chosen()) != 1) {
			t.Fatalf("input %d: %+v", i, p)
		}
		if !(p.OutOfScope >= 0 && p.OutOfScope <= 1) {
			t.Fatalf("input %d: out of scope %v", i, p.OutOfScope)
		}
	}
	// A handful of rows is a fit too.
	few := d
	few.Examples = d.Examples[:4]
	predict(t, s.fit(t, few, learn.Options{}), inputs(few))
}

func (s suite) explains(t *testing.T) {
	d := s.data(200)
	m := s.fit(t, d, learn.Options{Seed: 1})
	ins := append(inputs(d)[:20], learn.Input{Text: "ＨＯＷ about 退款 ＆ 𠮷?", History: []learn.Said{{Who: learn.Product, Text: "您好"}}})
	for _, text := range hard() {
		ins = append(ins, learn.Input{Text: text})
	}
	for i, in := range ins {
		for _, label := range m.Labels() {
			e, err := m.Explain(t.Context(), in, label)
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Text) != len([]rune(in.Text)) || len(e.History) != len(in.History) {
				t.Fatalf("input %d: %d weights for %d characters", i, len(e.Text), len([]rune(in.Text)))
			}
			sum := float64(e.Base + e.Rest)
			for _, list := range append(e.History, e.Text) {
				for _, w := range list {
					sum += float64(w)
				}
			}
			if math.Abs(sum-float64(e.Score)) > 1e-3 {
				t.Errorf("input %d, %s: parts add up to %v, score is %v", i, label, sum, e.Score)
			}
		}
	}
}

func (s suite) witnesses(t *testing.T) {
	d := s.data(200)
	m := s.fit(t, d, learn.Options{Seed: 1})
	rows := map[string]bool{}
	for _, e := range d.Examples {
		rows[e.RowID] = true
	}
	found, err := m.Witnesses(t.Context(), learn.Input{Text: "请问退款怎么弄"}, "refund", 5)
	if err != nil || len(found) == 0 || len(found) > 5 {
		t.Fatalf("witnesses: %v, %v", found, err)
	}
	for i, w := range found {
		if !rows[w.RowID] || len(w.Labels) == 0 || i > 0 && math.Abs(float64(w.Weight)) > math.Abs(float64(found[i-1].Weight)) {
			t.Errorf("witness %d: %+v", i, w)
		}
	}
	if found[0].Weight <= 0 || found[0].Labels[0] != "refund" && len(found[0].Labels) == 1 {
		t.Errorf("the heaviest witness for a plain sentence speaks against it: %+v", found[0])
	}
}

func (s suite) stops(t *testing.T) {
	d := s.data(3000)
	for i := range d.Examples { // longer, so that there is something to stop
		d.Examples[i].Text += strings.Repeat(d.Examples[(i*7)%3000].RowID, 8)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	var once sync.Once
	done := make(chan error, 1) // one answer
	go func() {
		_, err := s.l.Fit(ctx, d, s.values(t), learn.Options{Progress: func(done, total int) { once.Do(func() { close(begun) }) }})
		done <- err
	}()
	<-begun
	cancelled := time.Now()
	cancel()
	err := <-done
	if took := time.Since(cancelled); took > time.Second {
		t.Errorf("it went on for %v", took)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := s.l.Fit(ctx, d, s.values(t), learn.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled fit gives %v, want context.Canceled", err)
	}
}

func (s suite) careful(t *testing.T) {
	d, twin := s.data(150), s.data(150)
	v := s.values(t)
	last, of, falls := 0, 0, false
	m, err := s.l.Fit(t.Context(), d, v, learn.Options{Seed: 1, Progress: func(done, total int) { falls = falls || done < last; last, of = done, total }})
	if err != nil {
		t.Fatal(err)
	}
	if falls || last != of || of == 0 {
		t.Errorf("progress ends at %d of %d, falling: %v", last, of, falls)
	}
	if !reflect.DeepEqual(d, twin) || !reflect.DeepEqual(v, s.values(t)) {
		t.Error("examples or values were changed")
	}
	before := predict(t, m, inputs(d))
	d.Labels[0] = "changed by the caller"
	for i := range d.Examples {
		d.Examples[i].Text = "changed"
		for k := range d.Examples[i].Labels {
			d.Examples[i].Labels[k] = 0
		}
		for k := range d.Examples[i].Spans {
			d.Examples[i].Spans[k] = learn.Span{Start: 0, End: 1}
		}
	}
	if !reflect.DeepEqual(before, predict(t, m, inputs(twin))) {
		t.Error("the model holds on to the caller's data")
	}
}

func (s suite) concurrent(t *testing.T) {
	d := s.data(200)
	m := s.fit(t, d, learn.Options{Seed: 1})
	in := inputs(d)
	want := predict(t, m, in)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range in {
				got, err := m.Predict(context.Background(), in[i:i+1])
				if err != nil || !reflect.DeepEqual(got[0], want[i]) {
					t.Errorf("input %d: another answer (%v)", i, err)
					return
				}
				if _, err := m.Explain(context.Background(), in[i], m.Labels()[0]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func (s suite) damaged(t *testing.T) {
	file, rows := saved(t, s.fit(t, s.data(60), learn.Options{}))
	for _, at := range []int{0, 9, 20, 40, 100, len(file) / 2, len(file) - 1} {
		bad := bytes.Clone(file)
		bad[at] ^= 0x40
		if _, err := s.l.Load(bad, nil); !errors.Is(err, learn.Damaged) {
			t.Errorf("byte %d flipped: %v, want Damaged", at, err)
		}
	}
	for _, cut := range [][]byte{nil, file[:10], file[:len(file)-64], append(bytes.Clone(file), 0), rows} {
		if _, err := s.l.Load(cut, nil); !errors.Is(err, learn.Damaged) {
			t.Errorf("file of %d bytes: %v, want Damaged", len(cut), err)
		}
	}
	other, otherRows := saved(t, s.fit(t, s.data(80), learn.Options{}))
	if _, err := s.l.Load(other, rows); !errors.Is(err, learn.Damaged) {
		t.Errorf("rows of another model: %v, want Damaged", err)
	}
	if _, err := s.l.Load(other, otherRows[:len(otherRows)-64]); !errors.Is(err, learn.Damaged) {
		t.Errorf("rows cut short: %v, want Damaged", err)
	}
}
