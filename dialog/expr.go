package dialog

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// condition is a parsed expression such as
//
//	area = "湖西区" and (results > 3 or not budget) and channel in ["电话", "微信"]
//
// A bare name holds when it is filled. = != < <= > >= compare as numbers when
// both sides are numbers, else as text; "has" asks for a part; "in" for a
// member. There are no calls and no assignments: nothing can run away.
type condition struct {
	op    string // and or not name = != < <= > >= has in
	kids  []*condition
	left  operand
	right []operand // one, or the list of "in"
}

type operand struct {
	name string // "" = constant
	text string
}

// scope gives the value of a name; "" means not filled.
type scope func(name string) string

func (o operand) value(s scope) string {
	if o.name != "" {
		return s(o.name)
	}
	return o.text
}

// holds evaluates c.
func (c *condition) holds(s scope) bool {
	switch c.op {
	case "and":
		return c.kids[0].holds(s) && c.kids[1].holds(s)
	case "or":
		return c.kids[0].holds(s) || c.kids[1].holds(s)
	case "not":
		return !c.kids[0].holds(s)
	case "name":
		v := c.left.value(s)
		return v != "" && v != "0"
	case "in":
		for _, r := range c.right {
			if compare(c.left.value(s), r.value(s)) == 0 {
				return true
			}
		}
		return false
	}
	left, right := c.left.value(s), c.right[0].value(s)
	if c.op == "has" {
		return right != "" && strings.Contains(left, right)
	}
	order := compare(left, right)
	switch c.op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	}
	if left == "" || right == "" {
		return false // nothing is neither more nor less
	}
	switch c.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func compare(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// names lists every name that c reads.
func (c *condition) names() (all []string) {
	if c == nil {
		return nil
	}
	for _, k := range c.kids {
		all = append(all, k.names()...)
	}
	for _, o := range append([]operand{c.left}, c.right...) {
		if o.name != "" {
			all = append(all, o.name)
		}
	}
	return all
}

// parseCondition reads an expression. The error names the place in characters.
func parseCondition(text string) (*condition, error) {
	p := &exprReader{}
	if err := p.split(text); err != nil {
		return nil, err
	}
	c, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.words) {
		return nil, p.wrong("and, or")
	}
	return c, nil
}

type exprWord struct {
	text  string
	kind  byte // 'n'ame, 's'tring, '#' number, 'o'perator
	place int  // code points from the start, from 1
}

type exprReader struct {
	words []exprWord
	at    int
}

func (p *exprReader) split(text string) error {
	r := []rune(text)
	for i := 0; i < len(r); {
		from := i
		switch c := r[i]; {
		case unicode.IsSpace(c):
			i++
			continue
		case c == '"' || c == '\'':
			for i++; i < len(r) && r[i] != c; i++ {
			}
			if i == len(r) {
				return fmt.Errorf("%d: the quotation mark is not closed", from+1)
			}
			p.words = append(p.words, exprWord{string(r[from+1 : i]), 's', from + 1})
			i++
			continue
		case unicode.IsDigit(c) || c == '-' && i+1 < len(r) && unicode.IsDigit(r[i+1]):
			for i++; i < len(r) && (unicode.IsDigit(r[i]) || r[i] == '.'); i++ {
			}
			p.words = append(p.words, exprWord{string(r[from:i]), '#', from + 1})
			continue
		case unicode.IsLetter(c) || c == '_':
			for i++; i < len(r) && (unicode.IsLetter(r[i]) || unicode.IsDigit(r[i]) || r[i] == '_' || r[i] == '.'); i++ {
			}
			word := string(r[from:i])
			kind := byte('n')
			if strings.Contains(" and or not has in ", " "+word+" ") {
				kind = 'o'
			}
			p.words = append(p.words, exprWord{word, kind, from + 1})
			continue
		case strings.ContainsRune("<>!=", c):
			i++
			if i < len(r) && r[i] == '=' {
				i++
			}
		case strings.ContainsRune("()[],", c):
			i++
		default:
			return fmt.Errorf("%d: %q means nothing here", from+1, c)
		}
		word := string(r[from:i])
		if word == "==" {
			word = "="
		}
		p.words = append(p.words, exprWord{word, 'o', from + 1})
	}
	return nil
}

func (p *exprReader) take(op string) bool {
	if p.at < len(p.words) && p.words[p.at].kind == 'o' && p.words[p.at].text == op {
		p.at++
		return true
	}
	return false
}

func (p *exprReader) wrong(want string) error {
	if p.at >= len(p.words) {
		return fmt.Errorf("the end: expected %s", want)
	}
	return fmt.Errorf("%d: expected %s, not %q", p.words[p.at].place, want, p.words[p.at].text)
}

const maxDepth = 32

func (p *exprReader) or(depth int) (*condition, error)  { return p.chain("or", depth, p.and) }
func (p *exprReader) and(depth int) (*condition, error) { return p.chain("and", depth, p.one) }

func (p *exprReader) chain(op string, depth int, part func(int) (*condition, error)) (*condition, error) {
	c, err := part(depth)
	for err == nil && p.take(op) {
		var right *condition
		if right, err = part(depth); err == nil {
			c = &condition{op: op, kids: []*condition{c, right}}
		}
	}
	return c, err
}

func (p *exprReader) one(depth int) (*condition, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if p.take("not") {
		c, err := p.one(depth + 1)
		return &condition{op: "not", kids: []*condition{c}}, err
	}
	if p.take("(") {
		c, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = p.wrong(`")"`)
		}
		return c, err
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, op := range []string{"=", "!=", "<=", ">=", "<", ">", "has"} {
		if p.take(op) {
			right, err := p.operand()
			return &condition{op: op, left: left, right: []operand{right}}, err
		}
	}
	if p.take("in") {
		c := &condition{op: "in", left: left}
		if !p.take("[") {
			return nil, p.wrong(`"["`)
		}
		for {
			o, err := p.operand()
			if err != nil {
				return nil, err
			}
			c.right = append(c.right, o)
			if p.take("]") {
				return c, nil
			}
			if !p.take(",") {
				return nil, p.wrong(`"," or "]"`)
			}
		}
	}
	if left.name == "" {
		return nil, p.wrong("a comparison")
	}
	return &condition{op: "name", left: left}, nil
}

func (p *exprReader) operand() (operand, error) {
	if p.at >= len(p.words) || p.words[p.at].kind == 'o' {
		return operand{}, p.wrong("a name, a number or a \"text\"")
	}
	w := p.words[p.at]
	p.at++
	if w.kind == 'n' {
		return operand{name: w.text}, nil
	}
	return operand{text: w.text}, nil
}
