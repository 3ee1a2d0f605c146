package label

import (
	"context"
	"errors"
	"slices"

	"zhuomo/internal/db"
)

// SettleReport counts what a settlement did. Tasks that were settled or disputed
// before are not counted again.
type SettleReport struct {
	SettledCount  int  `json:"settled_count" table:"定下|settled"`
	DisputedCount int  `json:"disputed_count" table:"分歧|disputed"`
	WaitingCount  int  `json:"waiting_count" table:"还缺答案|waiting"` // tasks that miss answers
	Simulated     bool `json:"simulated"`                          // an answer came from a simulated person
}

// Answer is Submit for people at work: where one person's answer is enough, the
// task is settled with it, so that what was labelled can teach at once. Undo
// takes both back. Errors: those of Submit.
func (s *Service) Answer(ctx context.Context, subs []Submission) ([]Annotation, error) {
	made, err := s.Submit(ctx, subs)
	var refused Refusals
	if err != nil && !errors.As(err, &refused) {
		return made, err
	}
	byQueue := map[string][]string{}
	var queues []string // in the order of the answers
	for _, a := range made {
		if a.QueueID == "" {
			continue
		}
		if byQueue[a.QueueID] == nil {
			queues = append(queues, a.QueueID)
		}
		byQueue[a.QueueID] = append(byQueue[a.QueueID], a.TaskID)
	}
	for _, id := range queues {
		q, knownErr := s.known(ctx, id)
		if knownErr != nil {
			return made, knownErr
		}
		if q.annotators > 1 {
			continue
		}
		if settleErr := s.settleThese(ctx, id, byQueue[id]); settleErr != nil { // the answers stay, and are settled when they are sent again
			return made, settleErr
		}
	}
	return made, err
}

// settleThese settles those of the tasks of a queue that have all their answers.
func (s *Service) settleThese(ctx context.Context, queueID string, tasks []string) error {
	x, err := s.settling(ctx, queueID)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(tasks, settleBatch) {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			answered, err := waitingTasks(ctx, tx, part)
			if err == nil {
				_, err = s.settle(ctx, tx, x, answered)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settling is what it takes to settle tasks of a queue.
type settling struct {
	open  openQueue
	queue Queue
	multi bool
}

func (s *Service) settling(ctx context.Context, queueID string) (x settling, err error) {
	if x.open, err = s.known(ctx, queueID); err != nil {
		return x, err
	}
	if x.queue, err = selectQueueOnly(ctx, s.db.Reader(), queueID); err != nil {
		return x, err
	}
	g, err := s.guideline(ctx, x.open.product, x.open.guideline)
	x.multi = g.Guideline.Multi
	return x, err
}

// settleBatch is how many tasks one transaction settles.
const settleBatch = 200

// Settle turns the answers of a queue into gold: of each task that has all its
// answers, a label is in when more than half of the people gave it and out when
// fewer did. An even split on any label, or no label where nobody meant none, is
// a dispute for Adjudicate. Settling again goes on where it ended.
// Fault: NoQueue.
func (s *Service) Settle(ctx context.Context, queueID string) (SettleReport, error) {
	var r SettleReport
	x, err := s.settling(ctx, queueID)
	if err != nil {
		return r, err
	}
	for after, more := -1, true; more; {
		var step SettleReport
		var next int
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			next = after
			answered, err := answeredTasks(ctx, tx, x.open.id, waiting, after, settleBatch)
			if err != nil {
				return err
			}
			if len(answered) > 0 {
				next = answered[len(answered)-1].position
			}
			more = len(answered) == settleBatch
			step, err = s.settle(ctx, tx, x, answered)
			return err
		})
		if err != nil {
			return r, err
		}
		after = next
		r.SettledCount += step.SettledCount
		r.DisputedCount += step.DisputedCount
		r.WaitingCount += step.WaitingCount
		r.Simulated = r.Simulated || step.Simulated
	}
	return r, nil
}

// settle decides waiting tasks that have all their answers.
func (s *Service) settle(ctx context.Context, tx db.Tx, x settling, tasks []answeredTask) (r SettleReport, err error) {
	var gold []Gold
	for _, t := range tasks {
		if len(t.answers) < x.open.annotators {
			r.WaitingCount++
			continue
		}
		labels, agreed := majority(t.answers, x.multi)
		state := settled
		if agreed {
			gold = append(gold, goldOf(x.queue, t, labels, s.now().UnixMicro()))
			r.SettledCount++
		} else {
			state = disputed
			r.DisputedCount++
		}
		if err := setTaskState(ctx, tx, t.ID, state); err != nil {
			return r, err
		}
		for _, a := range t.answers {
			r.Simulated = r.Simulated || a.Simulated
		}
	}
	return r, putGold(ctx, tx, gold)
}

// majority is the settled set of labels, or false when the people disagree.
func majority(answers []Annotation, multi bool) ([]string, bool) {
	votes := map[string]int{}
	empty := 0
	for _, a := range answers {
		if len(a.Labels) == 0 {
			empty++
		}
		for _, l := range a.Labels {
			votes[l]++
		}
	}
	labels := []string{}
	for l, n := range votes {
		switch {
		case 2*n == len(answers):
			return nil, false
		case 2*n > len(answers):
			labels = append(labels, l)
		}
	}
	slices.Sort(labels)
	if len(labels) == 0 && 2*empty <= len(answers) || !multi && len(labels) != 1 {
		return nil, false
	}
	return labels, true
}

// goldOf is the gold of a task on which people agree.
func goldOf(q Queue, t answeredTask, labels []string, now int64) Gold {
	first := t.answers[0]
	g := Gold{ID: db.NewID(timeOf(now)), ProductID: q.ProductID, RowID: t.RowID, TextHash: t.TextHash, VersionID: q.VersionID, Session: t.Session,
		Text: t.Text, Context: t.Context, Labels: labels, How: howAgreed, TaskID: t.ID, SettledUS: now,
		GuidelineID: first.GuidelineID, GuidelineVersion: first.GuidelineVersion}
	for _, a := range t.answers {
		g.Annotators = append(g.Annotators, a.Person)
		g.Witnesses = append(g.Witnesses, a.ID)
		g.Simulated = g.Simulated || a.Simulated
		if a.GuidelineVersion < g.GuidelineVersion { // the oldest rules that anyone went by
			g.GuidelineID, g.GuidelineVersion = a.GuidelineID, a.GuidelineVersion
		}
		if setKey(a.Labels) != setKey(first.Labels) {
			g.How = howMajority
		}
	}
	return g
}

// Dispute is a task on which people disagree.
type Dispute struct {
	Task
	Answers []Annotation `json:"answers"`
}

// Disputes lists up to limit disputed tasks of a queue in its order, after a
// position (-1: from the first), and the position of the last. Fault: NoQueue.
func (s *Service) Disputes(ctx context.Context, queueID string, after, limit int) ([]Dispute, int, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return nil, after, err
	}
	found, err := answeredTasks(ctx, s.db.Reader(), q.id, disputed, after, limit)
	if err != nil {
		return nil, after, err
	}
	list := make([]Dispute, len(found))
	for i, t := range found {
		list[i] = Dispute{t.Task, t.answers}
		after = t.position
	}
	return list, after, nil
}

