package label

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"zhuomo/internal/db"
)

// At a busy desk most of a claim or an answer is the way to the database and back.
// So what many people ask for at once goes there together: one transaction, and
// for each step one statement for all of them (db.Gather).

// errand is what one caller wants: a task to take, or answers to give.
type errand struct {
	take *taking
	give []*giving
}

// taking is a claim, of few tasks.
type taking struct {
	q      openQueue
	person string
	n      int
	lease  time.Duration

	lane  int
	tasks []Task // leased, in the order of the queue
	due   int64
}

// giving is an answer on its way in.
type giving struct {
	a       Annotation
	refused error // LeaseLost or IDReused
}

// togetherMost is how many tasks a claim may want that goes together with others.
const togetherMost = 20

// spare is how many tasks more than wanted are looked at, since some have been
// answered by whoever asks.
const spare = 16

// doTogether does what the errands ask for.
func (s *Service) doTogether(ctx context.Context, tx db.Tx, errands []*errand) ([]error, error) {
	now := s.now()
	var given []*giving
	for _, e := range errands {
		given = append(given, e.give...)
	}
	if len(given) > 0 {
		if err := giveAnswers(ctx, tx, given, now.UnixMicro(), len(errands) == 1); err != nil {
			return nil, err
		}
	}
	return s.takeTasks(ctx, tx, errands, now)
}

// takeTasks leases to each taking what its lane has for it. What is missing then
// is for Claim to look for.
func (s *Service) takeTasks(ctx context.Context, tx db.Tx, errands []*errand, now time.Time) ([]error, error) {
	errs := make([]error, len(errands))
	var queues []string
	for _, e := range errands {
		if e.take != nil && !slices.Contains(queues, e.take.q.id) {
			queues = append(queues, e.take.q.id)
		}
	}
	if queues == nil {
		return errs, nil
	}
	states, err := queueStates(ctx, tx, queues)
	if err != nil {
		return nil, err
	}
	byLane := map[laneKey][]*taking{}
	var order []laneKey // of the first who asks: the same on every run
	for i, e := range errands {
		t := e.take
		if t == nil {
			continue
		}
		t.tasks, t.due = nil, now.Add(t.lease).UnixMicro()
		switch q, ok := states[t.q.id]; {
		case !ok:
			errs[i] = NoQueue.With("queue", t.q.id)
			continue
		case q.state != open:
			errs[i] = QueueClosed.With("name", q.name)
			continue
		}
		lane, ok := s.lanes.get(laneOwner{t.q.id, t.person})
		if !ok {
			if lane, err = laneOf(ctx, tx, t.q, t.person); err != nil {
				return nil, err
			}
		}
		t.lane = lane
		key := laneKey{t.q.id, lane}
		if byLane[key] == nil {
			order = append(order, key)
		}
		byLane[key] = append(byLane[key], t)
	}
	for _, key := range order {
		if err := s.takeOfLane(ctx, tx, key, byLane[key], now); err != nil {
			return nil, err
		}
	}
	return errs, nil
}

// laneKey names a lane of a queue; laneOwner, who is served from one.
type (
	laneKey struct {
		queue string
		lane  int
	}
	laneOwner struct{ queue, person string }
)

// takeOfLane shares the next tasks of a lane out, first come first served.
func (s *Service) takeOfLane(ctx context.Context, tx db.Tx, lane laneKey, list []*taking, now time.Time) error {
	want := spare
	for _, t := range list {
		want += t.n
	}
	want = powerOfTwo(want)
	after, known := s.heads.of(lane, now)
	var slots []dueSlot
	var err error
	if known {
		slots, err = newSlots(ctx, tx, lane, after, want)
	}
	if err == nil && len(slots) < want {
		known = false
		slots, err = dueSlots(ctx, tx, lane, now.UnixMicro(), want)
	}
	if err != nil {
		return err
	}
	last := -1 // position of the last one taken that nobody had before
	closed, err := closedTo(ctx, tx, lane, slots)
	if err != nil {
		return err
	}
	shares := map[time.Duration][][2]string{} // task and person, by length of the lease
	var leases []time.Duration
	for _, t := range list {
		left := t.n
		for i := 0; i < len(slots) && left > 0; {
			slot := slots[i]
			if slot.kept && IsSimulated(t.person) || closed[[2]string{slot.task, t.person}] {
				i++
				continue
			}
			if slot.due == 0 {
				last = max(last, slot.position)
			}
			if shares[t.lease] == nil {
				leases = append(leases, t.lease)
			}
			shares[t.lease] = append(shares[t.lease], [2]string{slot.task, t.person})
			slots = slices.Delete(slots, i, i+1)
			left--
		}
	}
	got := map[string][]string{} // tasks by person
	var all []string
	for _, lease := range leases {
		leased, err := leaseSlots(ctx, tx, lane, shares[lease], now.UnixMicro(), lease)
		if err != nil {
			return err
		}
		for _, l := range leased {
			got[l[1]] = append(got[l[1]], l[0])
			all = append(all, l[0])
		}
	}
	db.AfterCommit(tx, func() { s.heads.moved(lane, last, known, now) })
	if len(all) == 0 {
		return nil
	}
	tasks, err := selectTasks(ctx, tx, all)
	if err != nil {
		return err
	}
	byID := make(map[string]Task, len(tasks))
	for _, t := range tasks {
		byID[t.ID] = t
	}
	for _, t := range list { // a person who asks twice at once gets of their tasks as many as each wants
		mine := got[t.person]
		mine, got[t.person] = mine[:min(t.n, len(mine))], mine[min(t.n, len(mine)):]
		for _, id := range mine {
			task := byID[id]
			task.LeaseUntil = t.due
			t.tasks = append(t.tasks, task)
		}
		slices.SortFunc(t.tasks, func(a, b Task) int { return a.position - b.position })
	}
	return nil
}

