package track

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

// Thread is the whole way of one answer or one row. Of a turn it leads down to
// the raw lines; of a row it leads both down to its raw line and up to the
// answers that it shaped.
type Thread struct {
	Of      Ref          `json:"of"`
	Turn    *TurnFact    `json:"turn,omitempty"`
	Release *ReleaseFact `json:"release,omitempty"`
	Rows    []RowThread  `json:"rows"`   // for a turn: the witnesses, heaviest first; for a row: itself
	Shaped  []Shaped     `json:"shaped"` // for a row: the answers in which it weighed, newest first
	Gaps    []Gap        `json:"gaps"`   // beads that are missing, and why
	Masked  int          `json:"masked" doc:"遮住了几处个人信息|how many finds of personal data are masked"`
	Reveals []Reveal     `json:"reveals" doc:"谁看过没遮住的原文，为什么，新的在前|who saw it unmasked, and why, the latest first"`
}

// Reveal is one look at personal data.
type Reveal struct {
	Actor  string `json:"actor"`
	Reason string `json:"reason"`
	AtUS   int64  `json:"at_us"`
}

const revealsShown = 20

// seen is Of for an actor: a product that was asked for gives nothing away.
func (s *Service) seen(ctx context.Context, product, id string) (Thread, error) {
	t, err := s.Of(ctx, product, id)
	if err == nil && !api.Who(ctx).Sees(t.product()) {
		return Thread{}, api.OtherProduct.With()
	}
	return t, err
}

// Shown draws a thread, with personal data masked unless plain. Fault: NothingToTrace.
func (s *Service) Shown(ctx context.Context, product, id string, plain bool) (Thread, error) {
	t, err := s.seen(ctx, product, id)
	if err != nil {
		return t, err
	}
	if !plain {
		t.Mask()
	}
	t.Reveals, err = s.store.reveals(ctx, t.Of.ID, revealsShown)
	return t, err
}

// Reveal draws a thread with personal data in plain view; who looked and why is
// kept first. Fault: NothingToTrace.
func (s *Service) Reveal(ctx context.Context, product, id, reason string) (Thread, error) {
	t, err := s.seen(ctx, product, id)
	if err != nil {
		return t, err
	}
	now := s.now()
	who := api.Who(ctx)
	err = s.store.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return insertReveal(ctx, tx, db.NewID(now), t.product(), t.Of.ID, who.ID, Reveal{Actor: who.Name, Reason: strings.TrimSpace(reason), AtUS: now.UnixMicro()})
	})
	if err != nil {
		return Thread{}, err
	}
	t.Reveals, err = s.store.reveals(ctx, t.Of.ID, revealsShown)
	return t, err
}

// RowThread is the thread of one row downwards.
type RowThread struct {
	Witness     *WitnessFact     `json:"witness,omitempty"`
	Row         *RowFact         `json:"row,omitempty"`
	Changes     []ChangeFact     `json:"changes"`
	Annotations []AnnotationFact `json:"annotations"`
	Models      []Ref            `json:"models,omitempty"`
}

// Shaped is an answer in which a row weighed.
type Shaped struct {
	Turn   TurnFact `json:"turn"`
	Weight float64  `json:"weight"`
}

// Gap is a bead that could not be shown.
type Gap struct {
	Bead Kind   `json:"bead"`
	ID   string `json:"id"`
	Why  string `json:"why"`
}

const witnessesShown = 5

