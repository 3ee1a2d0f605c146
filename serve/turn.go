package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/internal/tracing"
)

// Message is what a customer says.
type Message struct {
	Text   string
	TurnID string      // made by the client, so that sending again does no harm; "" = made here
	Wish   dialog.Role // what the channel knows to be wanted, or ""
}

// Turn is one message and its answer, as it is kept.
type Turn struct {
	ID        string        `json:"id" table:"编号|id"`
	ProductID string        `json:"product_id"`
	SessionID string        `json:"session_id"`
	TurnID    string        `json:"turn_id"`
	Number    int           `json:"number"`
	Text      string        `json:"text" table:"客户|customer"`
	Parts     []dialog.Part `json:"parts"`
	Band      dialog.Band   `json:"band" table:"把握|band"`
	State     string        `json:"state" table:"状态|state"` // bot, handover
	ReleaseID string        `json:"release_id"`
	ModelID   string        `json:"model_id"`
	EntryID   string        `json:"entry_id,omitempty"`
	Trace     dialog.Trace  `json:"trace"`
	ThinkUS   int64         `json:"think_us" doc:"理解和决定用的微秒|microseconds to understand and decide"`
	AtUS      int64         `json:"at_us" table:"时间|at"`
	Rating    string        `json:"rating,omitempty" table:"评价|rating"` // good, bad
	Comment   string        `json:"comment,omitempty"`

	ratedUS int64
}

// Answered is what the customer's side gets.
type Answered struct {
	TurnID  string         `json:"turn_id"`
	ID      string         `json:"id" doc:"服务端的话轮编号，用于追溯|the server's id of the turn, for tracing"`
	Release string         `json:"release"`
	Parts   []dialog.Part  `json:"parts"`
	Labels  []dialog.Label `json:"labels"`
	Band    dialog.Band    `json:"band"`
	State   string         `json:"state" enum:"bot,handover"`
	MS      float64        `json:"ms" doc:"从收到到存好的毫秒|milliseconds from arrival until kept"`
	Waits   bool           `json:"waits,omitempty" doc:"在等客户回答一个问题|a question to the customer is open"`
	Left    bool           `json:"left,omitempty" doc:"客户要走，会话到此为止|the customer leaves; the conversation ends here"`
}

// errRepeated ends a write whose turn is there already.
var errRepeated = errors.New("this turn was taken before")

// Say takes one turn of a session: understands it, walks the flow, keeps turn
// and state in one durable write, then answers. The caller has been admitted.
//
// Order:  turns of a session one after the other; the same TurnID with the same
// text gives the answer that was given before.
// Errors: EmptyMessage, TooLong, NoSession, NothingLive, TurnReused. Nothing
// is kept then.
// Cost:   does not grow with the length of the session.
func (s *Service) Say(ctx context.Context, session string, m Message) (Answered, error) {
	began := s.n.Now()
	ctx, span := tracing.Step(ctx, "turn")
	a, err := s.answer(ctx, session, m, began)
	if span.On() {
		span.Text("turn.outcome", string(OutcomeOf(a, err)))
		span.Text("turn.id", a.ID)
		span.Text("turn.release", a.Release)
		span.End(err)
	}
	if s.n.Measured != nil {
		s.n.Measured(OutcomeOf(a, err), s.n.Now().Sub(began))
	}
	return a, err
}

func (s *Service) answer(ctx context.Context, session string, m Message, began time.Time) (Answered, error) {
	m.Text = strings.TrimSpace(strings.ToValidUTF8(m.Text, "\uFFFD"))
	if m.Text == "" {
		return Answered{}, EmptyMessage.With().At("text")
	}
	if n := utf8.RuneCountInString(m.Text); n > maxText {
		return Answered{}, TooLong.With("what", spec.Text{ZH: "消息", EN: "the message"}, "runes", n, "limit", maxText).At("text")
	}
	if n := utf8.RuneCountInString(m.TurnID); n > 64 {
		return Answered{}, TooLong.With("what", "turn_id", "runes", n, "limit", 64).At("turn_id")
	}
	for try := 1; ; try++ {
		a, err := s.sayOnce(ctx, session, m, began)
		// Another process took a turn of the session in between: answer after that.
		if !errors.Is(err, MovedOn) || try == maxTurnTries {
			return a, err
		}
	}
}

