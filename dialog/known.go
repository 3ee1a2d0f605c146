package dialog

import (
	"context"
	"slices"

	"zhuomo/knowledge"
	"zhuomo/learn"
)

// Known lets flows ask a snapshot of the knowledge.
func Known(s *knowledge.Snapshot) Knowledge {
	k := known{snapshot: s, keys: map[string]string{}}
	for _, t := range s.Tables {
		k.keys[t.Name] = t.Key
		shape := TableShape{Name: t.Name, Key: t.Key}
		for _, c := range t.Columns {
			shape.Columns = append(shape.Columns, c.Name)
		}
		k.shapes = append(k.shapes, shape)
	}
	return k
}

type known struct {
	snapshot *knowledge.Snapshot
	keys     map[string]string // key column by table
	shapes   []TableShape
}

func (k known) Tables() []TableShape { return k.shapes }

// Answer takes the entry that search puts first; its likeness to the question
// is the confidence. Of several categories the most alike wins.
func (k known) Answer(_ context.Context, q Question) (KnowledgeAnswer, bool, error) {
	categories := q.Categories
	if len(categories) == 0 {
		categories = []string{""}
	}
	var best knowledge.Hit
	for _, c := range categories {
		hits := k.snapshot.Search(q.Text, knowledge.SearchOptions{
			Limit: 1, Asker: knowledge.Asker{Channel: q.Channel, At: q.At}, Category: c,
		})
		if len(hits) > 0 && (best.EntryID == "" || hits[0].Likeness > best.Likeness) {
			best = hits[0]
		}
	}
	entry, ok := k.snapshot.Entry(best.EntryID)
	if !ok {
		return KnowledgeAnswer{}, false, nil
	}
	return KnowledgeAnswer{EntryID: entry.ID, Question: entry.Question, Parts: partsOf(entry), Confidence: best.Likeness}, true, nil
}

func partsOf(e knowledge.Entry) (parts []Part) {
	var buttons []Choice
	for _, p := range e.Answer {
		switch p.Kind {
		case knowledge.CardPart:
			card := Part{Kind: CardPart, Title: p.Title}
			for _, f := range p.Facts {
				card.Facts = append(card.Facts, Fact(f))
			}
			for _, a := range p.Actions {
				card.Actions = append(card.Actions, Choice{Text: a.Text, Send: a.Send})
			}
			parts = append(parts, card)
		case knowledge.ImagePart: // channels that show no images still get the words
			parts = append(parts, Part{Kind: TextPart, Text: p.Text + " " + p.URL})
		case knowledge.ActionPart:
			buttons = append(buttons, Choice{Text: p.Text, Send: p.Send})
		default:
			parts = append(parts, Part{Kind: TextPart, Text: p.Text})
		}
	}
	if len(buttons) > 0 {
		parts = append(parts, Part{Kind: ChoicesPart, Choices: buttons})
	}
	return parts
}

// Link keeps names of rows; values of other columns belong to choice slots.
func (k known) Link(text string) (all []Mention) {
	for _, m := range k.snapshot.Link(text) {
		if m.Column == k.keys[m.Table] {
			all = append(all, Mention{Table: m.Table, Key: m.Value, Start: m.Start, End: m.End})
		}
	}
	return all
}

var knowledgeOps = map[FilterOp]knowledge.Op{
	Equals: knowledge.Is, Differs: knowledge.IsNot, AtMost: knowledge.AtMost, AtLeast: knowledge.AtLeast,
	Has: knowledge.Has, Contains: knowledge.Has, Near: knowledge.Near,
}

func (k known) Lookup(_ context.Context, q Lookup) ([]Row, int, error) {
	ask := knowledge.Query{Table: q.Table, Order: q.Sort}
	for _, f := range q.Filters {
		if f.Column == "" {
			f.Column = k.keys[q.Table]
		}
		if f.Op == Within {
			ask.Where = append(ask.Where,
				knowledge.Filter{Column: f.Column, Op: knowledge.AtLeast, Value: numberText(f.Low)},
				knowledge.Filter{Column: f.Column, Op: knowledge.AtMost, Value: numberText(f.High)})
			continue
		}
		ask.Where = append(ask.Where, knowledge.Filter{Column: f.Column, Op: knowledgeOps[f.Op], Value: f.Value})
	}
	found, err := k.snapshot.Lookup(ask)
	if err != nil {
		return nil, 0, err
	}
	table, _ := k.snapshot.Table(q.Table)
	var rows []Row
	for _, r := range found[:min(len(found), q.Limit)] {
		row := Row{Key: table.Cell(r, table.Key), Values: make(map[string]string, len(table.Columns))}
		for i, c := range table.Columns {
			if i < len(r.Cells) && (q.Columns == nil || slices.Contains(q.Columns, c.Name)) {
				row.Values[c.Name] = r.Cells[i]
			}
		}
		rows = append(rows, row)
	}
	return rows, len(found), nil
}

// Understand lets flows ask a model.
func Understand(m learn.Model) Understander { return byModel{m} }

type byModel struct{ model learn.Model }

// RunsOutside tells whether the model needs a program beside this one.
func (b byModel) RunsOutside() bool {
	_, outside := b.model.(learn.Outside)
	return outside
}

// Understand gives the labels of the model, the most probable first.
func (b byModel) Understand(ctx context.Context, text string, history []learn.Said) ([]Label, error) {
	got, err := b.model.Predict(ctx, []learn.Input{{Text: text, History: history}})
	if err != nil {
		return nil, err
	}
	labels := make([]Label, 0, len(got[0].Scores))
	for _, s := range got[0].Scores {
		labels = append(labels, Label{Name: s.Label, Probability: float64(s.P), Foreign: got[0].Foreign})
	}
	return labels, nil
}
