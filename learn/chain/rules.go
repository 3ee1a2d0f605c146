package chain

import (
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/fault"
)

// rules are what a person says that readings must keep to, beyond what tags can
// follow each other: a label that stands at most once in a text, labels of which
// only one may stand, stretches that must look so or be in a list. Decoding keeps
// to them exactly (ruled.go). nil where there are none.
type rules struct {
	bit    []uint8          // by label: the mark that it was there, 0 where nothing asks
	bars   []uint8          // by label: marks that keep it from beginning
	shapes []*regexp.Regexp // by label: what the whole stretch must match, nil = anything
	within []*regexp.Regexp // by label: the same anywhere in a text
	lists  []int            // by label: the list that must hold it, -1 = none
}

// mostMarked bounds the labels that rules count; decoding doubles with each.
const mostMarked = 6

// longestShaped is how many units a stretch has at most whose label has a shape.
const longestShaped = 64

// Rules that cannot be kept.
var (
	BadRule = fault.Define("learn.bad_span_rule", fault.Invalid, fault.Text{
		ZH: "参数 {param} 的规则「{rule}」用不了：{problem}", FixZH: "改成已有的标签；写法见这个参数的说明",
		EN: "rule {rule} of parameter {param} cannot be used: {problem}", FixEN: "use labels that exist, written as the parameter's help says",
	})
	BadList = fault.Define("learn.bad_list", fault.Invalid, fault.Text{
		ZH: "词表「{list}」用不了：{problem}", FixZH: "更正词表，或参数 lists 里的名字",
		EN: "the list {list} cannot be used: {problem}", FixEN: "correct the list, or its name in the parameter lists",
	})
)

// newRules reads the parameters once, apart, shapes and within. Fault: BadRule.
func newRules(s settings, labels []string, l *lists) (*rules, error) {
	if len(s.once)+len(s.apart)+len(s.within) == 0 && strings.TrimSpace(s.shapes) == "" {
		return nil, nil
	}
	r := &rules{
		bit: make([]uint8, len(labels)), bars: make([]uint8, len(labels)),
		shapes: make([]*regexp.Regexp, len(labels)), within: make([]*regexp.Regexp, len(labels)), lists: make([]int, len(labels)),
	}
	for i := range r.lists {
		r.lists[i] = -1
	}
	bad := func(param, rule, problem string) error {
		return BadRule.With("param", param, "rule", rule, "problem", problem).At(param)
	}
	find := func(param, rule, name string) (int, error) {
		at := slices.Index(labels, strings.TrimSpace(name))
		if at < 0 {
			return 0, bad(param, rule, "there is no label "+name+" | 没有标签「"+name+"」")
		}
		return at, nil
	}
	marks := 0
	mark := func(param, rule string, label int) error {
		if r.bit[label] == 0 {
			if marks == mostMarked {
				return bad(param, rule, "once and apart name more than 6 labels | once 和 apart 里的标签超过 6 种")
			}
			r.bit[label] = 1 << marks
			marks++
		}
		return nil
	}
	for _, name := range s.once {
		at, err := find("once", name, name)
		if err == nil {
			err = mark("once", name, at)
		}
		if err != nil {
			return nil, err
		}
		r.bars[at] |= r.bit[at]
	}
	for _, group := range s.apart {
		var all []int
		for _, name := range strings.Split(group, "|") {
			at, err := find("apart", group, name)
			if err == nil {
				err = mark("apart", group, at)
			}
			if err != nil {
				return nil, err
			}
			all = append(all, at)
		}
		if slices.Sort(all); len(slices.Compact(slices.Clone(all))) < max(2, len(all)) {
			return nil, bad("apart", group, "it needs two different labels or more | 要两种以上不同的标签")
		}
		for _, a := range all {
			for _, b := range all {
				if a != b {
					r.bars[a] |= r.bit[b]
				}
			}
		}
	}
	for _, rule := range strings.FieldsFunc(s.shapes, func(c rune) bool { return c == ';' || c == '\n' }) {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		name, shape, both := strings.Cut(rule, "=")
		if !both || len(shape) > 1000 {
			return nil, bad("shapes", rule, "it is not label=expression, of 1000 bytes at most | 不是「标签=正则」，或超过 1000 字节")
		}
		at, err := find("shapes", rule, name)
		if err != nil {
			return nil, err
		}
		shape = strings.TrimSpace(shape)
		if r.within[at], err = regexp.Compile(shape); err == nil {
			r.shapes[at], err = regexp.Compile("^(?:" + shape + ")$")
		}
		if err != nil {
			return nil, bad("shapes", rule, err.Error())
		}
	}
	for _, rule := range s.within {
		name, list, _ := strings.Cut(rule, "=")
		at, err := find("within", rule, name)
		if err != nil {
			return nil, err
		}
		if r.lists[at] = l.find(strings.TrimSpace(list)); r.lists[at] < 0 {
			return nil, bad("within", rule, "there is no list "+list+" | 没有词表「"+list+"」")
		}
	}
	return r, nil
}

// find gives the number of the list of that name, -1 if there is none.
func (l *lists) find(name string) int {
	if l == nil {
		return -1
	}
	for k := range l.given {
		if l.given[k].Name == name {
			return k
		}
	}
	return -1
}

// shaped tells whether stretches with this label are listed by pieces.
func (r *rules) shaped(label int) bool { return r.shapes[label] != nil || r.lists[label] >= 0 }

// masks is how many sets of marks there are.
func (r *rules) masks() int {
	all := uint8(0)
	for _, b := range r.bit {
		all |= b
	}
	return 1 << bits.OnesCount8(all)
}

// marked are the marks of what stands in a reading.
func (r *rules) marked(found []piece) (marks uint8) {
	for _, p := range found {
		marks |= r.bit[p.label]
	}
	return marks
}

// pieces lists the stretches in the text last read that labels with a shape may
// have, in the order of labels.
func (r *rules) pieces(d *reader) (all []piece) {
	units := d.out.units
	n := len(units)
	for label, shape := range r.shapes {
		if !r.shaped(label) {
			continue
		}
		if shape != nil && !r.within[label].MatchString(string(d.runes)) {
			continue // nowhere in the text
		}
		fits := func(from, to int) bool {
			return shape == nil || shape.MatchString(string(d.runes[units[from].from:units[to-1].to]))
		}
		for from := range n {
			if list := r.lists[label]; list >= 0 {
				d.lists.each(list, d.word[edges:edges+n], from, func(to int) {
					if to-from <= longestShaped && fits(from, to) {
						all = append(all, piece{from, to, label})
					}
				})
				continue
			}
			for to := from + 1; to <= min(n, from+longestShaped); to++ {
				if fits(from, to) {
					all = append(all, piece{from, to, label})
				}
			}
		}
	}
	return all
}