// maxTurnTries is how often a turn is thought anew because the session moved on.
const maxTurnTries = 8

// sayOnce is one try of Say.
func (s *Service) sayOnce(ctx context.Context, session string, m Message, began time.Time) (Answered, error) {
	_, step := tracing.Step(ctx, "turn.session")
	t, err := s.open(ctx, session)
	if err != nil {
		step.End(err)
		return Answered{}, err
	}
	defer s.sessions.drop(t)
	live, err := s.Live(ctx, t.ProductID)
	if err != nil {
		step.End(err)
		return Answered{}, err
	}
	parts, state, flow, err := s.partsFor(ctx, t, live, began)
	var known keptTastes
	if err == nil {
		known, err = s.tastes(ctx, s.n.DB.Reader(), parts.Flow, t.ProductID, t.listener())
	}
	step.End(err)
	if err != nil {
		return Answered{}, err
	}
	state = state.With(parts.Flow, known.own)
	state.Tastes = known.tastes
	understanding, step := tracing.Step(ctx, "turn.understand")
	labels, err := live.Model.Understand(understanding, m.Text, state.History)
	step.End(err)
	if err != nil {
		return Answered{}, fmt.Errorf("understand: %w", err)
	}
	walking, step := tracing.Step(ctx, "turn.flow")
	next, reply, trace, err := dialog.Step(walking, parts, state, dialog.Turn{Text: m.Text, Channel: t.Channel, At: began, Wish: m.Wish, Seed: dialog.SeedOf(t.ID, t.TurnCount+1)}, labels)
	step.End(err)
	if err != nil {
		return Answered{}, fmt.Errorf("answer: %w", err)
	}
	turn := Turn{
		ID: db.NewID(began), ProductID: t.ProductID, SessionID: t.ID, TurnID: m.TurnID, Number: t.TurnCount + 1, Text: m.Text,
		Parts: reply, Band: trace.Band, State: "bot", ReleaseID: live.Release.ID, ModelID: live.Release.ModelID,
		EntryID: trace.EntryID, Trace: trace, AtUS: began.UnixMicro(), ThinkUS: s.n.Now().Sub(began).Microseconds(),
	}
	if turn.Parts == nil {
		turn.Parts = []dialog.Part{}
	}
	if next.Human {
		turn.State = "handover"
	}
	if turn.TurnID == "" {
		turn.TurnID = turn.ID
	}
	next, own := next.Apart(parts.Flow, known.own)
	storing, step := tracing.Step(ctx, "turn.store")
	err = s.keep(storing, t, turn, next, own, known, flow)
	step.End(err)
	if err != nil {
		if errors.Is(err, errRepeated) {
			return s.again(ctx, t, turn)
		}
		if errors.Is(err, MovedOn) {
			t.ready = false // read anew next time
		}
		return Answered{}, fmt.Errorf("keep turn: %w", err)
	}
	next.Tastes = nil // another session of the customer may change them before the next turn
	t.state, t.flow, t.TurnCount, t.ActiveUS = next, flow, turn.Number, turn.AtUS
	a := answered(turn, live.Release.Name, s.n.Now().Sub(began))
	s.tell(t.ID, a)
	if s.n.Told != nil {
		s.n.Told(TurnNote{ProductID: t.ProductID, SessionID: t.ID, TurnID: turn.ID})
	}
	return a, nil
}

