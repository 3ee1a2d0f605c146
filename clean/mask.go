package clean

import (
	"strings"

	"zhuomo/text"
)

// What pages show is masked by one rule, text.Masked; the steps that mask more
// (names, say) are believed as well: what they took out is masked too.

// maskParts masks the personal data in every text that the parts have been: as it
// was read, and after each of the steps.
func maskParts(parts []Part, steps []int) []Part {
	masked := make([][]byte, len(parts)) // 1 for each byte that must not be seen
	for i, p := range parts {
		masked[i] = make([]byte, len(p.Text))
	}
	for _, step := range append([]int{0}, steps...) {
		var whole strings.Builder
		var at []int // where each part begins, -1 for those that are not there
		for _, p := range parts {
			if p.Added > step || p.Removed > 0 && p.Removed <= step {
				at = append(at, -1)
				continue
			}
			at = append(at, whole.Len())
			whole.WriteString(p.Text)
		}
		text.EachHidden(whole.String(), func(from, to int) {
			for i, begin := range at {
				if begin >= 0 && from >= begin && from < begin+len(parts[i].Text) {
					for b := from; b < to; b++ {
						masked[i][b-begin] = 1
					}
				}
			}
		})
	}
	for i, p := range parts {
		var out strings.Builder
		for at, r := range p.Text {
			if masked[i][at] == 1 {
				r = '•'
			}
			out.WriteRune(r)
		}
		parts[i].Text = out.String()
	}
	return hide(parts)
}

// hide masks what a step masked: each run of removed parts that holds some becomes
// one masked part, since what an earlier step removed beside it may be the same
// data written differently.
func hide(parts []Part) []Part {
	var out []Part
	for i := 0; i < len(parts); {
		if parts[i].Removed == 0 {
			out = append(out, parts[i])
			i++
			continue
		}
		to, step := i, 0
		var secret strings.Builder
		for ; to < len(parts) && parts[to].Removed > 0; to++ {
			if parts[to].Masked {
				secret.WriteString(parts[to].Text)
				step = parts[to].Removed
			}
		}
		if step == 0 {
			out = append(out, parts[i:to]...)
		} else {
			out = append(out, Part{Text: text.MaskSecret(secret.String()), Removed: step, Masked: true})
		}
		i = to
	}
	return out
}

// maskedDiff is a change of one cell as pages show it. secret tells that the step
// masks personal data, so that what it took out is masked whatever it is.
func maskedDiff(before, after string, secret bool) (was, is string, ops []Op) {
	var read, result strings.Builder
	for _, p := range maskParts(merge([]Part{{Text: before}}, Diff(before, after), 1, secret), []int{1}) {
		op := Op{"same", p.Text}
		if p.Removed > 0 {
			op.Kind = "del"
		} else if p.Added > 0 {
			op.Kind = "add"
		}
		ops = append(ops, op)
		if op.Kind != "add" {
			read.WriteString(p.Text)
		}
		if op.Kind != "del" {
			result.WriteString(p.Text)
		}
	}
	return read.String(), result.String(), ops
}

// maskValues masks the cells of a row.
func maskValues(values map[string]string) map[string]string {
	for name, v := range values {
		values[name], _ = text.Masked(v)
	}
	return values
}

// maskTrace masks what a step did to a row; step is from 1.
func (s *Service) maskTrace(t *Trace) {
	if t.Ops == nil {
		return
	}
	op, err := s.operators.Find(t.Operator, t.Step)
	t.Before, t.After, t.Ops = maskedDiff(t.Before, t.After, err == nil && op.Spec().Family == Privacy)
}
