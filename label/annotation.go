package label

import (
	"context"
	"errors"
	"math"
	"regexp"
	"time"

	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

// Submission is an answer on its way in. ID is made by the client, so that
// sending it twice makes one annotation.
type Submission struct {
	ID              string   `json:"id"`
	TaskID          string   `json:"task_id"`
	Person          string   `json:"person"`
	Labels          []string `json:"labels"`
	Seconds         float64  `json:"seconds"`
	GuidelineID     string   `json:"guideline_id"` // under which the person answered; "" is the queue's
	SuggestionShown bool     `json:"suggestion_shown"`
	Simulated       bool     `json:"simulated"`
}

// Annotation is one person's answer on one row. It never changes; it can be
// undone.
type Annotation struct {
	ID               string   `json:"id" table:"编号|id"`
	QueueID          string   `json:"queue_id,omitempty"`
	TaskID           string   `json:"task_id,omitempty"`
	RowID            string   `json:"row_id" table:"行|row"`
	TextHash         string   `json:"text_hash"`
	Person           string   `json:"person" table:"人员|person"`
	Simulated        bool     `json:"simulated" table:"模拟|simulated"`
	Origin           string   `json:"origin" enum:"answer,adjudication,decision,import" table:"来历|origin"`
	Labels           []string `json:"labels" table:"标签|labels"`
	GuidelineID      string   `json:"guideline_id"`
	GuidelineVersion int      `json:"guideline_version" table:"规范|guideline"`
	Seconds          float64  `json:"seconds" table:"秒|seconds"`
	SuggestionShown  bool     `json:"suggestion_shown"`
	AtUS             int64    `json:"at_us" table:"时间|time"`
	AdoptionID       string   `json:"adoption_id,omitempty"` // of the adoption that took it over from a file

	product string
}

// Where an annotation comes from.
const (
	fromAnswer       = "answer"       // of a task in a queue
	fromAdjudication = "adjudication" // of a reviewer, on a task that was disputed
	fromDecision     = "decision"     // of one person, without a task: a fix
	fromImport       = "import"       // of a file's column, taken over by one person
)

var submissionID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{7,63}$`)

// Submit takes answers in one transaction; they are durable on return. The list
// stands in the order of subs. Those that are refused are zero in the list and
// named in the error, Refusals with BadSubmission, NoTask, NoGuideline, the
// faults of Guideline.Allows, IDReused or LeaseLost; the others are taken all
// the same. Sending an answer again gives the annotation that it made.
func (s *Service) Submit(ctx context.Context, subs []Submission) ([]Annotation, error) {
	list := make([]Annotation, len(subs))
	var early Refusals
	var taken []int
	tasks, err := s.tasksOf(ctx, subs)
	if err != nil {
		return nil, err
	}
	for i := range subs {
		list[i], err = s.annotation(ctx, subs[i], tasks)
		switch f := fault.Of(err); {
		case err == nil:
			taken = append(taken, i)
		case f.Def == fault.Internal:
			return nil, err
		default:
			early = append(early, Refusal{i, err})
			list[i] = Annotation{}
		}
	}
	var refused Refusals
	if len(taken) > 0 {
		e := &errand{give: make([]*giving, len(taken))}
		for at, i := range taken {
			e.give[at] = &giving{a: list[i]}
		}
		if err := s.desk.Write(ctx, e); err != nil {
			return nil, err
		}
		for at, i := range taken {
			list[i] = e.give[at].a
			if err := e.give[at].refused; err != nil {
				refused = append(refused, Refusal{i, err})
			}
		}
	}
	for _, r := range refused {
		list[r.Item] = Annotation{}
		if errors.Is(r.Err, LeaseLost) {
			s.counted(LostOut, 1)
		}
	}
	s.counted(Answered, len(taken)-len(refused))
	if all := append(early, refused...); len(all) > 0 {
		return list, all
	}
	return list, nil
}

// tasksOf gives the tasks that are answered, by id.
func (s *Service) tasksOf(ctx context.Context, subs []Submission) (map[string]Task, error) {
	tasks := make(map[string]Task, len(subs))
	var asked []string
	for _, sub := range subs {
		if t, ok := s.handed.get(sub.TaskID); ok {
			tasks[t.ID] = t
		} else {
			asked = append(asked, sub.TaskID)
		}
	}
	list, err := selectTasks(ctx, s.db.Reader(), asked)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		tasks[t.ID] = t
	}
	return tasks, nil
}

// annotation checks a submission and gives what it would become.
func (s *Service) annotation(ctx context.Context, sub Submission, tasks map[string]Task) (Annotation, error) {
	t, ok := tasks[sub.TaskID]
	switch {
	case !submissionID.MatchString(sub.ID):
		return Annotation{}, BadSubmission.With("what", "id").At("id")
	case sub.Person == "":
		return Annotation{}, NobodyAsks.With()
	case sub.Simulated && !IsSimulated(sub.Person):
		return Annotation{}, BadSubmission.With("what", "person").At("person")
	case math.IsNaN(sub.Seconds) || sub.Seconds < 0 || sub.Seconds > 86400:
		return Annotation{}, BadSubmission.With("what", "seconds").At("seconds")
	case !ok:
		return Annotation{}, NoTask.With("task", sub.TaskID)
	}
	q, err := s.known(ctx, t.QueueID)
	if err != nil {
		return Annotation{}, err
	}
	g, err := s.guideline(ctx, q.product, q.guideline)
	if err == nil && sub.GuidelineID != "" && sub.GuidelineID != g.ID {
		g, err = s.Guideline(ctx, q.product, sub.GuidelineID)
	}
	if err != nil {
		return Annotation{}, err
	}
	if err := g.Guideline.Allows(sub.Labels); err != nil {
		return Annotation{}, err
	}
	return Annotation{ID: sub.ID, QueueID: q.id, TaskID: t.ID, RowID: t.RowID, TextHash: t.TextHash, Person: sub.Person,
		Simulated: IsSimulated(sub.Person), Origin: fromAnswer, Labels: distinct(sub.Labels), GuidelineID: g.ID,
		GuidelineVersion: g.Version, Seconds: sub.Seconds, SuggestionShown: sub.SuggestionShown, product: q.product}, nil
}

// undoLease is how long a person holds the task again after an undo.
const undoLease = 10 * time.Minute

// Undo takes a person's own answer back. The task is leased to the person again,
// and if it was settled already it waits again; the gold from before comes back.
// Faults: NoAnnotation, AlreadyJudged.
func (s *Service) Undo(ctx context.Context, annotationID, person string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.now()
		task, ok, err := undoAnswer(ctx, tx, annotationID, person, now.UnixMicro())
		if err == nil && !ok {
			err = NoAnnotation.With("annotation", annotationID)
		}
		if err != nil {
			return err
		}
		judged, err := isJudged(ctx, tx, task)
		if err == nil && judged {
			err = AlreadyJudged.With("task", task)
		}
		if err != nil {
			return err
		}
		if err := reopen(ctx, tx, task, person, now.Add(undoLease).UnixMicro(), undoLease); err != nil {
			return err
		}
		return endGoldOfTask(ctx, tx, task, now.UnixMicro(), "undo "+annotationID)
	})
}

// AnnotationsOf lists the annotations of a row that were not undone, oldest
// first.
func (s *Service) AnnotationsOf(ctx context.Context, product, rowID string) ([]Annotation, error) {
	return annotationsOfRow(ctx, s.db.Reader(), product, rowID)
}
