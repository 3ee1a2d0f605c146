package feedback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhuomo/evaluate"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// State is how a fix ended.
type State string

const (
	Working    State = "working"
	Live       State = "live"        // 已上线
	Refused    State = "refused"     // 门禁未通过: the old release stays live, the label stays
	TakingBack State = "taking_back" // 正在撤回: asked for and durable; done by now or by the next start
	TakenBack  State = "taken_back"  // 已撤回
	Failed     State = "failed"
)

// Fix is one correction and all that followed from it.
type Fix struct {
	ID          string    `json:"id" table:"编号|id"`
	ProductID   string    `json:"product_id"`
	TurnID      string    `json:"turn_id" table:"话轮|turn"`
	RowID       string    `json:"row_id"`
	LabelID     string    `json:"label_id,omitempty"` // the annotation of the correction
	Labels      []string  `json:"labels" table:"改为|labels"`
	ActorID     string    `json:"actor_id"`
	State       State     `json:"state" table:"状态|state"`
	ModelID     string    `json:"model_id,omitempty"`
	ReleaseID   string    `json:"release_id,omitempty" table:"发布版|release"`
	BeforeID    string    `json:"before_id"` // the release that was live before
	Learnt      bool      `json:"learnt"`    // the new model gives the right answer to the sentence
	Before      []string  `json:"before"`    // what the old model answered
	After       []string  `json:"after"`     // what the new model answers
	Clock       Clock     `json:"clock"`
	Seconds     float64   `json:"seconds" table:"秒|seconds"`
	ReportID    string    `json:"report_id,omitempty"`
	Why         string    `json:"why,omitempty"`           // the rules that refused it
	TakenBackBy string    `json:"taken_back_by,omitempty"` // who took it back
	At          time.Time `json:"at" table:"时间|at"`
	Log         []Line    `json:"log,omitempty" doc:"修正时每一段做了什么|what each part of the loop did"`
}

// Clock is the time of each part of the loop, in seconds.
type Clock struct {
	Relabel float64 `json:"relabel"`
	Train   float64 `json:"train"`
	Test    float64 `json:"test"`
	Gate    float64 `json:"gate"`
	Release float64 `json:"release"`
}

// A corrected sentence weighs more than one training row, since a person looked
// at it; when the model still answers otherwise, it is fitted again with more.
var fixWeights = []float32{4, 32}

// Fix corrects a live turn: relabel, retrain, test, gate, release. It returns
// when the new release is live, or was refused. Only one fix of a product runs
// at a time; others wait.
//
// Errors: NoSuchItem or the serving stage's fault for the turn, NothingLive,
// NoLabels, UnknownLabel; ctx.Err() when cancelled: the label is kept, nothing
// goes live.
func (s *Service) Fix(ctx context.Context, turnID string, labels []string, actor string) (Fix, error) {
	return s.mend(ctx, db.NewID(s.now()), turnID, labels, actor, func(Part) {})
}

// mend is Fix under an id; begins hears of each part after the first. Called
// again with the id after a crash it goes on: the label, the report and the
// release are found by the id of the fix, none is made twice, and a model that
// passed the gate is not trained again.
func (s *Service) mend(ctx context.Context, id, turnID string, labels []string, actor string, begins func(Part)) (Fix, error) {
	turn, err := s.needs.Turns.Look(ctx, turnID)
	if err != nil {
		return Fix{}, err
	}
	bay, leave, err := s.enter(ctx, turn.ProductID)
	if err != nil {
		return Fix{}, err
	}
	defer leave()
	began := time.Now() // spans are measured; At comes from the clock that was given
	lap := laps(began)
	f, err := s.fix(ctx, id)
	begun := err == nil
	switch {
	case err != nil && !errors.Is(err, NoSuchFix):
		return Fix{}, err
	case begun && f.State != Working && f.State != Failed: // it ended, only its job did not hear of it
		return f, s.needs.Ledger.FixMade(ctx, f.ProductID, f)
	case begun && f.ModelID != "":
		bay.shop, bay.before = nil, nil // the release changes under it
		begins(Releasing)
		return s.finish(ctx, began, f, s.publish(ctx, lap, nil, &f))
	}
	shop, err := s.warm(ctx, bay, turn.ProductID)
	if err != nil {
		return Fix{}, err
	}
	index, err := indices(shop.Labels, labels)
	if err != nil {
		return Fix{}, err
	}
	f = Fix{ID: id, ProductID: turn.ProductID, TurnID: turnID, Labels: labels, ActorID: actor,
		State: Working, BeforeID: shop.Release, At: s.now().UTC()}
	if f.RowID, f.LabelID, err = s.needs.Relabeller.Relabel(ctx, turn.ProductID, turn, labels, actor); err != nil {
		return f, fmt.Errorf("relabel turn %s: %w", turnID, err)
	}
	f.Clock.Relabel = lap()
	f.note(Relabelling, spec.Text{
		ZH: fmt.Sprintf("这句话成为一行 %s，金标记为 %s", f.RowID, strings.Join(labels, "、")),
		EN: fmt.Sprintf("the sentence became row %s, its gold is %s", f.RowID, strings.Join(labels, ", ")),
	})
	if err := s.saveFix(ctx, f); err != nil {
		return f, err
	}
	begins(Training)
	err = s.runFix(ctx, bay, shop, turn, index, &f, lap, begins)
	if err != nil {
		bay.shop = nil // whatever it holds may be half of a fix
	}
	return s.finish(ctx, began, f, err)
}

