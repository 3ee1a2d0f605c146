package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/feedback"
	"zhuomo/internal/blob"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
	"zhuomo/track"
)

// repair joins the fix loop to the stages that it drives.
type repair struct {
	a     *App
	s     *Stages
	bench workbench
}

// Sights lists live turns in the order of their coming.
func (r repair) Sights(ctx context.Context, product, after string, limit int) ([]feedback.Seen, error) {
	turns, err := r.s.Serve.TurnsAfter(ctx, product, after, limit)
	return seenAll(turns), err
}

// Rated lists turns that were rated since a time.
func (r repair) Rated(ctx context.Context, product string, sinceUS int64, limit int) ([]feedback.Seen, error) {
	turns, err := r.s.Serve.RatedSince(ctx, product, sinceUS, limit)
	return seenAll(turns), err
}

// Look reads one turn with what was said before it.
func (r repair) Look(ctx context.Context, id string) (feedback.Seen, error) {
	turn, err := r.s.Serve.Turn(ctx, id)
	if err != nil {
		return feedback.Seen{}, err
	}
	fact, err := r.s.Serve.Facts().Turn(ctx, id)
	if err != nil {
		return feedback.Seen{}, err
	}
	s := seen(turn)
	s.History = saidBefore(fact.History)
	return s, nil
}

// Bring takes in what was said to a box.
func (r repair) Bring(ctx context.Context, product string, file io.Reader, each func(context.Context, []string) error) (feedback.Brought, error) {
	b, err := r.s.Serve.Bring(ctx, product, file, each)
	return feedback.Brought{Turns: b.Turns, New: b.New, Sessions: b.Sessions, Rated: b.Rated}, err
}

func seenAll(turns []serve.Turn) []feedback.Seen {
	out := make([]feedback.Seen, len(turns))
	for i, t := range turns {
		out[i] = seen(t)
	}
	return out
}

// answerFrom is the probability from which the product answers by itself when
// its flow does not say; it only orders the inbox.
const answerFrom = .5

func seen(t serve.Turn) feedback.Seen {
	s := feedback.Seen{
		Item: feedback.Item{TurnID: t.ID, ProductID: t.ProductID, SessionID: t.SessionID, Text: t.Text,
			Reply: dialog.PlainText(t.Parts), At: time.UnixMicro(t.AtUS).UTC()},
		Sight:     feedback.Sight{Band: string(t.Band), HandedOver: t.State == "handover", Rating: t.Rating, Threshold: answerFrom},
		ReleaseID: t.ReleaseID,
	}
	if len(t.Trace.Labels) > 0 {
		s.Item.Label, s.Item.P = t.Trace.Labels[0].Name, t.Trace.Labels[0].Probability
		s.Sight.P = s.Item.P
	}
	return s
}

// Shop puts together the workshop of the live release.
func (r repair) Shop(ctx context.Context, product string) (*feedback.Shop, error) {
	live, err := r.s.Serve.Release(ctx, product, "live")
	if err != nil {
		return nil, err
	}
	made, model, err := r.s.Learn.Open(ctx, product, live.ModelID)
	if err != nil {
		return nil, err
	}
	learner, err := learn.Find(r.a.learners(), made.Learner)
	if err != nil {
		return nil, err
	}
	values, err := learner.Spec().Fill(made.Params)
	if err != nil {
		return nil, err
	}
	lesson, err := r.bench.gold.lesson(ctx, product)
	if err != nil {
		return nil, err
	}
	all := lesson.all()
	trainer, err := learner.Trainer(all.Task, all.Labels, values, learn.Options{Seed: made.Seed})
	if err != nil {
		return nil, err
	}
	if err := trainer.Put(all.Examples...); err != nil {
		return nil, err
	}
	shop := &feedback.Shop{Trainer: trainer, Labels: all.Labels, Test: lesson.test, Live: model, LiveID: made.ID,
		Learner: learner, Simulated: lesson.simulated}
	if shop.Suite, shop.Gate, err = r.s.Evaluate.Rules(ctx, product); err != nil {
		return nil, err
	}
	if shop.Stories, err = r.bench.stories(ctx, product); err != nil {
		return nil, err
	}
	return shop, nil
}

// feedbackSet is the dataset that corrected turns become rows of.
const feedbackSet = "反馈 feedback"

// Relabel makes the turn a row of the feedback dataset and settles its gold.
func (r repair) Relabel(ctx context.Context, product string, turn feedback.Seen, labels []string, actor string) (rowID, labelID string, err error) {
	set, err := r.feedbackSet(ctx, product)
	if err != nil {
		return "", "", err
	}
	record, err := json.Marshal(map[string]any{"turn_id": turn.TurnID, "session_id": turn.SessionID, "text": turn.Text, "history": turn.History})
	if err != nil {
		return "", "", err
	}
	hash, err := blob.PutBytes(ctx, r.a.Blobs, record)
	if err != nil {
		return "", "", fmt.Errorf("keep the turn as a raw record: %w", err)
	}
	row := dataset.Row{
		ID:     dataset.NewRowID(string(hash), "", 1),
		Source: dataset.Source{Blob: string(hash), Record: 1, Length: int64(len(record))},
		Values: []string{turn.TurnID, turn.SessionID, turn.Text},
	}
	version, err := r.addRow(ctx, set, row, turn.TurnID)
	if err != nil {
		return "", "", fmt.Errorf("add the turn to the feedback rows: %w", err)
	}
	labelID, err = r.s.Label.SetGold(ctx, label.GoldRow{
		Product: product, VersionID: version.ID, RowID: string(row.ID), Text: turn.Text, Context: linesOf(turn.History),
		Labels: labels, Person: actor,
	})
	return string(row.ID), labelID, err
}

