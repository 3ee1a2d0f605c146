package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/db"
	"zhuomo/text"
)

const (
	// voicePatience is how long an answer may take until the device is told to
	// wait: platforms hang up after about three seconds.
	voicePatience = 2500 * time.Millisecond
	// voiceThinks is how long a turn goes on after that.
	voiceThinks = 30 * time.Second
)

// What a voice says where the flow says nothing.
const (
	saidLater    = "这个我还得想一会儿，请过几秒再问我一次。"
	saidEarlier  = "刚才那句的回答："
	saidGoodbye  = "好的，再见。"
	saidNobody   = "没听到您说话，先不打扰了。"
	saidNotYet   = "我还没准备好，请晚些时候再来。"
	saidTooLong  = "这句话太长了，请分几句说。"
	saidNothing  = "好的。"
	maxSessionID = 128
)

// converse answers what a device heard. The turn goes on when the device cannot
// wait any longer: it is kept all the same, and told at the next one.
func (s *Service) converse(ctx context.Context, v VoiceChannel, h VoiceMessage) (Spoken, error) {
	switch h.Kind {
	case Closed, Noted:
		return Spoken{End: h.Kind == Closed}, nil
	case Quiet:
		return Spoken{Say: saidNobody, End: true}, nil
	}
	customer := h.Session
	if len(customer) > maxSessionID {
		customer = hashText(customer)
	}
	type result struct {
		spoken Spoken
		err    error
	}
	done := make(chan result, 1)    // one send, so that the turn never waits for the device
	session := make(chan string, 1) // one send: the session is known before the answer
	turn := hashText(h.RequestID)
	// Owner: s.thinking, which Rest waits for. End: after voiceThinks at the latest.
	s.thinking.Go(func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), voiceThinks)
		defer stop()
		spoken, err := s.speak(ctx, v, h, customer, turn, session)
		done <- result{spoken, err}
	})
	enough := time.NewTimer(s.patience)
	defer enough.Stop()
	var r result
	select {
	case r = <-done:
	case <-enough.C:
		select {
		case id := <-session:
			if err := s.n.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
				return insertUntold(ctx, tx, v.ProductID, id, turn, s.n.Now().UnixMicro())
			}); err != nil {
				return Spoken{}, fmt.Errorf("remember what is not told yet: %w", err)
			}
		default: // not even a session: there is nothing to tell later
		}
		return Spoken{Say: saidLater, Show: saidLater, Listen: true}, nil
	}
	switch {
	case errors.Is(r.err, NothingLive):
		return Spoken{Say: saidNotYet, Show: saidNotYet, End: true}, nil
	case errors.Is(r.err, TooLong):
		return Spoken{Say: saidTooLong, Show: saidTooLong, Listen: true}, nil
	}
	if r.err != nil {
		return Spoken{}, r.err
	}
	select {
	case id := <-session: // only an answer that is heard takes along what was not
		earlier, err := s.untold(ctx, id)
		if err != nil {
			return Spoken{}, err
		}
		if earlier != "" {
			r.spoken.Say = text.Sentences([]string{saidEarlier + earlier, r.spoken.Say})
		}
	default:
	}
	return r.spoken, nil
}

// Rest waits until no turn of a device is being thought of any more.
func (s *Service) Rest(ctx context.Context) error {
	rested := make(chan struct{})
	go func() { // ends with the turns, at the latest after voiceThinks
		s.thinking.Wait()
		close(rested)
	}()
	select {
	case <-rested:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// personOf names a platform's user without telling the platform's own id. The same
// user of the same skill is the same person over devices, channels and sessions.
func personOf(v VoiceChannel, h VoiceMessage) string {
	if h.Person == "" {
		return ""
	}
	return hashText(v.Platform + "\n" + v.SkillID + "\n" + h.Person)
}

// speak takes one turn of a device.
func (s *Service) speak(ctx context.Context, v VoiceChannel, h VoiceMessage, customer, turn string, known chan<- string) (Spoken, error) {
	session, _, err := s.begin(ctx, v.ProductID, v.Name, customer, personOf(v, h))
	if err != nil {
		return Spoken{}, err
	}
	if h.Kind == Opened || h.Text == "" {
		return Spoken{Say: orNothing(dialog.Speech(session.Greeting)), Show: dialog.PlainText(session.Greeting), Listen: true}, nil
	}
	known <- session.ID
	a, err := s.Say(ctx, session.ID, Message{Text: h.Text, TurnID: turn, Wish: wishOf(h.Text)})
	if err != nil {
		return Spoken{}, err
	}
	spoken := Spoken{Say: dialog.Speech(a.Parts), Show: dialog.PlainText(a.Parts), End: a.Left}
	spoken.Listen = listens(a, spoken.Say)
	switch {
	case spoken.Say != "":
	case spoken.End:
		spoken.Say = saidGoodbye
	default:
		spoken.Say = saidNothing
	}
	return spoken, nil
}

// listens tells whether an answer is a question, so that the microphone opens.
func listens(a Answered, said string) bool {
	return !a.Left && (a.Waits || strings.HasSuffix(said, "？") || strings.HasSuffix(said, "?"))
}

func orNothing(said string) string {
	if said == "" {
		return saidNothing
	}
	return said
}

// untold gives the answers of a session that no device has said yet, and takes
// them as said.
func (s *Service) untold(ctx context.Context, session string) (string, error) {
	turns, err := readUntold(ctx, s.n.DB.Reader(), session)
	if err != nil || len(turns) == 0 {
		return "", err
	}
	var said []string
	for _, id := range turns {
		t, ok, err := readTurnOf(ctx, s.n.DB.Reader(), session, id)
		if err != nil {
			return "", err
		}
		if ok { // it may have failed after all
			said = append(said, dialog.Speech(t.Parts))
		}
	}
	return text.Sentences(said), s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return deleteUntold(ctx, tx, session) })
}