// partsFor gives the model and knowledge of the live release with the flow that
// the session is pinned to. An idle session begins anew with the live flow, and
// keeps only its history; what is the customer's own is not in the state.
func (s *Service) partsFor(ctx context.Context, t *talk, live *Loaded, now time.Time) (dialog.Parts, dialog.State, blob.Hash, error) {
	parts, state := live.Parts, t.state
	if t.flow == live.Release.Flow {
		if !s.idle(t, now) {
			return parts, state, t.flow, nil
		}
	} else if !s.idle(t, now) {
		pinned, err := s.flow(ctx, t.flow)
		if err != nil {
			return parts, state, t.flow, fmt.Errorf("the session's own flow: %w", err)
		}
		parts.Flow = pinned
		return parts, state, t.flow, nil
	}
	return parts, dialog.State{TurnCount: state.TurnCount, History: state.History}, live.Release.Flow, nil
}

func (s *Service) idle(t *talk, now time.Time) bool {
	return now.UnixMicro()-t.ActiveUS > sessionIdle.Microseconds()
}

// keep writes turn, state, tastes and the customer's own values together.
func (s *Service) keep(ctx context.Context, t *talk, turn Turn, next dialog.State, own dialog.Own, known keptTastes, flow blob.Hash) error {
	state, err := json.Marshal(next)
	if err != nil {
		return err
	}
	parts, err := json.Marshal(turn.Parts)
	if err != nil {
		return err
	}
	trace, err := json.Marshal(turn.Trace)
	if err != nil {
		return err
	}
	before := t.TurnCount
	return s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		added, err := insertTurn(ctx, tx, turn, string(parts), string(trace))
		if err != nil {
			return err
		}
		if !added {
			return errRepeated
		}
		moved, err := moveSession(ctx, tx, t.ID, before, string(state), string(flow), turn.AtUS)
		if err != nil {
			return err
		}
		if !moved {
			return MovedOn.With()
		}
		return known.keep(ctx, tx, t.ProductID, t.listener(), next.Tastes, own, turn.AtUS)
	})
}

// again gives the answer that a turn got before.
func (s *Service) again(ctx context.Context, t *talk, turn Turn) (Answered, error) {
	kept, ok, err := readTurnOf(ctx, s.n.DB.Reader(), t.ID, turn.TurnID)
	if err != nil {
		return Answered{}, err
	}
	if !ok {
		return Answered{}, NoTurn.With()
	}
	if kept.Text != turn.Text {
		return Answered{}, TurnReused.With("turn", turn.TurnID).At("turn_id")
	}
	r, err := s.Release(ctx, t.ProductID, kept.ReleaseID)
	if err != nil {
		return Answered{}, err
	}
	return answered(kept, r.Name, time.Duration(kept.ThinkUS)*time.Microsecond), nil
}

func answered(t Turn, release string, took time.Duration) Answered {
	a := Answered{
		TurnID: t.TurnID, ID: t.ID, Release: release, Parts: t.Parts, Labels: t.Trace.Labels, Band: t.Band, State: t.State,
		MS: float64(took.Microseconds()) / 1000, Waits: t.Trace.Waits, Left: t.Trace.Left,
	}
	if a.Labels == nil {
		a.Labels = []dialog.Label{}
	}
	return a
}

// Rate keeps a customer's thumb on a turn, named by either of its ids; the last
// one counts. Faults: NoTurn, TooLong.
func (s *Service) Rate(ctx context.Context, session, turnID string, good bool, comment string) error {
	if n := utf8.RuneCountInString(comment); n > maxComment {
		return TooLong.With("what", "comment", "runes", n, "limit", maxComment).At("comment")
	}
	t, ok, err := readTurnOf(ctx, s.n.DB.Reader(), session, turnID)
	if err != nil {
		return err
	}
	if !ok {
		return NoTurn.With()
	}
	at := s.n.Now().UnixMicro()
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return putRating(ctx, tx, t.ID, t.ProductID, good, comment, at)
	})
	if err != nil {
		return fmt.Errorf("keep rating: %w", err)
	}
	if s.n.Told != nil {
		s.n.Told(TurnNote{ProductID: t.ProductID, SessionID: session, TurnID: t.ID, Rated: true})
	}
	return nil
}
