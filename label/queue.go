package label

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/db"
)

// QueueOrder says which rows become tasks, and how they are handed out.
type QueueOrder struct {
	Name        string `json:"name" minLength:"1" maxLength:"100" doc:"名称|name"`
	VersionID   string `json:"version_id" doc:"数据版本：数据集/v3、数据集/latest 或编号|dataset version: DATASET/v3, DATASET/latest or an id"`
	GuidelineID string `json:"guideline_id,omitempty" doc:"标注规范，默认最新版|guideline, the newest by default"`
	TextColumn  string `json:"text_column" doc:"要标注的列|column to label"`
	// SessionColumn and SpeakerColumn may be empty: then tasks have no context,
	// and every row is a customer's.
	SessionColumn string   `json:"session_column,omitempty" doc:"会话一列，同值的行互为上下文|column of the conversation"`
	SpeakerColumn string   `json:"speaker_column,omitempty" doc:"说话人一列|column that says who speaks"`
	Speakers      []string `json:"speakers,omitempty" maxItems:"50" doc:"只标这些人说的行，即客户；不填就认常见的叫法|only rows of these speakers become tasks"`
	ContextTurns  int      `json:"context_turns,omitempty" minimum:"0" maximum:"50" doc:"带几行上文|lines of context"`
	Annotators    int      `json:"annotators,omitempty" minimum:"0" maximum:"20" doc:"每题正好几个人，默认 1|exactly so many people a task, default 1"`
	Leave         int      `json:"leave,omitempty" minimum:"0" doc:"留给真人、不给模拟人员的行数|rows left for real people"`
	Seed          uint64   `json:"seed,omitempty" doc:"随机种子|seed"`
	Sample        int      `json:"sample,omitempty" minimum:"0" doc:"随机抽多少行，0 为全部|rows drawn by chance, 0 takes all"`
	// Order is "file", "shuffled" (by Seed) or "uncertain": what the suggester is
	// least sure of first.
	Order string `json:"order,omitempty" enum:"file,shuffled,uncertain" doc:"顺序，默认 file|order, default file"`
	// Rows whose labels were taken over from a file are not handed out again,
	// unless they are to be checked.
	WithAdopted bool `json:"with_adopted,omitempty" doc:"也标已采用文件里标签的行|label rows too whose labels were taken over from the file"`
}

// Queue is work for people: rows of one dataset version under one guideline.
type Queue struct {
	ID               string     `json:"id" table:"编号|id"`
	ProductID        string     `json:"product_id"`
	Name             string     `json:"name" table:"名称|name"`
	State            string     `json:"state" enum:"filling,open,closed" table:"状态|state"`
	VersionID        string     `json:"version_id"`
	GuidelineID      string     `json:"guideline_id"`
	GuidelineVersion int        `json:"guideline_version" table:"规范|guideline"`
	Annotators       int        `json:"annotators" table:"每题人数|people a task"`
	Order            QueueOrder `json:"order"`
	ActorID          string     `json:"actor_id,omitempty"`
	CreatedUS        int64      `json:"created_us" table:"创建时间|created"`
	Counts
}

// Counts tell how far a queue is.
type Counts struct {
	TaskCount     int `json:"task_count" table:"任务|tasks"`
	KeptCount     int `json:"kept_count"` // of them left for real people
	AnswerCount   int `json:"answer_count" table:"答案|answers"`
	LeasedCount   int `json:"leased_count"` // slots that somebody holds now
	SettledCount  int `json:"settled_count" table:"已定|settled"`
	DisputedCount int `json:"disputed_count" table:"分歧|disputed"`
}

// States of a queue and of a task.
const (
	filling  = "filling"
	open     = "open"
	closed   = "closed"
	waiting  = "waiting"
	settled  = "settled"
	disputed = "disputed"
)

// openQueue is what never changes of a queue, kept for claims and answers.
type openQueue struct {
	id, product string
	guideline   int
	annotators  int
}

