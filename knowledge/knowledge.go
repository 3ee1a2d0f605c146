// Package knowledge keeps what a product knows: entries (a question, other ways
// to ask it, an answer) and tables of entities; it finds entries for a sentence,
// entities in a sentence, and rows for a wish.
//
//	in:   entries and tables from files or people   out: knowledge.Snapshot, immutable, for a release
//	read: knowledge.go → index.go → table.go → lookup.go → link.go → snapshot.go
//
// A Snapshot knows neither databases nor products and answers in memory; the
// Service keeps entries with every revision and makes snapshots of them.
package knowledge

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Entry is one thing the product can answer.
type Entry struct {
	ID         string     `json:"id" table:"编号|id"`
	ProductID  string     `json:"product_id,omitempty"`
	Category   string     `json:"category,omitempty" table:"分类|category"`
	Question   string     `json:"question" table:"问题|question"`
	Variants   []string   `json:"variants,omitempty"`
	Answer     []Part     `json:"answer"`
	Conditions Conditions `json:"conditions,omitzero"`
	Sources    []Source   `json:"sources,omitempty"`
	Revision   int64      `json:"revision,omitempty" table:"版次|revision"` // from 1, one more with every edit
	State      State      `json:"state" table:"状态|state"`
	UpdatedUS  int64      `json:"updated_us,omitempty" table:"修改时间|changed"`
	UpdatedBy  string     `json:"updated_by,omitempty"`
}

// State tells who may see an entry.
type State string

const (
	Draft   State = "draft"   // 草稿: trainers only
	Live    State = "live"    // 生效: goes into snapshots
	Removed State = "removed" // 已移除: kept for restoring
)

// PartKind is what a part of an answer shows.
type PartKind string

const (
	TextPart   PartKind = "text"
	CardPart   PartKind = "card"
	ImagePart  PartKind = "image"
	ActionPart PartKind = "action"
)

// Part is one piece of an answer. Text serves text, image (what it shows, for
// those who cannot see it) and action (the words on the button).
type Part struct {
	Kind    PartKind `json:"kind"`
	Text    string   `json:"text,omitempty"`
	Title   string   `json:"title,omitempty"`   // card
	Facts   []Fact   `json:"facts,omitempty"`   // card
	Actions []Action `json:"actions,omitempty"` // card
	URL     string   `json:"url,omitempty"`     // image: an https address or a path of this server
	Send    string   `json:"send,omitempty"`    // action: what the customer says by pressing it
}

// Fact is one line of a card.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Action is one button of a card.
type Action struct {
	Text string `json:"text"`
	Send string `json:"send"`
}

// Source is where an entry's knowledge stands: a row of a dataset, or a span of
// a document in code points.
type Source struct {
	RowID      string `json:"row_id,omitempty"`
	DocumentID string `json:"document_id,omitempty"`
	Start      int    `json:"start,omitempty"`
	End        int    `json:"end,omitempty"`
}

// Conditions limit when an entry is true; an empty field limits nothing.
type Conditions struct {
	Channels      []string `json:"channels,omitempty"`
	CustomerKinds []string `json:"customer_kinds,omitempty"`
	ValidFromUS   int64    `json:"valid_from_us,omitempty"`
	ValidToUS     int64    `json:"valid_to_us,omitempty"` // first moment at which it is no longer true
}

// IsZero tells that an entry is true for everybody and always.
func (c Conditions) IsZero() bool {
	return len(c.Channels) == 0 && len(c.CustomerKinds) == 0 && c.ValidFromUS == 0 && c.ValidToUS == 0
}

// Asker is who asks, where and when. A field that is not known matches every
// condition on it.
type Asker struct {
	Channel      string
	CustomerKind string
	At           time.Time
}

