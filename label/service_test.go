package label_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/testkit"
	"zhuomo/label"
)

// house is a product with a version of chat lines and a guideline.
type house struct {
	*label.Service
	data    *dataset.Service
	runner  *jobs.Runner
	clock   *testkit.FixedClock
	product string
	version dataset.Version
}

// build makes sessions of five lines: customer, agent, customer, agent, customer.
func build(t testing.TB, d *db.DB, sessions int, suggest label.Suggester) house {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := testkit.Clock(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))
	data, err := dataset.New(t.Context(), dataset.Needs{DB: d, Blobs: testkit.TempBlobs(t), Now: clock.Now})
	must(err)
	runner, err := jobs.Open(t.Context(), d, jobs.Options{Alone: true})
	must(err)
	s, err := label.New(t.Context(), label.Needs{DB: d, Data: data, Jobs: runner, Now: clock.Now, Suggest: suggest})
	must(err)
	must(runner.Start(t.Context()))
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
	p, err := data.CreateProduct(t.Context(), "客服")
	must(err)
	set, err := data.Create(t.Context(), p.ID, "聊天")
	must(err)
	schema := dataset.Schema{Columns: []dataset.Column{{Name: "会话"}, {Name: "角色"}, {Name: "内容"}}}
	v, err := data.Build(t.Context(), dataset.Draft{DatasetID: set.ID, Schema: schema}, func(add func(dataset.Row) error) error {
		for i := range sessions {
			for line, who := range []string{"客户", "坐席", "客户", "坐席", "客户"} {
				n := i*5 + line
				row := dataset.Row{ID: dataset.NewRowID("raw", "", n+1), Values: []string{fmt.Sprintf("s%d", i), who, fmt.Sprintf("第%d会话第%d句", i, line)}}
				if err := add(row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	must(err)
	_, err = s.SaveGuideline(t.Context(), p.ID, "me", intents, 0)
	must(err)
	return house{s, data, runner, clock, p.ID, v}
}

func (h house) order(name string, annotators int) label.QueueOrder {
	return label.QueueOrder{Name: name, VersionID: h.version.ID, TextColumn: "内容", SessionColumn: "会话", SpeakerColumn: "角色",
		Speakers: []string{"客户"}, ContextTurns: 2, Annotators: annotators}
}

func (h house) openQueue(t testing.TB, o label.QueueOrder) label.Queue {
	t.Helper()
	q, err := h.OpenQueue(t.Context(), h.product, o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func (h house) claim(t testing.TB, q label.Queue, person string, n int) []label.Task {
	t.Helper()
	tasks, err := h.Claim(t.Context(), q.ID, person, n, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

// submission is an answer whose id is made of task and person.
func submission(task label.Task, person string, labels ...string) label.Submission {
	return label.Submission{ID: task.ID + "." + person, TaskID: task.ID, Person: person, Labels: labels, Seconds: 2.5}
}

func (h house) answer(t testing.TB, task label.Task, person string, labels ...string) label.Annotation {
	t.Helper()
	made, err := h.Submit(t.Context(), []label.Submission{submission(task, person, labels...)})
	if err != nil {
		t.Fatal(err)
	}
	return made[0]
}

func TestQueue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 20, nil)
		o := h.order("全部", 2)
		o.Leave = 10
		q := h.openQueue(t, o)
		if q.State != "open" || q.TaskCount != 60 || q.KeptCount != 10 || q.GuidelineVersion != 1 {
			t.Fatalf("%+v", q)
		}
		first := h.claim(t, q, "zhang", 3)
		// Which ten are left for people is drawn by seed: here line 0 of the first two sessions.
		if len(first) != 3 || first[1].Text != "第0会话第4句" || first[1].Session != "s0" {
			t.Fatalf("%+v", first)
		}
		want := []label.Line{{Who: label.Customer, Text: "第0会话第2句"}, {Who: label.Agent, Text: "第0会话第3句"}}
		if !slices.Equal(first[1].Context, want) || first[0].TextHash != label.TextHash(first[0].Text) {
			t.Errorf("%+v", first)
		}
		if held, err := h.Held(t.Context(), q.ID, "zhang"); err != nil || len(held) != 3 || held[0].ID != first[0].ID || held[0].LeaseUntil != first[0].LeaseUntil {
			t.Errorf("%v %v", held, err)
		}
		if again := h.claim(t, q, "li", 3); again[0].ID != first[0].ID {
			t.Error("the second person should be served the same tasks, from the other lane")
		}
		if rest := h.claim(t, q, "sim-1", 500); len(rest) != 47 {
			t.Errorf("a simulated person got %d of the 47 that have a slot and are not left for real ones", len(rest))
		}
		if rest := h.claim(t, q, "wang", 500); len(rest) != 57 {
			t.Errorf("a third person got %d of the 57 that two people do not hold yet", len(rest))
		}
		if rest := h.claim(t, q, "zhao", 500); len(rest) != 10 {
			t.Errorf("a fourth person got %d of the 10 slots left", len(rest))
		}
		if _, err := h.OpenQueue(t.Context(), h.product, o); !errors.Is(err, label.QueueTaken) {
			t.Errorf("the same name: %v", err)
		}
		if _, err := h.CloseQueue(t.Context(), q.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Claim(t.Context(), q.ID, "zhang", 1, time.Minute); !errors.Is(err, label.QueueClosed) {
			t.Errorf("closed: %v", err)
		}
		h.answer(t, first[0], "zhang", "greet") // what is claimed is still taken
	})
}

func TestOrders(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 20, unsure{"第7会话第2句": .1, "第3会话第0句": .2})
		texts := func(o label.QueueOrder) (all []string) {
			for _, task := range h.claim(t, h.openQueue(t, o), "zhang", 100) {
				all = append(all, task.Text)
			}
			return all
		}
		o := h.order("抽样", 1)
		o.Sample, o.Seed, o.Order = 25, 5, "shuffled"
		a := texts(o)
		o.Name = "再抽"
		if b := texts(o); len(a) != 25 || !slices.Equal(a, b) || slices.IsSorted(a) {
			t.Errorf("the same seed drew %v and %v", a, b)
		}
		o.Name, o.Seed = "另抽", 6
		if slices.Equal(a, texts(o)) {
			t.Error("another seed drew the same")
		}
		o = h.order("不确定", 1)
		o.Order = "uncertain"
		if got := texts(o); got[0] != "第7会话第2句" || got[1] != "第3会话第0句" {
			t.Errorf("%v", got[:3])
		}
		q := h.openQueue(t, h.order("带建议", 1))
		if tasks := h.claim(t, q, "li", 1); len(tasks[0].Suggestions) != 2 {
			t.Errorf("%+v", tasks[0])
		}
		if tasks := h.claim(t, q, "sim-1", 1); tasks[0].Suggestions != nil {
			t.Error("simulated people are shown nothing")
		}
		for want, change := range map[error]func(*label.QueueOrder){
			label.NoColumn:        func(o *label.QueueOrder) { o.TextColumn = "文本" },
			label.EmptyQueue:      func(o *label.QueueOrder) { o.Speakers = []string{"机器人"} },
			label.BadOrder:        func(o *label.QueueOrder) { o.Annotators = 21 },
			label.NoGuideline:     func(o *label.QueueOrder) { o.GuidelineID = "v9" },
			dataset.NoSuchVersion: func(o *label.QueueOrder) { o.VersionID = "none" },
		} {
			bad := h.order("坏", 1)
			change(&bad)
			if _, err := h.OpenQueue(t.Context(), h.product, bad); !errors.Is(err, want) {
				t.Errorf("want %v, got %v", want, err)
			}
		}
		if _, err := h.OpenQueue(t.Context(), "other", h.order("别家", 1)); !errors.Is(err, label.WrongProduct) {
			t.Errorf("another product's version: %v", err)
		}
		if list, err := h.Queues(t.Context(), h.product, "", 50); err != nil || len(list) != 5 {
			t.Errorf("%d queues: a refused one must leave nothing, %v", len(list), err)
		}
	})
}

// unsure leads by its value, by .9 for what it does not list.
type unsure map[string]float64

func (u unsure) Suggest(_ context.Context, _ string, asked []label.Asked) ([][]label.Scored, error) {
	out := make([][]label.Scored, len(asked))
	for i, a := range asked {
		lead, ok := u[a.Text]
		if !ok {
			lead = .9
		}
		out[i] = []label.Scored{{Label: "book", Score: .05 + lead}, {Label: "price", Score: .05}}
	}
	return out, nil
}

func TestLeases(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 2, nil)
		q := h.openQueue(t, h.order("领取", 1))
		mine := h.claim(t, q, "zhang", 2)
		if _, err := h.Submit(t.Context(), []label.Submission{submission(mine[0], "li", "greet")}); !errors.Is(err, label.LeaseLost) {
			t.Errorf("a foreign lease: %v", err)
		}
		h.clock.Add(50 * time.Second)
		if err := h.Heartbeat(t.Context(), []string{mine[0].ID}, "zhang"); err != nil {
			t.Fatal(err)
		}
		h.clock.Add(50 * time.Second) // the second has run out, the first was renewed
		late := []label.Submission{submission(mine[0], "zhang", "greet"), submission(mine[1], "zhang", "book")}
		made, err := h.Submit(t.Context(), late)
		var refused label.Refusals
		if !errors.As(err, &refused) || len(refused) != 1 || refused[0].Item != 1 || !errors.Is(err, label.LeaseLost) || made[0].ID == "" || made[1].ID != "" {
			t.Fatalf("%+v %v", made, err)
		}
		if err := h.Heartbeat(t.Context(), []string{mine[1].ID}, "zhang"); err != nil {
			t.Errorf("a lease that nobody took over comes back to life: %v", err)
		}
		h.clock.Add(2 * time.Minute)
		others := h.claim(t, q, "li", 10)
		if len(others) != 5 || !slices.ContainsFunc(others, func(o label.Task) bool { return o.ID == mine[1].ID }) {
			t.Fatalf("%d tasks, without the one that ran out", len(others))
		}
		err = h.Heartbeat(t.Context(), []string{mine[1].ID, mine[0].ID}, "zhang")
		if !errors.As(err, &refused) || len(refused) != 2 {
			t.Errorf("one is li's, one is answered: %v", err)
		}
		if err := h.Skip(t.Context(), others[0].ID, "li", " "); !errors.Is(err, label.NoReason) {
			t.Errorf("%v", err)
		}
		if err := h.Skip(t.Context(), others[0].ID, "li", "看不懂"); err != nil {
			t.Fatal(err)
		}
		if err := h.Release(t.Context(), []string{others[1].ID}, "li"); err != nil {
			t.Fatal(err)
		}
		if got := h.claim(t, q, "li", 10); len(got) != 1 || got[0].ID != others[1].ID {
			t.Errorf("what was given back returns, what was skipped does not: %v", got)
		}
		if got := h.claim(t, q, "wang", 10); len(got) != 1 || got[0].ID != others[0].ID {
			t.Errorf("what was skipped goes to somebody else: %v", got)
		}
	})
}