// fillBatch is how many tasks one transaction inserts.
const fillBatch = 500

// OpenQueue makes a queue, one task a row. Nobody is handed a task before the
// last one is durable; a queue that was only begun is made anew by the next call
// with its name.
// Faults: BadOrder, QueueTaken, WrongProduct, NoColumn, NoGuideline, EmptyQueue,
// AllAdopted, NoSuggester, and those of the dataset stage.
// Cost: two walks over the version; memory is one number a row.
func (s *Service) OpenQueue(ctx context.Context, product string, o QueueOrder) (Queue, error) {
	q, err := s.plan(ctx, product, o)
	if err != nil {
		return Queue{}, err
	}
	return s.fillQueue(ctx, q, func(done, total int) {})
}

// plan checks an order and gives the queue that it would make.
func (s *Service) plan(ctx context.Context, product string, o QueueOrder) (Queue, error) {
	o.Name, o.Annotators, o.Order = strings.TrimSpace(o.Name), cmp.Or(o.Annotators, 1), cmp.Or(o.Order, "file")
	for _, c := range []struct {
		bad  bool
		what string
		got  any
		want string
	}{
		{o.Name == "" || utf8.RuneCountInString(o.Name) > 100, "name", o.Name, "1–100"},
		{o.Annotators < 1 || o.Annotators > 20, "annotators", o.Annotators, "1–20"},
		{o.ContextTurns < 0 || o.ContextTurns > 50, "context_turns", o.ContextTurns, "0–50"},
		{o.Leave < 0, "leave", o.Leave, "≥ 0"},
		{o.Sample < 0, "sample", o.Sample, "≥ 0"},
		{!slices.Contains([]string{"file", "shuffled", "uncertain"}, o.Order), "order", o.Order, "file | shuffled | uncertain"},
	} {
		if c.bad {
			return Queue{}, BadOrder.With("setting", c.what, "got", c.got, "want", c.want).At(c.what)
		}
	}
	if o.Order == "uncertain" && s.suggest == nil {
		return Queue{}, NoSuggester.With().At("order")
	}
	version, err := s.data.Version(ctx, o.VersionID)
	if err != nil {
		return Queue{}, err
	}
	if version.ProductID != product {
		return Queue{}, WrongProduct.With("version", o.VersionID).At("version_id")
	}
	if _, err := newPicker(version.Schema, o); err != nil {
		return Queue{}, err
	}
	g, err := s.Guideline(ctx, product, o.GuidelineID)
	if err != nil {
		return Queue{}, err
	}
	o.GuidelineID = g.ID
	now := s.now()
	return Queue{ID: db.NewID(now), ProductID: product, Name: o.Name, State: filling, VersionID: o.VersionID, GuidelineID: g.ID,
		GuidelineVersion: g.Version, Annotators: o.Annotators, Order: o, CreatedUS: now.UnixMicro()}, nil
}

// fillQueue makes the tasks of a planned queue.
func (s *Service) fillQueue(ctx context.Context, q Queue, progress func(done, total int)) (Queue, error) {
	if err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return beginQueue(ctx, tx, q) }); err != nil {
		if errors.Is(err, db.Taken) {
			err = QueueTaken.With("name", q.Name).At("name")
		}
		return Queue{}, err
	}
	err := s.fill(ctx, q, progress)
	if err != nil {
		drop := s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error { return dropFilling(ctx, tx, q.ID) })
		return Queue{}, errors.Join(err, drop)
	}
	return s.Queue(ctx, q.ID)
}