// OfTurn draws the thread of one live answer down to the raw lines.
func (s *Service) OfTurn(ctx context.Context, id string) (Thread, error) {
	turn, err := s.from.Turns.Turn(ctx, id)
	if err != nil {
		return Thread{}, err
	}
	t := Thread{Of: Ref{KindTurn, id}, Turn: &turn, Rows: []RowThread{}, Shaped: []Shaped{}, Gaps: []Gap{}}
	release, err := s.from.Releases.Release(ctx, turn.ProductID, turn.ReleaseID)
	if err != nil {
		return t, t.gap(KindRelease, turn.ReleaseID, err)
	}
	t.Release = &release
	witnesses, err := s.from.Witnesses.Witnesses(ctx, release.ModelID, turn, witnessesShown)
	if err != nil {
		return t, t.gap(KindModel, release.ModelID, err)
	}
	for _, w := range witnesses {
		row, err := s.down(ctx, &t, turn.ProductID, w.RowID)
		if err != nil {
			return t, err
		}
		row.Witness = &w
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// OfRow draws the thread of one row: down to its raw line, up to the answers
// in which it weighed.
func (s *Service) OfRow(ctx context.Context, product, id string) (Thread, error) {
	fact, err := s.from.Rows.Row(ctx, product, id)
	if err != nil {
		return Thread{}, err
	}
	return s.ofRow(ctx, fact)
}

func (s *Service) ofRow(ctx context.Context, fact RowFact) (Thread, error) {
	t := Thread{Of: Ref{KindRow, fact.ID}, Rows: []RowThread{}, Shaped: []Shaped{}, Gaps: []Gap{}}
	row, err := s.down(ctx, &t, fact.ProductID, fact.ID)
	if err != nil {
		return t, err
	}
	t.Rows = append(t.Rows, row)
	if err := s.FindWitnesses(ctx, fact.ProductID); err != nil {
		return t, fmt.Errorf("witnesses of the latest turns: %w", err)
	}
	edges, err := s.Above(ctx, fact.ProductID, t.Of, 200)
	if err != nil {
		return t, err
	}
	models := map[string]string{} // release → model, "" when gone
	learnt := func(model string) {
		if ref := (Ref{KindModel, model}); model != "" && !slices.Contains(t.Rows[0].Models, ref) {
			t.Rows[0].Models = append(t.Rows[0].Models, ref)
		}
	}
	for _, e := range edges {
		switch {
		case e.From.Kind == KindTurn && e.Relation == Weighed:
			turn, err := s.from.Turns.Turn(ctx, e.From.ID)
			if err != nil {
				if gone := t.gap(KindTurn, e.From.ID, err); gone != nil {
					return t, gone
				}
				continue
			}
			t.Shaped = append(t.Shaped, Shaped{Turn: turn, Weight: e.Weight})
			// Only rows that a model learnt from can weigh in its answers.
			model, err := s.modelOf(ctx, turn, models)
			if err != nil {
				return t, err
			}
			learnt(model)
		case e.From.Kind == KindModel:
			learnt(e.From.ID)
		}
	}
	return t, nil
}

// Of draws the thread of whatever id names: a turn, a row, or file:record and
// file/part:record. A row that several products read is that of product, "" = of any.
// Fault: NothingToTrace.
func (s *Service) Of(ctx context.Context, product, id string) (Thread, error) {
	t, err := s.OfTurn(ctx, id)
	if err == nil || fault.Of(err).Def.Kind != fault.NotFound {
		return t, err
	}
	if file, record, ok := cutRecord(id); ok {
		part := ""
		if i := strings.LastIndexByte(file, '/'); i >= 0 {
			file, part = file[:i], file[i+1:]
		}
		fact, err := s.from.Rows.RowAt(ctx, product, file, part, record)
		if err == nil {
			return s.ofRow(ctx, fact)
		}
		if fault.Of(err).Def.Kind != fault.NotFound {
			return Thread{}, err
		}
	}
	t, err = s.OfRow(ctx, product, id)
	if err != nil && fault.Of(err).Def.Kind == fault.NotFound {
		return t, NothingToTrace.With("id", id).Because(err)
	}
	return t, err
}

// cutRecord parts file:record.
func cutRecord(id string) (file string, record int, ok bool) {
	i := strings.LastIndexByte(id, ':')
	if i <= 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(id[i+1:])
	return id[:i], n, err == nil && n > 0
}

// down follows one row to its raw line.
func (s *Service) down(ctx context.Context, t *Thread, product, id string) (RowThread, error) {
	out := RowThread{Changes: []ChangeFact{}, Annotations: []AnnotationFact{}}
	row, err := s.from.Rows.Row(ctx, product, id)
	if err == nil {
		out.Row = &row
	} else if err := t.gap(KindRow, id, err); err != nil {
		return out, err
	}
	changes, err := s.from.Cleanings.ChangesOf(ctx, product, id)
	if err != nil {
		return out, fmt.Errorf("changes of row %s: %w", id, err)
	}
	annotations, err := s.from.Annotations.AnnotationsOf(ctx, product, id)
	if err != nil {
		return out, fmt.Errorf("annotations of row %s: %w", id, err)
	}
	out.Changes = append(out.Changes, changes...)
	out.Annotations = append(out.Annotations, annotations...)
	return out, nil
}

// gap notes a bead that is not there any more; other errors go on.
func (t *Thread) gap(bead Kind, id string, err error) error {
	if fault.Of(err).Def.Kind != fault.NotFound {
		return err
	}
	t.Gaps = append(t.Gaps, Gap{Bead: bead, ID: id, Why: fault.Of(err).Def.Code})
	return nil
}

// FindWitnesses brings the edges from turns to training rows up to date. It is
// done when somebody asks, not at every turn: a turn must stay fast.
func (s *Service) FindWitnesses(ctx context.Context, product string) error {
	mark, err := s.store.mark(ctx, product)
	if err != nil {
		return err
	}
	models := map[string]string{} // release → model, "" when gone
	for {
		turns, err := s.from.Turns.TurnsAfter(ctx, product, mark, 500)
		if err != nil || len(turns) == 0 {
			return err
		}
		var edges []Edge
		for _, turn := range turns {
			found, err := s.witnessEdges(ctx, turn, models)
			if err != nil {
				return err
			}
			edges = append(edges, found...)
		}
		mark = turns[len(turns)-1].ID
		err = s.store.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, e := range edges {
				if err := insertEdge(ctx, tx, product, e, s.now()); err != nil {
					return err
				}
			}
			return setMark(ctx, tx, product, mark)
		})
		if err != nil {
			return err
		}
	}
}

func (s *Service) witnessEdges(ctx context.Context, turn TurnFact, models map[string]string) ([]Edge, error) {
	model, err := s.modelOf(ctx, turn, models)
	if err != nil {
		return nil, err
	}
	if model == "" || len(turn.Labels) == 0 {
		return nil, nil
	}
	found, err := s.from.Witnesses.Witnesses(ctx, model, turn, witnessesShown)
	if err != nil {
		if errors.Is(err, context.Canceled) || fault.Of(err).Def.Kind != fault.NotFound {
			return nil, err
		}
		return nil, nil
	}
	edges := make([]Edge, 0, len(found)+1)
	for _, w := range found {
		edges = append(edges, Edge{From: Ref{KindTurn, turn.ID}, Relation: Weighed, To: Ref{KindRow, w.RowID}, Weight: w.Weight})
	}
	return edges, nil
}

// modelOf is the model that answered a turn, "" when its release is gone; known
// keeps what was found by release.
func (s *Service) modelOf(ctx context.Context, turn TurnFact, known map[string]string) (string, error) {
	if model, found := known[turn.ReleaseID]; found {
		return model, nil
	}
	release, err := s.from.Releases.Release(ctx, turn.ProductID, turn.ReleaseID)
	if err != nil && fault.Of(err).Def.Kind != fault.NotFound {
		return "", err
	}
	known[turn.ReleaseID] = release.ModelID
	return release.ModelID, nil
}