func (r repair) feedbackSet(ctx context.Context, product string) (dataset.Dataset, error) {
	set, err := r.s.Data.FindDataset(ctx, product, feedbackSet)
	if errors.Is(err, dataset.NoSuchDataset) {
		return r.s.Data.Create(ctx, product, feedbackSet)
	}
	return set, err
}

func (r repair) addRow(ctx context.Context, set dataset.Dataset, row dataset.Row, turn string) (dataset.Version, error) {
	by := dataset.MadeBy{Kind: "fix", ID: turn}
	latest, err := r.s.Data.Latest(ctx, set.ID)
	if errors.Is(err, dataset.NoSuchVersion) {
		schema := dataset.Schema{Columns: []dataset.Column{{Name: "turn_id", Type: dataset.Text}, {Name: "session", Type: dataset.Text}, {Name: "text", Type: dataset.Text}}}
		return r.s.Data.Build(ctx, dataset.Draft{DatasetID: set.ID, MadeBy: by, Schema: schema}, func(add func(dataset.Row) error) error { return add(row) })
	}
	if err != nil || latest.MadeBy == by { // a fix that is done again has added it already
		return latest, err
	}
	return r.s.Data.Edit(ctx, latest.ID, by, []dataset.Edit{{Row: row}}, nil)
}

func linesOf(history []learn.Said) []label.Line {
	out := make([]label.Line, len(history))
	for i, h := range history {
		out[i] = label.Line{Who: label.Customer, Text: h.Text}
		if h.Who == learn.Product {
			out[i].Who = label.Agent
		}
	}
	return out
}

// Unlabel takes the gold of a corrected turn back; its row stays, as rows do.
func (r repair) Unlabel(ctx context.Context, product, row, label, actor string) error {
	return r.s.Label.UnsetDecision(ctx, product, row, label, actor)
}

// KeepModel stores what the fix loop learnt.
func (r repair) KeepModel(ctx context.Context, product string, m learn.Model, seconds float64, rows []string) (string, error) {
	made, err := r.s.Learn.Keep(ctx, product, m, learn.Facts{Seconds: seconds, RowIDs: rows})
	return made.ID, err
}

// Put makes a release like the live one with another model, and makes it live.
func (r repair) Put(ctx context.Context, product string, n feedback.NewRelease) error {
	live, err := r.s.Serve.Release(ctx, product, "live")
	if err != nil {
		return err
	}
	contents, ready := live.Contents, serve.Ready{}
	contents.ModelID, contents.ReportID = n.ModelID, n.ReportID
	if n.Model != nil {
		ready.Model = dialog.Understand(n.Model)
	}
	made, err := r.s.Serve.Make(ctx, n.ID, contents, n.Note, ready)
	if err != nil || made.State != serve.Candidate {
		return err
	}
	_, err = r.s.Serve.Publish(ctx, product, made.ID, "", true)
	return err
}

// Back makes the release before live again, if this one is live.
func (r repair) Back(ctx context.Context, product, release string) (bool, error) {
	_, err := r.s.Serve.TakeBackOf(ctx, product, release, release)
	if errors.Is(err, serve.NotLive) {
		return false, nil
	}
	return err == nil, err
}

// LiveRelease is the id of the live release.
func (r repair) LiveRelease(ctx context.Context, product string) (string, error) {
	live, err := r.s.Serve.Release(ctx, product, "live")
	if errors.Is(err, serve.NothingLive) {
		return "", nil
	}
	return live.ID, err
}

// FixMade keeps the lineage of a fix: the turn it mends, the row, the model, the release.
func (r repair) FixMade(ctx context.Context, product string, f feedback.Fix) error {
	fix := track.Ref{Kind: track.KindFix, ID: f.ID}
	edges := []track.Edge{{From: fix, Relation: track.Mends, To: track.Ref{Kind: track.KindTurn, ID: f.TurnID}}}
	if f.ModelID != "" {
		model := track.Ref{Kind: track.KindModel, ID: f.ModelID}
		edges = append(edges,
			track.Edge{From: model, Relation: track.MadeFrom, To: track.Ref{Kind: track.KindRow, ID: f.RowID}},
			track.Edge{From: model, Relation: track.MadeFrom, To: fix})
	}
	if f.ReleaseID != "" {
		edges = append(edges, track.Edge{From: track.Ref{Kind: track.KindRelease, ID: f.ReleaseID}, Relation: track.MadeFrom, To: track.Ref{Kind: track.KindModel, ID: f.ModelID}})
	}
	return r.s.Track.Link(ctx, product, edges...)
}
