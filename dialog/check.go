package dialog

import (
	"fmt"
	"slices"
	"strings"

	"zhuomo/internal/spec"
)

// Problem is one mistake in a flow, found without running it.
type Problem struct {
	Line  int    `json:"line" table:"行|line"`
	Place string `json:"place" table:"位置|place" doc:"节点、槽位或意图|node, slot or intent"`
	Code  string `json:"code" table:"种类|kind"`
	Grave bool   `json:"grave" table:"严重|grave" doc:"true：不能发布|true: cannot be released"`
	ZH    string `json:"zh" table:"问题|problem"`
	EN    string `json:"en"`
}

// World is what a flow is checked against; nil parts are not checked.
type World struct {
	Labels []string     // that the model or the guideline knows
	Tables []TableShape // of the knowledge
}

// Check finds what would go wrong: ways to nowhere, nodes nobody reaches,
// slots that stay empty, circles that never ask, names that do not exist. In
// order of the lines.
func Check(f *Flow, world World) []Problem {
	c := &checker{f: f, world: world}
	c.head()
	c.intents()
	c.slots()
	c.recommends()
	for i := range f.Nodes {
		c.node(&f.Nodes[i])
	}
	c.reach()
	c.circles()
	slices.SortStableFunc(c.found, func(a, b Problem) int { return a.Line - b.Line })
	return c.found
}

// Refuse gives the fault for the grave ones among problems, nil if none is.
func Refuse(problems []Problem) error {
	grave := slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool { return !p.Grave })
	if len(grave) == 0 {
		return nil
	}
	first := grave[0]
	return BadFlow.With("count", len(grave), "line", first.Line, "place", first.Place, "problem", spec.Text{ZH: first.ZH, EN: first.EN})
}

type checker struct {
	f     *Flow
	world World
	found []Problem
}

func (c *checker) grave(line int, place, code, zh, en string) {
	c.found = append(c.found, Problem{line, place, code, true, zh, en})
}

func (c *checker) mild(line int, place, code, zh, en string) {
	c.found = append(c.found, Problem{line, place, code, false, zh, en})
}

func (c *checker) goal(line int, place, way, to string) {
	if to != "" && c.f.nodes[to] == nil {
		c.grave(line, place, "unknown_node", fmt.Sprintf("%s 指向不存在的节点 %s", way, to), fmt.Sprintf("%s leads to node %s, which does not exist", way, to))
	}
}

func (c *checker) head() {
	for _, h := range []struct{ way, to string }{
		{"start", c.f.Start}, {"clarify", c.f.Clarify}, {"fallback", c.f.Fallback}, {"human", c.f.Human}, {"cancel", c.f.Cancel},
	} {
		c.goal(1, h.way, h.way, h.to)
	}
	for _, h := range []struct{ way, to string }{{"fallback", c.f.Fallback}, {"human", c.f.Human}} {
		if h.to == "" {
			c.grave(1, h.way, "missing", "没有写 "+h.way+"：听不懂时无话可说", h.way+" is missing: nothing to say when nothing is understood")
		}
	}
	if c.f.Waiting == "" {
		c.mild(1, "waiting", "missing", "没有写 waiting：转人工后客户再说话没有回应", "waiting is missing: after a hand-over the customer gets no answer")
	}
	t := c.f.Thresholds
	if !(t.Offer >= 0 && t.Offer <= t.Answer && t.Answer <= 1 && t.Knowledge >= 0 && t.Knowledge <= 1) {
		c.grave(1, "thresholds", "thresholds", "阈值应满足 0 ≤ offer ≤ answer ≤ 1，0 ≤ knowledge ≤ 1", "thresholds must satisfy 0 ≤ offer ≤ answer ≤ 1 and 0 ≤ knowledge ≤ 1")
	}
}