func TestSubmit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 4, nil)
		q := h.openQueue(t, h.order("提交", 1))
		tasks := h.claim(t, q, "zhang", 12)
		a := h.answer(t, tasks[0], "zhang", "book", "greet", "book")
		if !slices.Equal(a.Labels, []string{"book", "greet"}) || a.GuidelineVersion != 1 || a.Seconds != 2.5 || a.AtUS != h.clock.Now().UnixMicro() || a.RowID != tasks[0].RowID {
			t.Errorf("%+v", a)
		}
		h.clock.Add(time.Hour) // long after the lease
		if again := h.answer(t, tasks[0], "zhang", "greet", "book"); again.AtUS != a.AtUS || again.ID != a.ID {
			t.Errorf("sent twice: %+v", again)
		}
		if _, err := h.Submit(t.Context(), []label.Submission{submission(tasks[0], "zhang", "price")}); !errors.Is(err, label.IDReused) {
			t.Errorf("the same id with another answer: %v", err)
		}
		if list, err := h.AnnotationsOf(t.Context(), h.product, tasks[0].RowID); err != nil || len(list) != 1 {
			t.Errorf("%v %v", list, err)
		}
		h.claim(t, q, "zhang", 12)
		twice, other := submission(tasks[2], "zhang", "price"), submission(tasks[2], "zhang", "price")
		other.ID += ".other"
		foreign := submission(tasks[3], "zhang", "price")
		foreign.ID = twice.ID
		made, err := h.Submit(t.Context(), []label.Submission{twice, other, twice, foreign})
		var refused label.Refusals
		if !errors.As(err, &refused) || len(refused) != 2 || refused[0].Item != 1 || !errors.Is(refused[0].Err, label.LeaseLost) ||
			refused[1].Item != 3 || !errors.Is(refused[1].Err, label.IDReused) {
			t.Errorf("a task answered twice and an id used for two, all at once: %v", err)
		}
		if made[0].ID != twice.ID || made[2].ID != twice.ID || made[1].ID != "" || made[3].ID != "" {
			t.Errorf("%+v", made)
		}
		if held, err := h.Held(t.Context(), q.ID, "zhang"); err != nil || !slices.ContainsFunc(held, func(l label.Task) bool { return l.ID == tasks[3].ID }) {
			t.Errorf("an answer that was refused leaves the lease: %v", err)
		}
		good := submission(tasks[1], "zhang", "price")
		for want, change := range map[error]func(*label.Submission){
			label.UnknownLabel:  func(s *label.Submission) { s.Labels = []string{"gone"} },
			label.NotTogether:   func(s *label.Submission) { s.Labels = []string{"none", "book"} },
			label.NoTask:        func(s *label.Submission) { s.TaskID = "none" },
			label.NobodyAsks:    func(s *label.Submission) { s.Person = "" },
			label.BadSubmission: func(s *label.Submission) { s.ID = "x y" },
			label.NoGuideline:   func(s *label.Submission) { s.GuidelineID = "sha256:none" },
		} {
			bad := good
			change(&bad)
			if _, err := h.Submit(t.Context(), []label.Submission{bad}); !errors.Is(err, want) {
				t.Errorf("want %v, got %v", want, err)
			}
		}
		posing := good
		posing.Simulated = true
		if _, err := h.Submit(t.Context(), []label.Submission{posing}); !errors.Is(err, label.BadSubmission) {
			t.Errorf("simulated under a real name: %v", err)
		}
	})
}

