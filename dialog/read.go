package dialog

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// maxFlowBytes is far above any flow that a person can keep in mind.
const maxFlowBytes = 2 << 20

// head is a flow file without its lists, which are read one by one so that
// each knows its line.
type head struct {
	Name       string      `yaml:"name"`
	Zone       string      `yaml:"zone"`
	Start      string      `yaml:"start"`
	Clarify    string      `yaml:"clarify"`
	Fallback   string      `yaml:"fallback"`
	Human      string      `yaml:"human"`
	Cancel     string      `yaml:"cancel"`
	Return     string      `yaml:"return"`
	Changed    string      `yaml:"changed"`
	Waiting    string      `yaml:"waiting"`
	Thresholds *Thresholds `yaml:"thresholds"`
	Intents    ast.Node    `yaml:"intents"`
	Slots      ast.Node    `yaml:"slots"`
	Signals    ast.Node    `yaml:"signals"`
	Recommend  ast.Node    `yaml:"recommend"`
	Nodes      ast.Node    `yaml:"nodes"`
}

// ReadFlow reads a flow file. It looks at form only: whether names exist and
// ways lead anywhere is for Check. Faults: BadYAML with line and column,
// TooLarge.
func ReadFlow(text []byte) (*Flow, error) {
	if len(text) > maxFlowBytes {
		return nil, TooLarge.With("bytes", len(text), "limit", maxFlowBytes)
	}
	if !utf8.Valid(text) {
		return nil, BadYAML.With("line", 1, "column", 1, "problem", spec.Mistake("", "not UTF-8 | 不是 UTF-8 文本"))
	}
	var h head
	root, err := document(text)
	if err != nil {
		return nil, err
	}
	if err := decode(root, &h); err != nil {
		return nil, err
	}
	f := &Flow{
		Name: h.Name, Zone: h.Zone, Start: h.Start, Clarify: h.Clarify, Fallback: h.Fallback, Human: h.Human,
		Cancel: h.Cancel, Return: h.Return, Changed: h.Changed, Waiting: h.Waiting, Thresholds: DefaultThresholds,
	}
	if h.Thresholds != nil {
		f.Thresholds = *h.Thresholds
	}
	err = errors.Join(
		eachEntry(h.Intents, func(name string, line int, value ast.Node) error {
			i := Intent{}
			err := decode(value, &i)
			i.Name, i.Line = name, line
			f.Intents = append(f.Intents, i)
			return err
		}),
		eachEntry(h.Slots, func(name string, line int, value ast.Node) error {
			s := Slot{}
			err := decode(value, &s)
			s.Name, s.Line = name, line
			f.Slots = append(f.Slots, s)
			return err
		}),
		eachEntry(h.Signals, func(name string, line int, value ast.Node) error {
			g := Signal{Decay: .7, From: .4}
			err := decode(value, &g)
			g.Name, g.Line = name, line
			f.Signals = append(f.Signals, g)
			return err
		}),
		eachEntry(h.Recommend, func(table string, line int, value ast.Node) error {
			r := Recommend{}
			err := decode(value, &r)
			r.Table, r.Line = table, line
			f.Recommend = append(f.Recommend, r)
			return err
		}),
		eachEntry(h.Nodes, func(id string, line int, value ast.Node) error {
			n := Node{}
			err := decode(value, &n)
			n.ID, n.Line = id, line
			f.Nodes = append(f.Nodes, n)
			return err
		}),
	)
	if err != nil {
		var first *fault.Fault
		errors.As(err, &first)
		return nil, first
	}
	return f, f.build()
}

// build compiles what the engine uses: conditions, patterns, indexes.
func (f *Flow) build() error {
	f.intents, f.slots, f.nodes, f.signals = map[string]*Intent{}, map[string]*Slot{}, map[string]*Node{}, map[string]*Signal{}
	for i := range f.Signals {
		f.signals[f.Signals[i].Name] = &f.Signals[i]
		if err := f.Signals[i].build(); err != nil {
			return err
		}
	}
	for i := range f.Intents {
		f.intents[f.Intents[i].Name] = &f.Intents[i]
	}
	for i := range f.Slots {
		s := &f.Slots[i]
		f.slots[s.Name] = s
		if err := s.build(); err != nil {
			return err
		}
	}
	for i := range f.Nodes {
		n := &f.Nodes[i]
		f.nodes[n.ID] = n
		if err := n.build(); err != nil {
			return err
		}
	}
	f.recommend = map[string]*Recommend{}
	for i := range f.Recommend {
		r := &f.Recommend[i]
		f.recommend[r.Table] = r
		if err := r.build(); err != nil {
			return err
		}
	}
	f.zone = time.FixedZone("UTC+8", 8*3600)
	if f.Zone != "" {
		t, err := time.Parse("-07:00", f.Zone)
		if err != nil {
			return BadYAML.With("line", 1, "column", 1, "problem", spec.Mistake("", `zone must look like "+08:00" | 时区应写成 "+08:00"`))
		}
		_, offset := t.Zone()
		f.zone = time.FixedZone(f.Zone, offset)
	}
	f.reach = map[string][]*Slot{}
	for _, entry := range f.entries() {
		f.reach[entry] = f.slotsFrom(entry)
	}
	return nil
}