func (c *checker) intents() {
	for i := range c.f.Intents {
		in := &c.f.Intents[i]
		if in.Node == "" && in.Role != Answers && in.Role != Repeats {
			c.grave(in.Line, in.Name, "no_entry", "意图没有入口节点", "the intent leads to no node")
		}
		if in.Role != "" && !slices.Contains(Roles(), in.Role) {
			c.grave(in.Line, in.Name, "role", "role 应为 answers、urgent、repeat、help 或 leave", "role must be answers, urgent, repeat, help or leave")
		}
		c.goal(in.Line, in.Name, "node", in.Node)
		if c.world.Labels != nil && !slices.Contains(c.world.Labels, in.Name) {
			c.grave(in.Line, in.Name, "unknown_intent", "标注规范里没有意图 "+in.Name, "the guideline has no label "+in.Name)
		}
		if in.Title == "" {
			c.mild(in.Line, in.Name, "missing_text", "意图没有标题，澄清时没有可读的选项", "the intent has no title to be offered by")
		}
	}
	for i := range c.f.Signals {
		g := &c.f.Signals[i]
		for _, value := range sortedKeys(g.Values) {
			for _, label := range sortedKeys(g.Values[value]) {
				if c.world.Labels != nil && !slices.Contains(c.world.Labels, label) {
					c.grave(g.Line, g.Name, "unknown_intent", "标注规范里没有标签 "+label, "the guideline has no label "+label)
				}
			}
		}
		if c.f.slots[g.Name] != nil || builtinName(g.Name) {
			c.grave(g.Line, g.Name, "name_taken", "信号与槽位或内置名字重名", "the signal's name is that of a slot or is built in")
		}
	}
	for _, label := range c.world.Labels {
		if c.f.intents[label] == nil {
			c.mild(1, label, "no_intent", "标签 "+label+" 在流程里没有去处", "the label "+label+" leads nowhere in this flow")
		}
	}
}

func (c *checker) slots() {
	asked, read, set := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range c.f.Nodes {
		n := &c.f.Nodes[i]
		for _, name := range n.Ask {
			asked[name] = true
			switch s := c.f.slots[name]; {
			case s == nil:
				c.grave(n.Line, n.ID, "unknown_slot", "问的槽位 "+name+" 没有定义", "asks for slot "+name+", which is not declared")
			case s.Ask == "":
				c.grave(s.Line, name, "missing_text", "槽位要被询问，却没有写 ask", "the slot is asked for but has no ask text")
			}
		}
		for name := range n.Set {
			set[name] = true
			if c.f.slots[name] == nil {
				c.grave(n.Line, n.ID, "unknown_slot", "设置的槽位 "+name+" 没有定义", "sets slot "+name+", which is not declared")
			}
		}
		for _, name := range append(n.reads(), c.f.tableReads(n)...) {
			first, column, dotted := strings.Cut(name, ".")
			s := c.f.slots[first]
			switch {
			case s != nil:
				read[first] = true
				if dotted && len(s.tables) > 0 {
					c.column(n.Line, n.ID, s.tables[0], column)
				}
			case !builtinName(first) && c.f.signals[first] == nil:
				c.grave(n.Line, n.ID, "unknown_name", "{"+name+"} 不是槽位，也不是可用的名字", "{"+name+"} is neither a slot nor a known name")
			}
		}
	}
	for i := range c.f.Slots {
		s := &c.f.Slots[i]
		if s.From == FromEntity {
			for _, t := range s.tables {
				c.table(s.Line, s.Name, t)
			}
		}
		if s.From == FromChoice && len(s.Choices) == 0 {
			c.grave(s.Line, s.Name, "no_choices", "选择型槽位没有列出选项", "a slot from choice lists no choices")
		}
		if s.From == FromNumber && len(s.Units) == 0 && !asked[s.Name] {
			c.mild(s.Line, s.Name, "never_filled", "数字槽位没有 units，又没有节点问它，永远填不上", "a number slot without units that nobody asks for is never filled")
		}
		if (s.From == FromYesNo || s.From == FromText || s.From == FromFlow) && read[s.Name] && !asked[s.Name] && !set[s.Name] {
			c.grave(s.Line, s.Name, "never_filled", "用到了这个槽位，但没有节点问它或设置它", "the slot is used but no node asks for it or sets it")
		}
		if asked[s.Name] && !read[s.Name] {
			c.mild(s.Line, s.Name, "never_used", "问了客户却从没用到", "the customer is asked for it, but it is never used")
		}
		if !asked[s.Name] && !read[s.Name] && !set[s.Name] {
			c.mild(s.Line, s.Name, "never_used", "没有节点用到这个槽位", "no node uses this slot")
		}
		for _, name := range s.validate.names() {
			if first, _, _ := strings.Cut(name, "."); name != "value" && c.f.slots[first] == nil && !builtinName(first) {
				c.grave(s.Line, s.Name, "unknown_name", "validate 里的 "+name+" 不存在", "validate reads "+name+", which does not exist")
			}
		}
	}
}

// builtinName tells the names that are always there.
func builtinName(name string) bool {
	return slices.Contains([]string{"text", "channel", "today", "hour", "results", "shown", "turn", "intent", "time", "weekday", "row", "call", "said", "pick"}, name)
}

func (c *checker) table(line int, place, name string) *TableShape {
	if c.world.Tables == nil {
		return nil
	}
	if i := slices.IndexFunc(c.world.Tables, func(t TableShape) bool { return t.Name == name }); i >= 0 {
		return &c.world.Tables[i]
	}
	c.grave(line, place, "unknown_table", "没有实体表 "+name, "there is no entity table "+name)
	return nil
}