func TestUndo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		q := h.openQueue(t, h.order("撤销", 1))
		task := h.claim(t, q, "zhang", 1)[0]
		a := h.answer(t, task, "zhang", "book")
		if r, err := h.Settle(t.Context(), q.ID); err != nil || r.SettledCount != 1 || r.WaitingCount != 2 {
			t.Fatalf("%+v %v", r, err)
		}
		if err := h.Undo(t.Context(), a.ID, "li"); !errors.Is(err, label.NoAnnotation) {
			t.Errorf("somebody else's: %v", err)
		}
		if err := h.Undo(t.Context(), a.ID, "zhang"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.GoldOf(t.Context(), h.product, task.RowID); !errors.Is(err, label.NoGold) {
			t.Errorf("the gold rested on it: %v", err)
		}
		if err := h.Undo(t.Context(), a.ID, "zhang"); !errors.Is(err, label.NoAnnotation) {
			t.Errorf("twice: %v", err)
		}
		if _, err := h.Submit(t.Context(), []label.Submission{submission(task, "zhang", "book")}); !errors.Is(err, label.IDReused) {
			t.Errorf("an undone id: %v", err)
		}
		anew := submission(task, "zhang", "price")
		anew.ID += "-2"
		if _, err := h.Submit(t.Context(), []label.Submission{anew}); err != nil {
			t.Fatalf("the task is leased to the person again: %v", err)
		}
		if r, err := h.Settle(t.Context(), q.ID); err != nil || r.SettledCount != 1 {
			t.Errorf("%+v %v", r, err)
		}
		if g, err := h.GoldOf(t.Context(), h.product, task.RowID); err != nil || !slices.Equal(g.Labels, []string{"price"}) {
			t.Errorf("%+v %v", g, err)
		}
	})
}