func (s *Service) fill(ctx context.Context, q Queue, progress func(done, total int)) error {
	var adopted map[string]string // text hash by row; what is taken over meanwhile changes neither walk
	var err error
	if !q.Order.WithAdopted {
		if adopted, err = adoptedRows(ctx, s.db.Reader(), q.ProductID); err != nil {
			return err
		}
	}
	places, err := s.places(ctx, q, adopted)
	if err != nil {
		return err
	}
	var batch []taskRow
	done := 0
	flush := func() error {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertTasks(ctx, tx, q, batch) })
		done += len(batch)
		progress(done, places.taken)
		batch = batch[:0]
		return err
	}
	n := 0
	err = s.eachCandidate(ctx, q, adopted, func(t taskRow) error {
		at := places.of[n]
		n++
		if at < 0 {
			return nil
		}
		t.id, t.position, t.kept = db.NewID(s.now()), at, at >= places.taken-q.Order.Leave
		if batch = append(batch, t); len(batch) < fillBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	if err != nil {
		return err
	}
	if err := s.db.Analyze(ctx, "label_tasks", "label_slots"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := setState(ctx, tx, q.ID, filling, open)
		if err == nil && !ok {
			err = QueueTaken.With("name", q.Name).At("name") // somebody began the same name again meanwhile
		}
		return err
	})
}

// eachCandidate walks over the rows that could become tasks; adopted are those
// that do not, with the hash of their text.
func (s *Service) eachCandidate(ctx context.Context, q Queue, adopted map[string]string, each func(taskRow) error) error {
	version, err := s.data.Version(ctx, q.VersionID)
	if err != nil {
		return err
	}
	pick, err := newPicker(version.Schema, q.Order)
	if err != nil {
		return err
	}
	return s.data.Rows(ctx, q.VersionID, func(row dataset.Row) error {
		if t, ok := pick.row(row); ok && adopted[t.row] != t.hash {
			return each(t)
		}
		return nil
	})
}

// Queue gives a queue with its counts. Fault: NoQueue.
func (s *Service) Queue(ctx context.Context, id string) (Queue, error) {
	q, ok, err := selectQueue(ctx, s.db.Reader(), id)
	if err != nil {
		return q, err
	}
	if !ok {
		return q, NoQueue.With("queue", id)
	}
	q.Counts, err = countQueue(ctx, s.db.Reader(), q, s.now().UnixMicro())
	return q, err
}

// Queues lists up to limit queues of a product, oldest first, after an id.
func (s *Service) Queues(ctx context.Context, product, after string, limit int) ([]Queue, error) {
	list, err := selectQueues(ctx, s.db.Reader(), product, after, limit)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Counts, err = countQueue(ctx, s.db.Reader(), list[i], s.now().UnixMicro()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// CloseQueue stops handing tasks out; answers to claimed ones are still taken.
// Closing a closed queue changes nothing. Faults: NoQueue, QueueClosed.
func (s *Service) CloseQueue(ctx context.Context, id string) (Queue, error) {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := setState(ctx, tx, id, open, closed)
		return err
	})
	if err != nil {
		return Queue{}, fmt.Errorf("close queue: %w", err)
	}
	q, err := s.Queue(ctx, id)
	if err == nil && q.State != closed {
		err = QueueClosed.With("name", q.Name)
	}
	return q, err
}

// known gives what never changes of an opened queue. Faults: NoQueue,
// QueueClosed while it is filling.
func (s *Service) known(ctx context.Context, id string) (openQueue, error) {
	s.mu.Lock()
	k := s.queues[id]
	s.mu.Unlock()
	if k != nil {
		return *k, nil
	}
	q, ok, err := selectQueue(ctx, s.db.Reader(), id)
	switch {
	case err != nil:
		return openQueue{}, err
	case !ok:
		return openQueue{}, NoQueue.With("queue", id)
	case q.State == filling:
		return openQueue{}, QueueClosed.With("name", q.Name)
	}
	k = &openQueue{id: q.ID, product: q.ProductID, guideline: q.GuidelineVersion, annotators: q.Annotators}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queues) >= kept {
		clear(s.queues)
	}
	s.queues[id] = k
	return *k, nil
}
