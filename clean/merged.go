package clean

import "zhuomo/dataset"

// PreviewLine is one text with all that the steps did to it, merged.
type PreviewLine struct {
	Row    dataset.RowID `json:"row"`
	Column string        `json:"column"`
	Steps  []int         `json:"steps" doc:"改过它的方案行|the lines of the recipe that changed it"`
	Parts  []Part        `json:"parts"`
}

// Part is one stretch of a merged text. The text as it was read is the parts that
// no step added; the result is the parts that no step removed.
type Part struct {
	Text    string `json:"text"`
	Added   int    `json:"added,omitempty" doc:"写入它的方案行|the line of the recipe that added it"`
	Removed int    `json:"removed,omitempty" doc:"删去它的方案行|the line of the recipe that removed it"`
	Masked  bool   `json:"masked,omitempty" doc:"个人信息，已遮蔽|personal data, masked"`
}

// previewLines is how many merged texts a preview lists.
const previewLines = 200

// lines merges the journal of the sample. Personal data is masked, also where a
// step took it out or had written it differently before.
func (p *Plan) lines(result Result, rows []dataset.Row, lineOf []int, focus int) ([]PreviewLine, int) {
	values := make(map[dataset.RowID][]string, len(rows))
	for _, r := range rows {
		values[r.ID] = r.Values
	}
	names := p.Schema.Names()
	out, more := []PreviewLine{}, 0
	for _, e := range result.Journal {
		origin := originOf(values, e.Row)
		for column := range names {
			var steps []int
			chosen := false
			for _, c := range e.Changes {
				if line := lineOf[c.Step-1]; c.Column == column {
					if len(steps) == 0 || steps[len(steps)-1] != line {
						steps = append(steps, line)
					}
					chosen = chosen || focus == 0 || line == focus
				}
			}
			if !chosen {
				continue
			}
			if len(out) >= previewLines {
				more++
				continue
			}
			now, parts := origin[column], []Part{{Text: origin[column]}}
			var done []int // steps of the plan
			for _, c := range e.Changes {
				if c.Column != column {
					continue
				}
				after, ok := c.apply(now)
				if !ok {
					continue
				}
				parts = merge(parts, Diff(now, after), c.Step, p.steps[c.Step-1].spec.Family == Privacy)
				done = append(done, c.Step)
				now = after
			}
			parts = maskParts(parts, done)
			for i := range parts {
				parts[i].Added, parts[i].Removed = line(lineOf, parts[i].Added), line(lineOf, parts[i].Removed)
			}
			out = append(out, PreviewLine{Row: e.Row, Column: names[column], Steps: steps, Parts: parts})
		}
		if e.Parts > 0 {
			now := append([]string(nil), origin...)
			for _, c := range e.Changes {
				if after, ok := c.apply(now[c.Column]); ok {
					now[c.Column] = after
				}
			}
			values[e.Row] = now
		}
	}
	return out, more
}

// line is the line of the recipe that a step of the plan comes from; 0 stays 0.
func line(lineOf []int, step int) int {
	if step == 0 {
		return 0
	}
	return lineOf[step-1]
}

// merge applies the difference that a step made to parts: ops speak of the text
// that is there, which is the parts not removed.
func merge(parts []Part, ops []Op, step int, secret bool) []Part {
	out := make([]Part, 0, len(parts)+len(ops))
	add := func(p Part) {
		if n := len(out); n > 0 && out[n-1].Added == p.Added && out[n-1].Removed == p.Removed && out[n-1].Masked == p.Masked {
			out[n-1].Text += p.Text
			return
		}
		out = append(out, p)
	}
	i := 0
	for _, op := range ops {
		if op.Kind == "add" {
			add(Part{Text: op.Text, Added: step})
			continue
		}
		for need := len(op.Text); need > 0 && i < len(parts); {
			p := parts[i]
			if p.Removed > 0 {
				add(p)
				i++
				continue
			}
			took := min(need, len(p.Text))
			piece := Part{Text: p.Text[:took], Added: p.Added}
			if op.Kind == "del" {
				piece.Removed, piece.Masked = step, secret
			}
			add(piece)
			need -= took
			if parts[i].Text = p.Text[took:]; parts[i].Text == "" {
				i++
			}
		}
	}
	for ; i < len(parts); i++ {
		add(parts[i])
	}
	return out
}