// Adjudicate lets a reviewer decide a task that is disputed or settled.
// Faults: NobodyAsks, NoTask, NotDisputed, those of Guideline.Allows.
func (s *Service) Adjudicate(ctx context.Context, taskID string, labels []string, person string) (Gold, error) {
	if person == "" {
		return Gold{}, NobodyAsks.With()
	}
	found, err := selectTasks(ctx, s.db.Reader(), []string{taskID})
	if err != nil {
		return Gold{}, err
	}
	if len(found) == 0 {
		return Gold{}, NoTask.With("task", taskID)
	}
	t := found[0]
	q, err := selectQueueOnly(ctx, s.db.Reader(), t.QueueID)
	if err != nil {
		return Gold{}, err
	}
	g, err := s.LatestGuideline(ctx, q.ProductID)
	if err != nil {
		return Gold{}, err
	}
	if err := g.Guideline.Allows(labels); err != nil {
		return Gold{}, err
	}
	now := s.now()
	a := Annotation{ID: db.NewID(now), QueueID: q.ID, TaskID: t.ID, RowID: t.RowID, TextHash: t.TextHash, Person: person, Simulated: IsSimulated(person),
		Origin: fromAdjudication, Labels: distinct(labels), GuidelineID: g.ID, GuidelineVersion: g.Version, AtUS: now.UnixMicro(), product: q.ProductID}
	gold := Gold{ID: db.NewID(now), ProductID: q.ProductID, RowID: t.RowID, TextHash: t.TextHash, VersionID: q.VersionID, Session: t.Session, Text: t.Text,
		Context: t.Context, Labels: a.Labels, Annotators: []string{person}, Witnesses: []string{a.ID}, How: howJudged, Simulated: a.Simulated,
		GuidelineID: g.ID, GuidelineVersion: g.Version, TaskID: t.ID, SettledUS: now.UnixMicro()}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := judgeTask(ctx, tx, t.ID)
		if err == nil && !ok {
			err = NotDisputed.With("task", t.ID)
		}
		if err != nil {
			return err
		}
		if err := insertAnnotations(ctx, tx, []Annotation{a}); err != nil {
			return err
		}
		return putGold(ctx, tx, []Gold{gold})
	})
	return gold, err
}

// Agreement measures how far the people of a queue agree, over the answers that
// were not undone. It is reckoned anew only when an answer came or went.
// Fault: NoQueue.
func (s *Service) Agreement(ctx context.Context, queueID string) (Agreement, error) {
	q, err := s.known(ctx, queueID)
	if err != nil {
		return Agreement{}, err
	}
	g, err := s.guideline(ctx, q.product, q.guideline)
	if err != nil {
		return Agreement{}, err
	}
	state, err := stateOfAnswers(ctx, s.db.Reader(), q.id)
	if err != nil {
		return Agreement{}, err
	}
	s.mu.Lock()
	known, ok := s.agreements[q.id]
	s.mu.Unlock()
	if ok && known.of == state {
		return known.is, nil
	}
	said, err := answersOfQueue(ctx, s.db.Reader(), q.id)
	if err != nil {
		return Agreement{}, err
	}
	is := Agree(said, g.Guideline.LabelIDs(), agreementSeed)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.agreements) >= kept {
		clear(s.agreements)
	}
	s.agreements[q.id] = reckoned{state, is}
	return is, nil
}

// answerState changes whenever an answer of a queue comes or goes.
type answerState struct {
	count          int
	lastUS, goneUS int64
}

// reckoned is an agreement with the state of the answers it was reckoned from.
type reckoned struct {
	of answerState
	is Agreement
}

// agreementSeed fixes the draws of the intervals: the same answers always give
// the same report.
const agreementSeed = 1
