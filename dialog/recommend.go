package dialog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhuomo/internal/spec"
	"zhuomo/recommend"
)

// Recommend declares how rows of one table are chosen for a listener: what must
// never be, what a row is, what is learnt from, and how a choice is explained.
type Recommend struct {
	Table    string             `json:"table" yaml:"-"`
	Line     int                `json:"line" yaml:"-"`
	Limits   []Limit            `json:"limits,omitempty" yaml:"limits"` // never broken, by pick and look-up alike
	Features []FeatureShape     `json:"features,omitempty" yaml:"features"`
	Wishes   []Wish             `json:"wishes,omitempty" yaml:"wishes"`   // of every pick from this table
	Fresh    int                `json:"fresh,omitempty" yaml:"fresh"`     // not what was among the last so many choices
	Spread   map[string]int     `json:"spread,omitempty" yaml:"spread"`   // column → no value of the last so many choices
	Learn    map[string]float64 `json:"learn,omitempty" yaml:"learn"`     // intent or node → reward of the last choice, −1 to 1
	Stay     float64            `json:"stay,omitempty" yaml:"stay"`       // reward when a turn passed without any of these
	Explore  *float64           `json:"explore,omitempty" yaml:"explore"` // how boldly to try, 0–1; DefaultExplore unless told
	Trying   string             `json:"trying,omitempty" yaml:"trying"`   // said when nothing known speaks for the choice

	variety recommend.Variety
	spread  []string // columns of Spread, sorted
	columns []string // that Features and Spread look at
}

// Limit is what must hold of a row, whatever was asked for and learnt.
type Limit struct {
	Title string   `json:"title" yaml:"title"`
	When  string   `json:"when,omitempty" yaml:"when"` // condition; always unless told
	Where []string `json:"where" yaml:"where"`         // clauses as in a look-up; their holes need a value: {age|6}

	when  *condition
	where []whereClause
}

// FeatureShape is a column whose values the listener may like; a cell a|b|c has
// three. With ties them to what holds at the time, such as a mood or the hour.
type FeatureShape struct {
	Column string    `json:"column" yaml:"column"`
	Bands  []float64 `json:"bands,omitempty" yaml:"bands"` // borders of a number: each band is one value
	With   string    `json:"with,omitempty" yaml:"with"`   // slot, signal, hour …
	Parts  []float64 `json:"parts,omitempty" yaml:"parts"` // borders of With where it is a number; of the hour the last part goes on at midnight
	Why    string    `json:"why,omitempty" yaml:"why"`     // said when it weighed most; {value} is the row's
}

// Wish is what would be good to hold of a row, here and now.
type Wish struct {
	When   string   `json:"when,omitempty" yaml:"when"`
	Where  []string `json:"where" yaml:"where"`
	Weight float64  `json:"weight,omitempty" yaml:"weight"` // beside rewards of −1 to 1; 1 unless told
	Why    string   `json:"why,omitempty" yaml:"why"`       // said when the choice fulfils it

	when  *condition
	where []whereClause
}

// DefaultExplore was chosen on simulated listeners; ADR 0025 tells how.
const DefaultExplore = .2

func (r *Recommend) explore() float64 {
	if r.Explore != nil {
		return *r.Explore
	}
	return DefaultExplore
}

func (r *Recommend) build() (err error) {
	bad := func(problem string) error {
		return BadYAML.With("line", r.Line, "column", 1, "problem", spec.Mistake(r.Table, problem))
	}
	for i := range r.Limits {
		l := &r.Limits[i]
		if l.when, l.where, err = parseRule(l.When, l.Where); err != nil {
			return bad(fmt.Sprintf("limit %d: %s | 第 %d 条限制", i+1, err, i+1))
		}
	}
	if err = buildWishes(r.Wishes); err != nil {
		return bad(err.Error())
	}
	for _, f := range r.Features {
		if f.Column == "" {
			return bad("a feature needs column | 特征要写 column")
		}
		if !slices.IsSorted(f.Bands) || !slices.IsSorted(f.Parts) {
			return bad("bands and parts go upwards | bands 和 parts 要从小到大")
		}
	}
	for _, name := range sortedKeys(r.Learn) {
		if v := r.Learn[name]; !(v >= -1 && v <= 1) {
			return bad("rewards lie between -1 and 1 | 奖励在 -1 到 1 之间")
		}
	}
	if !(r.Stay >= -1 && r.Stay <= 1) || !(r.explore() >= 0 && r.explore() <= 1) {
		return bad("stay lies between -1 and 1, explore between 0 and 1 | stay 在 -1 到 1 之间，explore 在 0 到 1 之间")
	}
	for _, n := range append(slices.Collect(maps.Values(r.Spread)), r.Fresh) {
		if n < 0 {
			return bad("fresh and spread are not negative | fresh 和 spread 不能是负数")
		}
	}
	r.spread = sortedKeys(r.Spread)
	r.columns = slices.Clone(r.spread)
	for _, f := range r.Features {
		r.columns = append(r.columns, f.Column)
	}
	r.variety = recommend.Variety{Fresh: r.Fresh, Spread: r.Spread}
	return nil
}