// Hold tells whether an entry under these conditions is true for the asker.
func (c Conditions) Hold(a Asker) bool {
	switch {
	case len(c.Channels) > 0 && a.Channel != "" && !slices.Contains(c.Channels, a.Channel):
		return false
	case len(c.CustomerKinds) > 0 && a.CustomerKind != "" && !slices.Contains(c.CustomerKinds, a.CustomerKind):
		return false
	case a.At.IsZero():
		return true
	}
	at := a.At.UnixMicro()
	return at >= c.ValidFromUS && (c.ValidToUS == 0 || at < c.ValidToUS)
}

// overlap tells whether some asker falls under both conditions.
func (c Conditions) overlap(d Conditions) bool {
	meet := func(a, b []string) bool {
		return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
	}
	return meet(c.Channels, d.Channels) && meet(c.CustomerKinds, d.CustomerKinds) &&
		(c.ValidToUS == 0 || d.ValidFromUS < c.ValidToUS) && (d.ValidToUS == 0 || c.ValidFromUS < d.ValidToUS)
}

// What an entry may hold, in code points and pieces.
const (
	questionRunes = 500
	answerRunes   = 20_000
	variantCount  = 1_000
	partCount     = 50
)

// Check tidies an entry (spaces, empty and repeated variants, state) and says
// what is wrong with it. Faults: NoQuestion, NoAnswer, TooLong, BadPart,
// BadConditions, BadState.
func Check(e Entry) (Entry, error) {
	e.Question, e.Category = strings.TrimSpace(e.Question), strings.TrimSpace(e.Category)
	if e.Question == "" {
		return e, NoQuestion.With().At("question")
	}
	seen := map[string]bool{fold(e.Question): true}
	var variants []string
	for _, v := range e.Variants {
		v = strings.TrimSpace(v)
		if v == "" || seen[fold(v)] {
			continue
		}
		seen[fold(v)] = true
		variants = append(variants, v)
	}
	e.Variants = variants
	if len(variants) > variantCount {
		return e, TooLong.With("what", "variants", "limit", variantCount).At("variants")
	}
	for _, q := range append([]string{e.Question}, variants...) {
		if utf8.RuneCountInString(q) > questionRunes {
			return e, TooLong.With("what", "question", "limit", questionRunes).At("question")
		}
	}
	if e.State == "" {
		e.State = Live
	}
	if e.State != Live && e.State != Draft && e.State != Removed {
		return e, BadState.With("state", e.State).At("state")
	}
	if c := e.Conditions; c.ValidToUS != 0 && c.ValidToUS <= c.ValidFromUS {
		return e, BadConditions.With().At("conditions.valid_to_us")
	}
	return e, checkParts(e.Answer)
}

func checkParts(parts []Part) error {
	if len(parts) == 0 {
		return NoAnswer.With().At("answer")
	}
	runes := 0
	for i, p := range parts {
		wrong := ""
		switch p.Kind {
		case TextPart:
			if strings.TrimSpace(p.Text) == "" {
				wrong = "text"
			}
		case CardPart:
			if strings.TrimSpace(p.Title) == "" {
				wrong = "title"
			}
		case ImagePart:
			// A script: or data: address would run or hide things in the page.
			if !strings.HasPrefix(p.URL, "https://") && (!strings.HasPrefix(p.URL, "/") || strings.HasPrefix(p.URL, "//")) {
				wrong = "url"
			}
		case ActionPart:
			if p.Text == "" || p.Send == "" {
				wrong = "send"
			}
		default:
			wrong = "kind"
		}
		if wrong != "" {
			return BadPart.With("number", i+1, "field", wrong).At("answer")
		}
		runes += utf8.RuneCountInString(p.Text)
	}
	if len(parts) > partCount || runes > answerRunes {
		return TooLong.With("what", "answer", "limit", answerRunes).At("answer")
	}
	return nil
}

// AnswerText is all that can be read of an answer, a line for each piece.
func (e Entry) AnswerText() string {
	var out []string
	for _, p := range e.Answer {
		for _, s := range []string{p.Title, p.Text} {
			if s != "" {
				out = append(out, s)
			}
		}
		for _, f := range p.Facts {
			out = append(out, f.Name+"："+f.Value)
		}
	}
	return strings.Join(out, "\n")
}
