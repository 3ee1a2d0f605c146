package label

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"zhuomo/dataset"
)

// taskRow is a row that becomes a task.
type taskRow struct {
	id, row, hash, text, session string
	context                      []Line
	position                     int
	kept                         bool
}

// picker makes tasks of rows that are given in the order of the version. Lines
// of a conversation need not stand together.
type picker struct {
	o                      QueueOrder
	text, speaker, session int               // columns, -1: there is none
	lines                  map[string][]Line // by conversation: the last lines
}

// newPicker finds the columns. Fault: NoColumn.
func newPicker(schema dataset.Schema, o QueueOrder) (*picker, error) {
	p := &picker{o: o, lines: map[string][]Line{}}
	for _, c := range []struct {
		name, field string
		at          *int
	}{{o.TextColumn, "text_column", &p.text}, {o.SpeakerColumn, "speaker_column", &p.speaker}, {o.SessionColumn, "session_column", &p.session}} {
		*c.at = schema.Index(c.name)
		if *c.at < 0 && (c.name != "" || c.field == "text_column") {
			return nil, NoColumn.With("column", c.name, "columns", strings.Join(schema.Names(), ", ")).At(c.field)
		}
	}
	return p, nil
}

// row gives the task of a row; ok is false for rows that are only context.
func (p *picker) row(row dataset.Row) (t taskRow, ok bool) {
	text := row.Values[p.text]
	if strings.TrimSpace(text) == "" {
		return t, false
	}
	text = strings.Clone(text) // rows share the memory of their neighbours
	customer := p.customer(row)
	if p.session >= 0 {
		t.session = strings.Clone(row.Values[p.session])
	}
	if customer {
		t.row, t.hash, t.text, t.context = strings.Clone(string(row.ID)), TextHash(text), text, slices.Clone(p.lines[t.session])
	}
	if p.session >= 0 && p.o.ContextTurns > 0 {
		who := Agent
		if customer {
			who = Customer
		}
		lines := append(p.lines[t.session], Line{who, text})
		p.lines[t.session] = lines[max(0, len(lines)-p.o.ContextTurns):]
	}
	return t, customer
}

func (p *picker) customer(row dataset.Row) bool {
	if p.speaker < 0 {
		return true
	}
	who := strings.TrimSpace(row.Values[p.speaker])
	if len(p.o.Speakers) > 0 {
		return slices.Contains(p.o.Speakers, who)
	}
	return slices.Contains(customers, strings.ToLower(who))
}

// customers are the names of the customer's side that need not be said.
var customers = []string{"客户", "顾客", "用户", "买家", "访客", "客人", "客", "user", "usr", "customer", "client", "visitor", "guest"}

// places are the positions of candidates in a queue, by their number in the
// version; -1 for those that were not drawn. The last Leave of them are kept
// for real people.
type places struct {
	of    []int
	taken int
}

// places draws the sample and puts it in order: chance decides alone by Seed and
// the number of candidates.
func (s *Service) places(ctx context.Context, q Queue, adopted map[string]string) (places, error) {
	o := q.Order
	n := 0
	var scores []float64
	var asked []Asked
	score := func() error {
		if len(asked) == 0 {
			return nil
		}
		suggested, err := s.suggest.Suggest(ctx, q.ProductID, asked)
		if err != nil {
			return fmt.Errorf("suggest: %w", err)
		}
		for i := range asked {
			scores = append(scores, lead(suggested, i))
		}
		asked = asked[:0]
		return nil
	}
	err := s.eachCandidate(ctx, q, adopted, func(t taskRow) error {
		n++
		if o.Order != "uncertain" {
			return nil
		}
		if asked = append(asked, Asked{t.text, t.context}); len(asked) < fillBatch {
			return nil
		}
		return score()
	})
	if err == nil {
		err = score()
	}
	if err != nil {
		return places{}, err
	}
	if n == 0 && len(adopted) > 0 {
		return places{}, AllAdopted.With().At("with_adopted")
	}
	if n == 0 {
		return places{}, EmptyQueue.With().At("speakers")
	}
	drawn := rand.New(rand.NewPCG(o.Seed, 1)).Perm(n)
	if o.Sample > 0 && o.Sample < n {
		drawn = drawn[:o.Sample]
	}
	left := drawn[len(drawn)-min(o.Leave, len(drawn)):]
	order := drawn[:len(drawn)-len(left)]
	for _, part := range [][]int{order, left} {
		switch o.Order {
		case "file":
			slices.Sort(part)
		case "uncertain":
			slices.SortFunc(part, func(a, b int) int { return cmp.Or(cmp.Compare(scores[a], scores[b]), cmp.Compare(a, b)) })
		}
	}
	p := places{of: slices.Repeat([]int{-1}, n), taken: len(drawn)}
	for at, i := range slices.Concat(order, left) {
		p.of[i] = at
	}
	return p, nil
}

// lead is how far the best suggestion is before the second: what a model is torn
// between comes first, and what it has no idea of before that.
func lead(suggested [][]Scored, i int) float64 {
	if i >= len(suggested) || len(suggested[i]) == 0 {
		return -1
	}
	if list := suggested[i]; len(list) > 1 {
		return list[0].Score - list[1].Score
	}
	return suggested[i][0].Score
}