// finish writes down how a fix ended.
func (s *Service) finish(ctx context.Context, began time.Time, f Fix, err error) (Fix, error) {
	if s.needs.Ended != nil {
		defer func() { s.needs.Ended(f.State, time.Since(began)) }()
	}
	if err != nil {
		f.State, f.Why = Failed, err.Error()
		return f, errors.Join(err, s.saveFix(context.WithoutCancel(ctx), f))
	}
	f.Seconds = time.Since(began).Seconds()
	if err := s.saveFix(ctx, f); err != nil {
		return f, err
	}
	return f, s.needs.Ledger.FixMade(ctx, f.ProductID, f)
}

func (s *Service) runFix(ctx context.Context, bay *bay, shop *Shop, turn Seen, labels []int, f *Fix, lap func() float64, begins func(Part)) error {
	input := learn.Input{Text: turn.Text, History: turn.History}
	before, err := shop.Live.Predict(ctx, []learn.Input{input})
	if err != nil {
		return err
	}
	f.Before = before[0].Chosen()

	var model learn.Model
	for _, weight := range fixWeights {
		example := learn.Example{RowID: f.RowID, Text: turn.Text, History: turn.History, Labels: labels, Weight: weight}
		if err := shop.Trainer.Put(example); err != nil {
			return err
		}
		if model, err = shop.Trainer.Fit(ctx); err != nil {
			return fmt.Errorf("retrain: %w", err)
		}
		after, err := model.Predict(ctx, []learn.Input{input})
		if err != nil {
			return err
		}
		f.After = after[0].Chosen()
		f.Learnt = sameSet(f.After, f.Labels)
		f.note(Training, fitted(shop, weight, *f))
		if f.Learnt {
			break
		}
	}
	f.Clock.Train = lap()
	if err := s.saveFix(ctx, *f); err != nil {
		return err
	}
	begins(Testing)
	candidate := evaluate.Candidate{
		ProductID: f.ProductID, ModelID: "fix-" + f.ID, Model: model, LiveID: shop.LiveID, Live: shop.Live,
		LiveAnswers: shop.Answers, Test: shop.Test, Simulated: shop.Simulated,
	}
	if shop.Stories != nil {
		candidate.Stories = func(ctx context.Context) (evaluate.Share, error) { return shop.Stories(ctx, model) }
	}
	report, err := evaluate.Judge(ctx, candidate, shop.Suite, shop.Gate, s.perturber)
	if err != nil {
		return fmt.Errorf("test: %w", err)
	}
	f.Clock.Test = lap()
	f.note(Testing, tested(report))
	if err := s.saveFix(ctx, *f); err != nil {
		return err
	}
	begins(Gating)
	report.ID = f.ID
	for _, rule := range report.Verdict.Rules {
		f.note(Gating, ruled(rule))
	}
	if !report.Passed {
		shop.Trainer.Drop(f.RowID)
		f.State, f.Why = Refused, refusal(report.Verdict)
		kept, err := s.reports.Keep(ctx, report)
		f.ReportID = kept.ID
		f.Clock.Gate = lap()
		return err
	}
	if f.ModelID, err = s.needs.Keeper.KeepModel(ctx, f.ProductID, model, f.Clock.Train, []string{f.RowID}); err != nil {
		return fmt.Errorf("keep the model: %w", err)
	}
	report.ModelID = f.ModelID
	kept, err := s.reports.Keep(ctx, report)
	if err != nil {
		return err
	}
	f.ReportID = kept.ID
	f.Clock.Gate = lap()
	if err := s.saveFix(ctx, *f); err != nil { // from here on a crash only publishes again
		return err
	}
	begins(Releasing)
	if err := s.publish(ctx, lap, model, f); err != nil {
		return err
	}
	bay.before = &shopState{fix: f.ID, live: shop.Live, liveID: shop.LiveID, answers: shop.Answers, release: shop.Release}
	shop.Live, shop.LiveID, shop.Answers, shop.Release = model, f.ModelID, report.Answers, f.ReleaseID
	return nil
}

// publish puts the model of a fix live, in a release with the id of the fix.
// model may be nil when it is not in memory.
func (s *Service) publish(ctx context.Context, lap func() float64, model learn.Model, f *Fix) error {
	err := s.needs.Releaser.Put(ctx, f.ProductID, NewRelease{ID: f.ID, ModelID: f.ModelID, Model: model, ReportID: f.ReportID, Note: f.TurnID})
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	f.ReleaseID, f.State, f.Why = f.ID, Live, ""
	f.Clock.Release = lap()
	f.note(Releasing, spec.Text{
		ZH: fmt.Sprintf("模型 %s 入库，发布版 %s 上线，替下 %s", f.ModelID, f.ReleaseID, f.BeforeID),
		EN: fmt.Sprintf("model %s is kept, release %s is live in place of %s", f.ModelID, f.ReleaseID, f.BeforeID),
	})
	return nil
}

// laps gives the seconds since the lap before, from a time on: what lies between
// two parts counts to the second, so that the parts add up to the whole.
func laps(from time.Time) func() float64 {
	return func() float64 {
		now := time.Now()
		took := now.Sub(from).Seconds()
		from = now
		return took
	}
}

// indices finds the labels in the order of the model's. Faults: NoLabels,
// UnknownLabel.
func indices(known, labels []string) ([]int, error) {
	if len(labels) == 0 {
		return nil, NoLabels.With("known", strings.Join(known, ", ")).At("labels")
	}
	var out []int
	for _, l := range labels {
		i := slices.Index(known, l)
		if i < 0 {
			return nil, UnknownLabel.With("label", l, "known", strings.Join(known, ", ")).At("labels")
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out, nil
}

// refusal names the rules that refused.
func refusal(v evaluate.Verdict) string {
	var why []string
	for _, r := range v.Rules {
		if !r.Passed {
			why = append(why, r.ID+": "+r.Need+", "+r.Got)
		}
	}
	return strings.Join(why, "; ")
}

func sameSet(a, b []string) bool {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}
