package label

import (
	"cmp"
	"context"
	"slices"

	"zhuomo/text"
)

// Alike are texts of the product that read like a task's.
type Alike struct {
	// Settled are rows with gold, the nearest first.
	Settled []AlikeGold `json:"settled"`
	// Open are tasks of the same queue that the person may still take or holds.
	Open []AlikeTask `json:"open"`
}

// AlikeGold is a settled row with its likeness to the task.
type AlikeGold struct {
	RowID    string   `json:"row_id" table:"行|row"`
	Text     string   `json:"text" table:"原文|text"`
	Labels   []string `json:"labels" table:"标签|labels"`
	Likeness float64  `json:"likeness" table:"相近|likeness"`
}

// AlikeTask is an open task with its likeness to another.
type AlikeTask struct {
	TaskID   string  `json:"task_id"`
	RowID    string  `json:"row_id" table:"行|row"`
	Text     string  `json:"text" table:"原文|text"`
	Context  []Line  `json:"context"`
	Likeness float64 `json:"likeness" table:"相近|likeness"`
}

const (
	alikeGold  = 5   // settled rows shown
	alikeTasks = 50  // open tasks answered together at most
	alikeFloor = .45 // likeness below which tasks are not answered together
	nearFloor  = .3  // likeness below which a settled row is of no help
	alikeRunes = 400 // longer texts are compared by their beginning
)

// AlikesOf finds what reads like a task, for a person. Likeness is
// text.Likeness of the texts in their compared form: 1 − edit distance ÷ length.
// Faults: NoTask, NobodyAsks.
//
// Cost: one walk over the gold and the open tasks of the queue; the length alone
// rules most texts out.
func (s *Service) AlikesOf(ctx context.Context, taskID, person string) (Alike, error) {
	out := Alike{Settled: []AlikeGold{}, Open: []AlikeTask{}}
	if person == "" {
		return out, NobodyAsks.With()
	}
	found, err := selectTasks(ctx, s.db.Reader(), []string{taskID})
	if err != nil {
		return out, err
	}
	if len(found) == 0 {
		return out, NoTask.With("task", taskID)
	}
	q, err := s.known(ctx, found[0].QueueID)
	if err != nil {
		return out, err
	}
	like := likeness(found[0].Text)
	err = eachGoldText(ctx, s.db.Reader(), q.product, func(g AlikeGold) error {
		if g.RowID == found[0].RowID {
			return nil
		}
		if g.Likeness = like(g.Text); g.Likeness >= nearFloor {
			out.Settled = append(out.Settled, g)
		}
		return ctx.Err()
	})
	if err != nil {
		return out, err
	}
	err = eachOpenTask(ctx, s.db.Reader(), q.id, person, s.now().UnixMicro(), func(t AlikeTask) error {
		if t.TaskID == taskID {
			return nil
		}
		if t.Likeness = like(t.Text); t.Likeness >= alikeFloor {
			out.Open = append(out.Open, t)
		}
		return ctx.Err()
	})
	slices.SortFunc(out.Settled, func(a, b AlikeGold) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.RowID, b.RowID))
	})
	slices.SortFunc(out.Open, func(a, b AlikeTask) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.TaskID, b.TaskID))
	})
	out.Settled, out.Open = out.Settled[:min(alikeGold, len(out.Settled))], out.Open[:min(alikeTasks, len(out.Open))]
	return out, err
}

// likeness compares texts with one, 0 when they are less alike than nearFloor.
func likeness(one string) func(other string) float64 {
	begin := func(s string) string {
		r := []rune(text.CompareKey(s))
		return string(r[:min(len(r), alikeRunes)])
	}
	key := begin(one)
	return func(other string) float64 { return text.Likeness(key, begin(other), nearFloor) }
}
