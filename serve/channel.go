package serve

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// readBody decodes a JSON body of a Raw route.
func readBody(r *http.Request, into any) error {
	err := json.NewDecoder(r.Body).Decode(into)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return api.TooLarge.With("limit", spec.Size(tooLarge.Limit)).Because(err)
	case errors.Is(err, io.EOF):
		return EmptyMessage.With().Because(err)
	case err != nil:
		return api.InvalidInput.With("count", 1, "places", spec.Text{ZH: "body 不是合法的 JSON", EN: "body is not valid JSON"}).At("body").Because(err)
	}
	return nil
}

// stream answers a message as server-sent events: "part" for each piece, then
// "done" with the whole answer.
func (s *Service) stream(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text   string `json:"text"`
		TurnID string `json:"turn_id"`
	}
	err := readBody(r, &body)
	if err == nil {
		err = s.admitted(r.Context(), SessionIn{
			ProductIn: ProductIn{r.PathValue("product")}, Session: r.PathValue("session"), Token: r.Header.Get("X-Session-Token"),
		})
	}
	var a Answered
	if err == nil {
		a, err = s.Say(r.Context(), r.PathValue("session"), Message{Text: body.Text, TurnID: body.TurnID})
	}
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	for _, p := range a.Parts {
		if _, err := w.Write(eventOf("part", p)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush() // sent at the end otherwise
	}
	_, _ = w.Write(eventOf("done", a)) // the turn is kept; the client may read it again
}

// rasaMessage is one line of the answer of Rasa's REST channel.
type rasaMessage struct {
	RecipientID string       `json:"recipient_id"`
	Text        string       `json:"text,omitempty"`
	Buttons     []rasaButton `json:"buttons,omitempty"`
	Custom      *dialog.Part `json:"custom,omitempty"`
}

type rasaButton struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

// rasa is POST /webhooks/rest/webhook as Rasa's clients send it: {"sender",
// "message"} → [{"recipient_id", "text", "buttons"}]. Which product answers
// stands in ?product=; without it the only product that is live does. With
// ?stream=true every message stands on a line of its own.
func (s *Service) rasa(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Sender  string `json:"sender"`
		Message string `json:"message"`
	}
	ctx := r.Context()
	err := readBody(r, &body)
	var product string
	if err == nil {
		product, err = s.rasaProduct(r)
	}
	if err == nil && !api.Who(ctx).Sees(product) {
		err = api.OtherProduct.With()
	}
	if body.Sender == "" {
		body.Sender = "default" // as Rasa does
	}
	var a Answered
	if err == nil {
		var session Session
		if session, _, err = s.Begin(ctx, product, "rasa", body.Sender); err == nil {
			a, err = s.Say(ctx, session.ID, Message{Text: body.Message})
		}
	}
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	messages := rasaMessages(body.Sender, a.Parts)
	w.Header().Set("Content-Type", "application/json")
	out := json.NewEncoder(w)
	if r.URL.Query().Get("stream") == "true" {
		for _, m := range messages {
			if out.Encode(m) != nil {
				return
			}
		}
		return
	}
	_ = out.Encode(messages) // a reader that hung up is nobody's fault
}

func (s *Service) rasaProduct(r *http.Request) (string, error) {
	if name := r.URL.Query().Get("product"); name != "" {
		return s.product(r.Context(), name)
	}
	live, err := liveProducts(r.Context(), s.n.DB.Reader())
	if err != nil {
		return "", err
	}
	if len(live) != 1 {
		return "", NothingLive.With("product", "?product=")
	}
	return live[0], nil
}

func rasaMessages(recipient string, parts []dialog.Part) []rasaMessage {
	out := []rasaMessage{}
	buttons := func(choices []dialog.Choice) (all []rasaButton) {
		for _, c := range choices {
			all = append(all, rasaButton{c.Text, c.Send})
		}
		return all
	}
	for _, p := range parts {
		m := rasaMessage{RecipientID: recipient}
		switch p.Kind {
		case dialog.ChoicesPart:
			if n := len(out); n > 0 && out[n-1].Buttons == nil { // buttons belong to the words before them
				out[n-1].Buttons = buttons(p.Choices)
				continue
			}
			m.Buttons = buttons(p.Choices)
		case dialog.CardPart:
			m.Text = strings.TrimSpace(dialog.PlainText([]dialog.Part{p}))
			m.Buttons = buttons(p.Actions)
			m.Custom = &p
		default:
			m.Text = p.Text
		}
		out = append(out, m)
	}
	return out
}