func (s *Slot) build() (err error) {
	bad := func(problem string) error {
		return BadYAML.With("line", s.Line, "column", 1, "problem", spec.Mistake(s.Name, problem))
	}
	if !slices.Contains(Sources(), s.From) {
		return bad(fmt.Sprintf("from must be one of %v | from 应为其中之一", Sources()))
	}
	if s.Retries == 0 {
		s.Retries = 2
	}
	if s.Keep && (s.From == FromYesNo || s.From == FromText || s.From == FromFlow) {
		return bad("only facts are kept: not yesno, text and flow | 只有事实能 keep：yesno、text、flow 不能")
	}
	if s.From == FromEntity {
		s.tables = strings.Split(s.Table, "|")
	}
	if s.From == FromRegex {
		if s.pattern, err = regexp.Compile(s.Pattern); err != nil || s.Pattern == "" {
			return bad(fmt.Sprintf("pattern | 正则写错了: %v", err))
		}
	}
	if s.Validate != "" {
		if s.validate, err = parseCondition(s.Validate); err != nil {
			return bad("validate: " + err.Error())
		}
	}
	for value, others := range s.Choices {
		for _, word := range append([]string{value}, others...) {
			s.words = append(s.words, choiceWord{word: strings.ToLower(word), value: value})
		}
	}
	slices.SortFunc(s.words, func(a, b choiceWord) int {
		if len(a.word) != len(b.word) {
			return len(b.word) - len(a.word)
		}
		return strings.Compare(a.word+a.value, b.word+b.value)
	})
	return nil
}

func (n *Node) build() (err error) {
	bad := func(problem string) error {
		return BadYAML.With("line", n.Line, "column", 1, "problem", spec.Mistake(n.ID, problem))
	}
	var kinds []Kind
	for _, k := range []struct {
		kind  Kind
		given bool
	}{
		{Say, n.Say != nil || n.Card != nil}, {Ask, n.Ask != nil}, {Branch, n.Branch != nil}, {LookupNode, n.Lookup != ""}, {PickNode, n.Pick != ""},
		{Call, n.Call != nil}, {Know, n.Knowledge != nil}, {Clarify, n.Clarify != nil}, {Handover, n.Handover != nil},
		{Set, n.Set != nil}, {Run, n.Run != ""},
	} {
		if k.given {
			kinds = append(kinds, k.kind)
		}
	}
	if len(kinds) != 1 {
		return bad(fmt.Sprintf("needs exactly one of say ask branch lookup pick call knowledge clarify handover set run, has %v | 要恰好一个动作", kinds))
	}
	n.Kind = kinds[0]
	for i := range n.Branch {
		if c := &n.Branch[i]; c.When != "" {
			if c.when, err = parseCondition(c.When); err != nil {
				return bad(fmt.Sprintf("branch %d: %s", i+1, err))
			}
		} else if i != len(n.Branch)-1 {
			return bad("only the last way of a branch may be without when | 只有最后一条分支可以没有 when")
		}
	}
	if _, n.where, err = parseRule("", n.Where); err != nil {
		return bad(err.Error())
	}
	if err = buildWishes(n.Wishes); err != nil {
		return bad(err.Error())
	}
	return nil
}

// whereClause is one line of a look-up's filters: "价格 within {budget}".
type whereClause struct {
	column string
	op     FilterOp
	value  string // text with holes
}

var wherePattern = regexp.MustCompile(`^\s*(\S+?)\s*(!=|<=|>=|=|\swithin\s|\shas\s|\scontains\s|\snear\s)\s*(.+?)\s*$`)

func parseWhere(text string) (whereClause, error) {
	m := wherePattern.FindStringSubmatch(text)
	if m == nil {
		return whereClause{}, errors.New(`expected: column = != <= >= within has contains near {slot} | 应写成 列 = {槽位}`)
	}
	return whereClause{m[1], FilterOp(strings.TrimSpace(m[2])), strings.Trim(m[3], `"`)}, nil
}

func caseWhy(i int) string { return fmt.Sprintf("case %d", i+1) }

// document parses YAML and gives its one mapping.
func document(text []byte) (ast.Node, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, yamlFault(err)
	}
	if len(file.Docs) > 1 {
		line, column := 1, 1
		if start := file.Docs[1].Start; start != nil {
			line, column = start.Position.Line, start.Position.Column
		}
		return nil, BadYAML.With("line", line, "column", column, "problem", spec.Mistake("", "only one document | 只能有一个文档"))
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, BadYAML.With("line", 1, "column", 1, "problem", spec.Mistake("", "the file is empty | 文件是空的"))
	}
	return file.Docs[0].Body, nil
}

func decode(node ast.Node, into any) error {
	if err := spec.DecodeYAMLNode(node, into); err != nil {
		return yamlFault(err)
	}
	return nil
}

func yamlFault(err error) error {
	line, column, problem := spec.YAMLMistake(err)
	return BadYAML.With("line", line, "column", column, "problem", problem).Because(err)
}

// eachEntry walks a mapping in file order and stops at the first error.
func eachEntry(node ast.Node, do func(key string, line int, value ast.Node) error) error {
	if node == nil {
		return nil
	}
	m, ok := node.(ast.MapNode)
	if !ok {
		at := node.GetToken().Position
		return BadYAML.With("line", at.Line, "column", at.Column, "problem", spec.Mistake("", "expected names with what belongs to each | 应为 名字: 内容"))
	}
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken()
		if err := do(key.Value, key.Position.Line, it.Value()); err != nil {
			return err
		}
	}
	return nil
}