func buildWishes(all []Wish) (err error) {
	for i := range all {
		w := &all[i]
		if w.when, w.where, err = parseRule(w.When, w.Where); err != nil {
			return fmt.Errorf("wish %d: %w | 第 %d 个愿望", i+1, err, i+1)
		}
		if w.Weight == 0 {
			w.Weight = 1
		}
	}
	return nil
}

// parseRule reads a condition, which may be empty, and clauses.
func parseRule(when string, where []string) (c *condition, clauses []whereClause, err error) {
	if when != "" {
		if c, err = parseCondition(when); err != nil {
			return nil, nil, err
		}
	}
	for _, text := range where {
		clause, err := parseWhere(text)
		if err != nil {
			return nil, nil, fmt.Errorf("where %s: %w", text, err)
		}
		clauses = append(clauses, clause)
	}
	return c, clauses, nil
}

// Recommends tells whether f learns what listeners like.
func (f *Flow) Recommends() bool { return len(f.Recommend) > 0 }

// ruleReads lists what limits, features and wishes read.
func ruleReads(when *condition, where []string) (all []string) {
	for _, text := range where {
		all = append(all, holes(text)...)
	}
	return append(all, when.names()...)
}

// recommends checks the declarations: names, columns, and that no limit has a
// hole that may be empty.
func (c *checker) recommends() {
	for i := range c.f.Recommend {
		r := &c.f.Recommend[i]
		c.table(r.Line, r.Table, r.Table)
		for _, l := range r.Limits {
			for _, clause := range l.where {
				c.column(r.Line, r.Table, r.Table, clause.column)
				if clause.op == Near || clause.op == Within {
					c.grave(r.Line, r.Table, "limit_open", "限制里不能用 near 和 within", "a limit has neither near nor within")
				}
				for _, hole := range holeTexts(clause.value) {
					if _, other, told := strings.Cut(hole, "|"); !told || other == "" {
						c.grave(r.Line, r.Table, "limit_open", "限制里的 {"+hole+"} 没有值时要有替代，例如 {"+hole+"|0}", "{"+hole+"} in a limit needs another value for when it is empty, such as {"+hole+"|0}")
					}
				}
			}
			if l.Title == "" {
				c.mild(r.Line, r.Table, "missing_text", "限制没有标题，别人看不出拦下了什么", "a limit without title tells nobody what it kept out")
			}
		}
		c.wishes(r.Line, r.Table, r.Table, r.Wishes)
		for _, f := range r.Features {
			c.column(r.Line, r.Table, r.Table, f.Column)
		}
		for _, column := range sortedKeys(r.Spread) {
			c.column(r.Line, r.Table, r.Table, column)
		}
		for _, name := range sortedKeys(r.Learn) {
			if c.f.intents[name] == nil && c.f.nodes[name] == nil {
				c.grave(r.Line, r.Table, "unknown_name", "learn 里的 "+name+" 不是意图，也不是节点", "learn names "+name+", which is neither an intent nor a node")
			}
		}
		if !slices.ContainsFunc(c.f.Nodes, func(n Node) bool { return n.Pick == r.Table }) {
			c.mild(r.Line, r.Table, "never_used", "没有 pick 节点从这张表里挑", "no pick node chooses from this table")
		}
	}
}

func (c *checker) wishes(line int, place, table string, all []Wish) {
	for _, w := range all {
		for _, clause := range w.where {
			if clause.op != Near {
				c.column(line, place, table, clause.column)
			}
		}
	}
}

// pick checks a pick node.
func (c *checker) pick(n *Node) {
	c.table(n.Line, n.ID, n.Pick)
	if c.f.recommend[n.Pick] == nil {
		c.grave(n.Line, n.ID, "no_recommend", "recommend 里没有写怎么从 "+n.Pick+" 里挑", "recommend does not tell how to choose from "+n.Pick)
	}
	c.wishes(n.Line, n.ID, n.Pick, n.Wishes)
	for _, clause := range n.where {
		if clause.op != Near {
			c.column(n.Line, n.ID, n.Pick, clause.column)
		}
	}
	if n.Sort != "" {
		c.column(n.Line, n.ID, n.Pick, strings.TrimPrefix(n.Sort, "-"))
	}
	if n.None == "" || n.Next == "" {
		c.grave(n.Line, n.ID, "dead_end", "挑选要写 next 和 none", "a pick needs next and none")
	}
}
