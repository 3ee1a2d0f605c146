package dialog

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"zhuomo/recommend"
)

// Tastes are what a product knows of one listener, by table. They live longer
// than a conversation; whoever keeps State keeps them beside it.
type Tastes map[string]*recommend.Taste

// Picked is how one row was chosen, for the trace and the thread.
type Picked struct {
	Node    string    `json:"node"`
	Table   string    `json:"table"`
	Total   int       `json:"total" doc:"表里有几行|rows of the table"`
	Limits  []Limited `json:"limits,omitempty" doc:"每条限制拦下几行|what each limit kept out, one after the other"`
	Wanted  int       `json:"wanted" doc:"合乎要求的几行|rows that fit what was asked for"`
	Fresh   int       `json:"fresh" doc:"其中最近没放过的|of these not chosen lately"`
	Learned int       `json:"learned" doc:"从这位听众的几次选择学来|choices of this listener that were learnt from"`
	Ranked  []Ranked  `json:"ranked" doc:"选中的在前，后面是差一点的|the chosen one, then those that came close"`
	Why     string    `json:"why,omitempty" doc:"一句话的理由|the reason in one sentence"`
}

// Limited is what one limit kept out.
type Limited struct {
	Title string `json:"title"`
	Count int    `json:"count"`
}

// Ranked is a row with what it was chosen by.
type Ranked struct {
	Key     string   `json:"key"`
	Score   float64  `json:"score" doc:"这次排序用的分：预期加上试探|what it was ranked by: expectation and chance"`
	Mean    float64  `json:"mean" doc:"预期的分|what is expected"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Reason is one thing that weighed.
type Reason struct {
	Wish    bool    `json:"wish,omitempty" doc:"流程写明的愿望；否则是学来的|a declared wish; else it was learnt"`
	What    string  `json:"what"`
	Weight  float64 `json:"weight"`
	Because string  `json:"because,omitempty"`
}

const (
	maxCandidates = 1000
	reasonsKept   = 3
	weighs        = .05 // what weighs less is no reason to tell
)

// tasteOf gives the taste for reading; never nil.
func (w *walk) tasteOf(table string) *recommend.Taste {
	if t := w.s.Tastes[table]; t != nil {
		return t
	}
	return &recommend.Taste{}
}

// learn changes a taste without touching that of the state before.
func (w *walk) learn(table string, change func(*recommend.Taste)) {
	t := w.s.Tastes[table]
	if !w.tasted[table] {
		t = t.Clone()
		w.s.Tastes = maps.Clone(w.s.Tastes)
		if w.s.Tastes == nil {
			w.s.Tastes = Tastes{}
		}
		if w.tasted == nil {
			w.tasted = map[string]bool{}
		}
		w.s.Tastes[table], w.tasted[table] = t, true
	}
	change(t)
}

// judge tells the last choices what an intent or node says of them.
func (w *walk) judge(name string) {
	for i := range w.f.Recommend {
		r := &w.f.Recommend[i]
		reward, told := r.Learn[name]
		if last := w.tasteOf(r.Table).Last; !told || last == nil {
			continue
		}
		w.signed = true
		w.learn(r.Table, func(t *recommend.Taste) {
			if t.Judge(reward) {
				w.why(fmt.Sprintf("learnt %+.2f of %s/%s by %s", reward, r.Table, t.Last.Key, name))
			}
		})
	}
}

// stayed rewards the choices of earlier turns that this one says nothing about.
func (w *walk) stayed() {
	if w.signed || slices.ContainsFunc(w.trace.Intents, func(name string) bool { return w.f.intents[name].Role == Urgent }) {
		return
	}
	for i := range w.f.Recommend {
		r := &w.f.Recommend[i]
		last := w.tasteOf(r.Table).Last
		if r.Stay == 0 || last == nil || last.Judged || slices.ContainsFunc(w.trace.Picks, func(p Picked) bool { return p.Table == r.Table }) {
			continue
		}
		w.learn(r.Table, func(t *recommend.Taste) { t.Judge(r.Stay) })
	}
}

// limitsOf gives the filters that rows of a table must pass now, one list a limit.
// open is false when a value is missing: then nothing passes.
func (w *walk) limitsOf(table string) (all [][]Filter, titles []string, open bool) {
	r := w.f.recommend[table]
	if r == nil {
		return nil, nil, true
	}
	for _, l := range r.Limits {
		if l.when != nil && !l.when.holds(w.raw) {
			continue
		}
		var filters []Filter
		for _, clause := range l.where {
			f := w.filter(table, clause)
			if _, err := strconv.ParseFloat(f.Value, 64); f.Value == "" || f.Value == Any || (f.Op == AtMost || f.Op == AtLeast) && err != nil {
				return nil, nil, false
			}
			filters = append(filters, f)
		}
		all, titles = append(all, filters), append(titles, l.Title)
	}
	return all, titles, true
}

// allowed adds the limits of a table to a look-up.
func (w *walk) allowed(q *Lookup) (open bool) {
	limits, _, open := w.limitsOf(q.Table)
	for _, filters := range limits {
		q.Filters = append(q.Filters, filters...)
	}
	return open
}

func (w *walk) filter(table string, c whereClause) Filter {
	f := Filter{Column: c.column, Op: c.op, Value: w.fillRaw(c.value)}
	if f.Column == table {
		f.Column = ""
	}
	return f
}

// asked gives the filters of clauses whose values are known: what is not known
// does not narrow the search.
func (w *walk) asked(table string, clauses []whereClause) (all []Filter) {
	for _, c := range clauses {
		f := w.filter(table, c)
		if names := holes(c.value); len(names) > 0 && (f.Value == "" || f.Value == Any) {
			continue
		} else if len(names) == 1 {
			v := w.s.Slots[names[0]]
			f.Low, f.High = v.Low, v.High
		}
		all = append(all, f)
	}
	return all
}

func (w *walk) doPick(n *Node) (next, why string, waits bool, err error) {
	w.rows, w.row = nil, nil
	w.s.Found = Found{Table: n.Pick}
	r := w.f.recommend[n.Pick]
	if w.p.Knowledge == nil || r == nil {
		return n.None, "none", false, nil
	}
	picked := Picked{Node: n.ID, Table: n.Pick, Ranked: []Ranked{}}
	rows, err := w.candidates(n, &picked)
	if err != nil {
		return "", "", false, fmt.Errorf("pick %s at node %s: %w", n.Pick, n.ID, err)
	}
	w.s.Found.Total = picked.Wanted
	if len(rows) == 0 {
		w.trace.Picks = append(w.trace.Picks, picked)
		return n.None, "none", false, nil
	}
	all := make([]recommend.Candidate, len(rows))
	for i, row := range rows {
		all[i] = w.candidate(r, row)
	}
	wishes := slices.Concat(r.Wishes, n.Wishes)
	granted, err := w.grant(n.Pick, wishes, all)
	if err != nil {
		return "", "", false, fmt.Errorf("wishes of node %s: %w", n.ID, err)
	}
	taste := w.tasteOf(n.Pick)
	left, eased := r.variety.Left(all, taste, w.shownOf(n.Pick))
	if eased {
		w.why("nothing fresh is left at " + n.ID)
	}
	fresh := make([]recommend.Candidate, len(left))
	for i, at := range left {
		fresh[i] = all[at]
	}
	picked.Fresh, picked.Learned = len(fresh), taste.Count
	chooser := w.p.Chooser
	if chooser == nil {
		chooser = recommend.Thompson{Wide: r.explore()}
	}
	ranking := chooser.Choose(taste, fresh, w.t.Seed+uint64(len(w.trace.Picks)))
	for _, s := range ranking {
		at := left[s.At]
		picked.Ranked = append(picked.Ranked, Ranked{
			Key: rows[at].Key, Score: short(s.Score), Mean: short(s.Mean), Reasons: w.reasons(wishes, r, all[at], s, granted[at]),
		})
	}
	chosen := left[ranking[0].At]
	picked.Why = w.sentence(r, picked.Ranked[0].Reasons)
	w.learn(n.Pick, func(t *recommend.Taste) { t.Took(all[chosen]) })
	if full := w.fetch(n.Pick, rows[chosen].Key); full != nil { // candidates carry only what they are chosen by
		w.rows = []Row{*full}
	}
	w.s.Found.Keys, w.s.Found.Focus = []string{rows[chosen].Key}, rows[chosen].Key
	w.shownLately(n.Pick)
	w.trace.Picks = append(w.trace.Picks, picked)
	return n.Next, "next", false, nil
}

// SeedOf makes the seed of a turn from the conversation it belongs to and its
// number, so that the same turn chooses the same again.
func SeedOf(conversation string, turn int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", conversation, turn)
	return h.Sum64()
}

func short(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// candidates finds the rows that no limit forbids and that fit what was asked
// for, and counts what fell away.
func (w *walk) candidates(n *Node, p *Picked) ([]Row, error) {
	limits, titles, open := w.limitsOf(n.Pick)
	q := Lookup{Table: n.Pick, Sort: n.Sort}
	_, total, err := w.p.Knowledge.Lookup(w.ctx, q)
	if err != nil {
		return nil, err
	}
	p.Total = total
	if !open {
		w.why("a limit of " + n.Pick + " has no value: nothing may be chosen")
		return nil, nil
	}
	for i, filters := range limits {
		q.Filters = append(q.Filters, filters...)
		_, left, err := w.p.Knowledge.Lookup(w.ctx, q)
		if err != nil {
			return nil, err
		}
		p.Limits = append(p.Limits, Limited{Title: titles[i], Count: total - left})
		total = left
	}
	q.Filters = append(q.Filters, w.asked(n.Pick, n.where)...)
	q.Limit, q.Columns = maxCandidates, w.f.recommend[n.Pick].columns
	rows, wanted, err := w.p.Knowledge.Lookup(w.ctx, q)
	p.Wanted = wanted
	return rows, err
}

// shownOf are the rows of a table that were found lately in this conversation.
func (w *walk) shownOf(table string) (keys []string) {
	for _, shown := range w.s.Shown {
		if of, key, _ := strings.Cut(shown, "/"); of == table {
			keys = append(keys, key)
		}
	}
	return keys
}

// candidate says what a row is in the features that the flow declares.
func (w *walk) candidate(r *Recommend, row Row) recommend.Candidate {
	c := recommend.Candidate{Key: row.Key, Features: make([]recommend.Feature, 0, len(r.Features)+2)}
	for from, f := range r.Features {
		now := ""
		if f.With != "" {
			if now = w.raw(f.With); now == "" || now == Any {
				continue
			}
			if len(f.Parts) > 0 {
				now = part(now, f.Parts, f.With == "hour")
			}
			now = " & " + f.With + "=" + now
		}
		cell := row.Values[f.Column]
		several := strings.Contains(cell, "|")
		for value := range strings.SplitSeq(cell, "|") {
			if value = strings.TrimSpace(value); value == "" {
				continue
			}
			if len(f.Bands) > 0 {
				value = part(value, f.Bands, false)
			}
			name := f.Column + "=" + value + now
			if !several || !slices.ContainsFunc(c.Features, func(x recommend.Feature) bool { return x.Name == name }) {
				c.Features = append(c.Features, recommend.Feature{From: from, Name: name, Value: value})
			}
		}
	}
	for _, column := range r.spread {
		for value := range strings.SplitSeq(row.Values[column], "|") {
			c.Spread = append(c.Spread, column+"="+value)
		}
	}
	return c
}

// part names the stretch between borders in which a number lies; around, the
// one behind the last border is the one before the first.
func part(text string, borders []float64, around bool) string {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	at := 0
	for at < len(borders) && x >= borders[at] {
		at++
	}
	if around && at == len(borders) {
		at = 0
	}
	low, high := "", ""
	if at > 0 {
		low = strconv.FormatFloat(borders[at-1], 'f', -1, 64)
	} else if around {
		low = strconv.FormatFloat(borders[len(borders)-1], 'f', -1, 64)
	}
	if at < len(borders) {
		high = strconv.FormatFloat(borders[at], 'f', -1, 64)
	}
	return low + "–" + high
}

// grant gives the candidates the weight of the wishes that they fulfil, and
// tells which these are.
func (w *walk) grant(table string, wishes []Wish, all []recommend.Candidate) (granted [][]int, err error) {
	granted = make([][]int, len(all))
	for i := range wishes {
		wish := &wishes[i]
		if wish.when != nil && !wish.when.holds(w.raw) {
			continue
		}
		filters := w.asked(table, wish.where)
		if len(filters) == 0 {
			continue
		}
		rows, _, err := w.p.Knowledge.Lookup(w.ctx, Lookup{Table: table, Filters: filters, Limit: math.MaxInt, Columns: []string{}})
		if err != nil {
			return nil, err
		}
		fulfils := make(map[string]bool, len(rows))
		for _, row := range rows {
			fulfils[row.Key] = true
		}
		for c := range all {
			if fulfils[all[c].Key] {
				all[c].Bonus += wish.Weight
				granted[c] = append(granted[c], i)
			}
		}
	}
	return granted, nil
}

// reasons are the wishes and features that weighed most for a candidate.
func (w *walk) reasons(wishes []Wish, r *Recommend, c recommend.Candidate, s recommend.Scored, granted []int) (all []Reason) {
	for _, i := range granted {
		wish := &wishes[i]
		all = append(all, Reason{Wish: true, What: strings.Join(wish.Where, "，"), Weight: wish.Weight, Because: w.fillText(wish.Why)})
	}
	for from, weight := range s.Parts {
		if math.Abs(weight) < weighs {
			continue
		}
		reason := Reason{Weight: short(weight)}
		var values []string
		for _, f := range c.Features {
			if f.From == from {
				reason.What += "，" + f.Name
				values = append(values, f.Value)
			}
		}
		reason.What = strings.TrimPrefix(reason.What, "，")
		if reason.What == "" {
			continue
		}
		if why := r.Features[from].Why; why != "" && weight > 0 {
			reason.Because = strings.TrimSpace(fillHoles(why, func(name string) string {
				if name == "value" {
					return strings.Join(values, "、")
				}
				return w.shown(name)
			}))
		}
		all = append(all, reason)
	}
	slices.SortStableFunc(all, func(a, b Reason) int {
		switch x, y := math.Abs(a.Weight), math.Abs(b.Weight); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return all[:min(len(all), reasonsKept)]
}

// sentence tells why in one sentence: the two reasons that spoke most for it.
func (w *walk) sentence(r *Recommend, reasons []Reason) string {
	var said []string
	for _, reason := range reasons {
		if reason.Because != "" && reason.Weight > 0 && len(said) < 2 {
			said = append(said, reason.Because)
		}
	}
	if len(said) == 0 {
		return w.fillText(r.Trying)
	}
	return strings.Join(said, "，")
}