// TestAnswer settles at once where one person's answer is enough; where two are
// asked, nothing is settled before somebody says so.
func TestAnswer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 1, nil)
		alone, pair := h.openQueue(t, h.order("一个人", 1)), h.openQueue(t, h.order("两个人", 2))
		task, other := h.claim(t, alone, "zhang", 1)[0], h.claim(t, pair, "zhang", 2)[1]
		wrong := submission(task, "zhang", "nothing-like-it")
		wrong.ID += "-wrong"
		made, err := h.Answer(t.Context(), []label.Submission{submission(task, "zhang", "book"), wrong, submission(other, "zhang", "price")})
		var refused label.Refusals
		if !errors.As(err, &refused) || len(refused) != 1 || made[0].ID == "" || made[2].ID == "" {
			t.Fatalf("one is refused, two are taken: %+v %v", made, err)
		}
		if g, err := h.GoldOf(t.Context(), h.product, task.RowID); err != nil || !slices.Equal(g.Labels, []string{"book"}) || g.TaskID != task.ID {
			t.Errorf("gold of the one: %+v %v", g, err)
		}
		if _, err := h.GoldOf(t.Context(), h.product, other.RowID); !errors.Is(err, label.NoGold) {
			t.Errorf("gold of half a pair: %v", err)
		}
		if err := h.Undo(t.Context(), made[0].ID, "zhang"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.GoldOf(t.Context(), h.product, task.RowID); !errors.Is(err, label.NoGold) {
			t.Errorf("undone: %v", err)
		}
		cut := h.claim(t, alone, "zhang", 2)[1]
		if _, err := h.Submit(t.Context(), []label.Submission{submission(cut, "zhang", "price")}); err != nil { // and not settled any more
			t.Fatal(err)
		}
		if _, err := h.Answer(t.Context(), []label.Submission{submission(cut, "zhang", "price")}); err != nil {
			t.Fatal(err)
		}
		if g, err := h.GoldOf(t.Context(), h.product, cut.RowID); err != nil || !slices.Equal(g.Labels, []string{"price"}) {
			t.Errorf("sent again: %+v %v", g, err)
		}
	})
}