func (c *checker) column(line int, place, table, column string) {
	if column == "key" || c.world.Tables == nil {
		return
	}
	i := slices.IndexFunc(c.world.Tables, func(t TableShape) bool { return t.Name == table })
	if i < 0 {
		return // told where the table is named
	}
	if t := c.world.Tables[i]; !slices.Contains(t.Columns, column) && column != t.Key {
		c.grave(line, place, "unknown_column", fmt.Sprintf("实体表 %s 没有列 %s", table, column), fmt.Sprintf("entity table %s has no column %s", table, column))
	}
}

func (c *checker) node(n *Node) {
	for _, e := range n.Edges() {
		c.goal(n.Line, n.ID, e.Why, e.To)
	}
	dead := func(zh, en string) { c.grave(n.Line, n.ID, "dead_end", zh, en) }
	if n.Spoken != nil && n.Kind != Say && n.Kind != Clarify && n.Kind != Handover {
		c.mild(n.Line, n.ID, "never_used", "这种节点不说话，spoken 用不上", "a node of this kind says nothing, so spoken is not used")
	}
	switch n.Kind {
	case Say:
		if strings.TrimSpace(strings.Join(n.Say, "")) == "" && n.Card == nil {
			c.grave(n.Line, n.ID, "missing_text", "没有要说的话", "nothing to say")
		}
	case Ask:
		if n.Next == "" {
			dead("问完之后没有下一步", "after the question there is no way on")
		}
	case Branch:
		if n.Branch[len(n.Branch)-1].When != "" && n.Next == "" {
			dead("条件都不成立时没有出路：加一条不带 when 的分支", "no way when no condition holds: add one without when")
		}
		for _, way := range n.Branch {
			if way.Go == "" {
				dead("有一条分支没有写 go", "a way of the branch has no go")
			}
		}
	case LookupNode:
		c.table(n.Line, n.ID, n.Lookup)
		for _, w := range n.where {
			if w.op != Near {
				c.column(n.Line, n.ID, n.Lookup, w.column)
			}
		}
		if n.Sort != "" {
			c.column(n.Line, n.ID, n.Lookup, strings.TrimPrefix(n.Sort, "-"))
		}
		if n.Next == "" && (n.None == "" || n.One == "" || n.Many == "") {
			dead("查询结果（没有、一个、多个）要么都有出路，要么写 next", "none, one and many each need a way, or write next")
		}
	case PickNode:
		c.pick(n)
	case Call:
		if n.Next == "" || n.Failed == "" {
			dead("接口调用要写 next 和 failed", "a call needs next and failed")
		}
		if !strings.HasPrefix(n.Call.URL, "https://") && !strings.HasPrefix(n.Call.URL, "http://") {
			c.grave(n.Line, n.ID, "bad_url", "url 应以 http:// 或 https:// 开头", "url must begin with http:// or https://")
		}
	case Know:
		if n.None == "" {
			dead("知识里没有答案时没有出路：写 none", "no way when the knowledge has no answer: write none")
		}
	case Clarify, Handover:
		if strings.TrimSpace(strings.Join(append(n.Clarify, n.Handover...), "")) == "" {
			c.grave(n.Line, n.ID, "missing_text", "没有要说的话", "nothing to say")
		}
	case Set:
		if n.Next == "" {
			dead("设置之后没有下一步", "after setting there is no way on")
		}
	}
}

func (c *checker) reach() {
	seen := c.f.reachable(c.f.entries()...)
	for i := range c.f.Nodes {
		if n := &c.f.Nodes[i]; !seen[n.ID] {
			c.grave(n.Line, n.ID, "unreachable", "没有任何意图或节点通到这里", "no intent and no node leads here")
		}
	}
}

// circles finds loops that a turn could run without ever waiting: an ask waits
// only if its slots are empty, so inside a loop it must ask again.
func (c *checker) circles() {
	cleared := map[string]bool{}
	for i := range c.f.Nodes {
		for name, text := range c.f.Nodes[i].Set {
			if text == "" {
				cleared[name] = true
			}
		}
	}
	for _, loop := range c.f.loops(func(n *Node) bool {
		return n.Kind == Handover || n.Kind == Ask && (n.Again || slices.ContainsFunc(n.Ask, func(s string) bool { return cleared[s] }))
	}) {
		n := c.f.nodes[loop[0]]
		way := strings.Join(append(loop, loop[0]), " → ")
		c.grave(n.Line, n.ID, "loop", "循环里不等客户说话："+way+"；在里面加一个带 again 的 ask", "a loop that never waits for the customer: "+way+"; put an ask with again into it")
	}
}