// heads remember how far the lanes have been handed out. What was taken leaves dead
// entries at the head of PostgreSQL's index, over which every claim would walk.
type heads struct {
	mu    sync.Mutex
	lanes map[laneKey]head // under mu
}

type head struct {
	after  int       // every slot up to this position was taken, or passed over, since
	looked time.Time // when the lane was seen from its beginning
}

// headAge is how late a slot is seen that another process gave back.
const headAge = time.Second

// of gives the position after which to look; known is false when the whole lane is
// to be looked at.
func (h *heads) of(lane laneKey, now time.Time) (after int, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l, ok := h.lanes[lane]
	age := now.Sub(l.looked)
	return l.after, ok && age >= 0 && age < headAge
}

// moved notes up to where a lane was handed out; last is -1 when no new slot was.
func (h *heads) moved(lane laneKey, last int, known bool, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l, ok := h.lanes[lane]
	switch {
	case last < 0 && !known:
		delete(h.lanes, lane)
	case known && ok:
		l.after = max(l.after, last)
		h.lanes[lane] = l
	case !known:
		if h.lanes == nil || len(h.lanes) >= kept {
			h.lanes = map[laneKey]head{}
		}
		h.lanes[lane] = head{last, now}
	}
}

// forget lets every lane be seen from its beginning: a slot was given back.
func (h *heads) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.lanes)
}

// giveAnswers takes the answers of people who hold their task. Whether an answer
// was there already is looked up for those without a hold only, or when cautious
// for all of them: a person may hold a task again for which the old answer is sent
// once more. Not cautious, that is Taken, and nothing is changed.
func giveAnswers(ctx context.Context, tx db.Tx, list []*giving, now int64, cautious bool) error {
	known := map[string]knownAnnotation{}
	lookUp := func(wanted func(g *giving) bool) error {
		var ids []string
		for _, g := range list {
			if wanted(g) {
				ids = append(ids, g.a.ID)
			}
		}
		found, err := annotationsByID(ctx, tx, ids)
		maps.Copy(known, found)
		return err
	}
	if cautious {
		if err := lookUp(func(*giving) bool { return true }); err != nil {
			return err
		}
	}
	var holds [][2]string
	first := map[string]bool{}
	for _, g := range list {
		g.refused, g.a.AtUS = nil, now
		if _, again := known[g.a.ID]; !again && !first[g.a.ID] {
			first[g.a.ID] = true
			holds = append(holds, g.hold())
		}
	}
	held, err := answerSlots(ctx, tx, holds, now)
	if err != nil {
		return err
	}
	if !cautious {
		if err := lookUp(func(g *giving) bool { return !held[g.hold()] }); err != nil {
			return err
		}
	}
	var fresh []Annotation
	for _, g := range list {
		if old, again := known[g.a.ID]; again {
			g.sentAgain(old)
		} else if !held[g.hold()] {
			g.refused = LeaseLost.With("task", g.a.TaskID)
		} else {
			delete(held, g.hold())
			known[g.a.ID] = knownAnnotation{Annotation: g.a}
			fresh = append(fresh, g.a)
		}
	}
	return insertAnnotations(ctx, tx, fresh)
}

// hold is the task and the person who must hold it.
func (g *giving) hold() [2]string { return [2]string{g.a.TaskID, g.a.Person} }

// knownAnnotation is one that is there already.
type knownAnnotation struct {
	Annotation
	undone bool
}

// sentAgain makes the answer the one that it made before. Fault: IDReused.
func (g *giving) sentAgain(old knownAnnotation) {
	if old.undone || old.TaskID != g.a.TaskID || old.Person != g.a.Person || setKey(old.Labels) != setKey(g.a.Labels) {
		g.refused = IDReused.With("annotation", g.a.ID).At("id")
		return
	}
	g.a = old.Annotation
}

// recent remembers what never changes, the newest of it: in two halves of which
// the older one goes.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V // under mu
}

// recentHalf bounds each half.
const recentHalf = 4096

func (r *recent[K, V]) put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil || len(r.young) >= recentHalf {
		r.young, r.old = make(map[K]V, recentHalf), r.young
	}
	r.young[key] = value
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.young[key]
	if !ok {
		if v, ok = r.old[key]; ok && len(r.young) < recentHalf {
			r.young[key] = v // it is asked for: the next turn shall not take it
		}
	}
	return v, ok
}