// TestClaimsApart lets eight people work at once on tasks that want three each,
// while leases run out and tasks are given back: each task ends with exactly
// three different people, and every acknowledged answer is there.
func TestClaimsApart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 40, nil)
		q := h.openQueue(t, h.order("同时", 3))
		var mu sync.Mutex
		acknowledged := map[string]bool{} // under mu
		var wg sync.WaitGroup
		for p := range 8 {
			wg.Go(func() {
				person := fmt.Sprintf("person-%d", p)
				for turn := 0; ; turn++ {
					tasks, err := h.Claim(t.Context(), q.ID, person, 7, 30*time.Second)
					if err != nil {
						t.Error(err)
						return
					}
					if len(tasks) == 0 {
						return
					}
					var subs []label.Submission
					for i, task := range tasks {
						switch {
						case (i+turn+p)%11 == 0:
							if err := h.Release(t.Context(), []string{task.ID}, person); err != nil && !errors.Is(err, label.LeaseLost) {
								t.Error(err)
							}
						case (i+turn+p)%13 == 0:
							h.clock.Add(31 * time.Second) // everybody's leases run out
						default:
							s := submission(task, person, "greet")
							s.ID = fmt.Sprintf("%s.%d", s.ID, turn)
							subs = append(subs, s)
						}
					}
					made, err := h.Submit(t.Context(), subs)
					var refused label.Refusals
					if err != nil && !errors.As(err, &refused) {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, a := range made {
						if a.ID != "" {
							acknowledged[a.ID] = true
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		// Whoever saw nothing left went home; others' expired leases may remain.
		h.clock.Add(time.Hour)
		for p := range 8 {
			person := fmt.Sprintf("person-%d", p)
			for _, task := range h.claim(t, q, person, 500) {
				s := submission(task, person, "greet")
				s.ID += ".last"
				if _, err := h.Submit(t.Context(), []label.Submission{s}); err != nil {
					t.Error(err)
				}
				acknowledged[s.ID] = true
			}
		}
		stored, people := 0, map[string]int{}
		err := h.data.Rows(t.Context(), h.version.ID, func(row dataset.Row) error {
			if row.Values[1] != "客户" {
				return nil
			}
			list, err := h.AnnotationsOf(t.Context(), h.product, string(row.ID))
			if err != nil {
				return err
			}
			names := map[string]bool{}
			for _, a := range list {
				names[a.Person] = true
				people[a.Person]++
				stored++
				if !acknowledged[a.ID] {
					t.Errorf("%s is there but was never acknowledged", a.ID)
				}
			}
			if len(list) != 3 || len(names) != 3 {
				t.Errorf("row %s has %d answers of %d people", row.ID, len(list), len(names))
			}
			return nil
		})
		if err != nil || stored != len(acknowledged) {
			t.Errorf("%d stored, %d acknowledged, %v", stored, len(acknowledged), err)
		}
		if r, err := h.Settle(t.Context(), q.ID); err != nil || r.SettledCount != 120 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestGuidelineVersions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := build(t, d, 2, nil)
		q := h.openQueue(t, h.order("规范", 1))
		tasks := h.claim(t, q, "zhang", 6)
		h.answer(t, tasks[0], "zhang", "book")
		h.answer(t, tasks[1], "zhang", "price")
		h.answer(t, tasks[2], "zhang", "greet")
		if again, err := h.SaveGuideline(t.Context(), h.product, "me", intents, 0); err != nil || again.Version != 1 {
			t.Errorf("the same text is no new version: %+v %v", again.Version, err)
		}
		// The rule of book changes; an example contradicts what was said of the second text.
		next := strings.Replace(intents, "明确要订。", "明确要订，含改期。", 1)
		next = strings.Replace(next, "      - text: 你好呀\n", "      - text: "+tasks[1].Text+"\n        labels: [greet]\n      - text: 你好呀\n", 1)
		if _, err := h.SaveGuideline(t.Context(), h.product, "li", next, 0); !errors.Is(err, label.GuidelineChanged) {
			t.Errorf("an old revision: %v", err)
		}
		saved, err := h.SaveGuideline(t.Context(), h.product, "li", next, 1)
		if err != nil || saved.Version != 2 || !slices.Equal(saved.Changed, []string{"greet", "book"}) || saved.TouchedCount != 3 || len(saved.Touched) != 3 {
			t.Fatalf("version %d, changed %v, %d touched, %v", saved.Version, saved.Changed, saved.TouchedCount, err)
		}
		for _, touched := range saved.Touched {
			if touched.RowID == tasks[1].RowID && (!slices.Equal(touched.Contradicts, []string{"greet"}) || touched.Changed != nil) {
				t.Errorf("%+v", touched)
			}
			if touched.RowID == tasks[0].RowID && !slices.Equal(touched.Changed, []string{"book"}) {
				t.Errorf("%+v", touched)
			}
		}
		// Whoever decides anew under the new rules clears the row.
		_, err = h.SetGold(t.Context(), label.GoldRow{Product: h.product, VersionID: h.version.ID, RowID: tasks[0].RowID, Text: tasks[0].Text, Labels: []string{"book"}, Person: "li"})
		if err != nil {
			t.Fatal(err)
		}
		if list, count, err := h.Touched(t.Context(), h.product, 2, "", 1); err != nil || count != 2 || len(list) != 1 {
			t.Errorf("%v %d %v", list, count, err)
		}
		for _, name := range []string{"", "latest", "v2", "2", saved.ID} {
			if g, err := h.Guideline(t.Context(), h.product, name); err != nil || g.Version != 2 {
				t.Errorf("%q: %d %v", name, g.Version, err)
			}
		}
		if list, err := h.Guidelines(t.Context(), h.product, 0, 10); err != nil || len(list) != 2 || list[0].Version != 2 || list[1].Source != "" {
			t.Errorf("%v %v", list, err)
		}
		if _, err := h.LatestGuideline(t.Context(), "other"); !errors.Is(err, label.NoGuideline) {
			t.Errorf("%v", err)
		}
	})
}
