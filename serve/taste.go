package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/recommend"
)

// keptTastes are the tastes of a customer, and what the customer told of himself,
// with the revisions that were read: a turn may write only on top of these.
type keptTastes struct {
	tastes    dialog.Tastes
	own       dialog.Own
	revisions map[string]int64 // by table
}

// ownTable is the name under which the customer's own values lie among the
// tastes: no table is called so, and whoever forgets the tastes forgets them too.
const ownTable = ""

// tastes reads what is known of the customer, nothing for flows that keep nothing.
func (s *Service) tastes(ctx context.Context, q db.Reader, flow *dialog.Flow, product, customer string) (keptTastes, error) {
	k := keptTastes{tastes: dialog.Tastes{}, own: dialog.Own{}, revisions: map[string]int64{}}
	if !flow.Recommends() && !flow.Keeps() {
		return k, nil
	}
	rows, err := readTastes(ctx, q, product, customer)
	if err != nil {
		return k, err
	}
	for _, r := range rows {
		if k.revisions[r.table] = r.revision; r.table == ownTable {
			if err := json.Unmarshal([]byte(r.body), &k.own); err != nil {
				return k, fmt.Errorf("the customer's own: %w", err)
			}
			continue
		}
		if k.tastes[r.table], err = recommend.ReadTaste([]byte(r.body)); err != nil {
			return k, fmt.Errorf("taste of %s: %w", r.table, err)
		}
	}
	return k, nil
}

// keep writes the tastes and values that the turn changed. Fault: MovedOn when another turn
// of the customer, in whatever session, has changed one of them since.
func (k keptTastes) keep(ctx context.Context, tx db.Tx, product, customer string, next dialog.Tastes, own dialog.Own, atUS int64) error {
	changed := map[string]any{}
	for table, taste := range next {
		if taste != k.tastes[table] {
			changed[table] = taste
		}
	}
	if !maps.Equal(own, k.own) {
		changed[ownTable] = own
	}
	tables := slices.Sorted(maps.Keys(changed)) // the same order in every turn: two of them cannot wait for each other
	for _, table := range tables {
		body, err := json.Marshal(changed[table])
		if err != nil {
			return err
		}
		moved, err := putTaste(ctx, tx, product, customer, tasteRow{table: table, body: string(body), revision: k.revisions[table] + 1, changedUS: atUS})
		if err != nil {
			return err
		}
		if !moved {
			return MovedOn.With()
		}
	}
	return nil
}

// Known is what a product has learnt of one customer's taste, as people read it.
type Known struct {
	Table     string   `json:"table" table:"表|table"`
	Count     int      `json:"count" table:"学过几次|learnt from"`
	Features  []Liking `json:"features" doc:"喜欢的在前|what is liked most comes first"`
	Recent    []string `json:"recent" doc:"最近挑过的，新的在前|chosen lately, the latest first"`
	ChangedUS int64    `json:"changed_us" table:"更新时间|changed"`
}

// Liking is what is believed of one feature.
type Liking struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight" doc:"预期带来的奖励|reward that it is expected to bring"`
	Met    int     `json:"met" doc:"遇到过几次|how often it was met"`
}

// Tastes tells what is known of a customer. Empty when nothing is.
func (s *Service) Tastes(ctx context.Context, product, customer string) ([]Known, error) {
	rows, err := readTastes(ctx, s.n.DB.Reader(), product, customer)
	if err != nil {
		return nil, err
	}
	all := []Known{}
	for _, r := range rows {
		if r.table == ownTable {
			continue
		}
		t, err := recommend.ReadTaste([]byte(r.body))
		if err != nil {
			return nil, fmt.Errorf("taste of %s: %w", r.table, err)
		}
		known := Known{Table: r.table, Count: t.Count, Features: []Liking{}, Recent: []string{}, ChangedUS: r.changedUS}
		for _, b := range t.Beliefs() {
			known.Features = append(known.Features, Liking(b))
		}
		slices.SortStableFunc(known.Features, func(a, b Liking) int {
			return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Name, b.Name))
		})
		for i := len(t.Recent) - 1; i >= 0; i-- {
			known.Recent = append(known.Recent, t.Recent[i].Key)
		}
		all = append(all, known)
	}
	return all, nil
}

// Fact is one thing that a customer told and that is kept over conversations.
type Fact struct {
	Slot  string `json:"slot"`
	Value string `json:"value"`
}

// Own tells what a customer told that is kept, by slot. Empty when nothing is.
func (s *Service) Own(ctx context.Context, product, customer string) ([]Fact, error) {
	all := []Fact{}
	rows, err := readTastes(ctx, s.n.DB.Reader(), product, customer)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.table != ownTable {
			continue
		}
		var own dialog.Own
		if err := json.Unmarshal([]byte(r.body), &own); err != nil {
			return nil, fmt.Errorf("the customer's own: %w", err)
		}
		for _, slot := range slices.Sorted(maps.Keys(own)) {
			all = append(all, Fact{slot, own[slot].Text})
		}
	}
	return all, nil
}

// ForgetTastes deletes what is known of a customer, taste and own values, and
// tells how much. Choices begin anew; what was said stays.
func (s *Service) ForgetTastes(ctx context.Context, product, customer string) (count int, err error) {
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		count, err = deleteTastes(ctx, tx, product, customer)
		return err
	})
	return count, err
}
