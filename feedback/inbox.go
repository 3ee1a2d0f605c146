package feedback

import (
	"math"
	"slices"
	"time"
)

// Cause is why a turn stands in the inbox.
type Cause string

const (
	Disliked   Cause = "disliked"   // 点踩: the customer said so
	Unanswered Cause = "unanswered" // 未识别: the product fell back
	LowBand    Cause = "low_band"   // 低置信: it had to offer choices
	HandedOver Cause = "handover"   // 转人工: a person had to take over
	Unsure     Cause = "unsure"     // 犹豫: answered, but only just above the threshold
)

// Status is where an item stands.
type Status string

const (
	Open      Status = "open"
	Mended    Status = "fixed"
	Right     Status = "right"     // a person says that the answer was right
	Dismissed Status = "dismissed" // not worth the work
)

// Item is one live turn that needs a person's eye.
type Item struct {
	TurnID    string    `json:"turn_id" table:"话轮|turn"`
	ProductID string    `json:"product_id"`
	SessionID string    `json:"session_id"`
	Text      string    `json:"text" table:"问|text"`
	Reply     string    `json:"reply" table:"答|reply"`
	Label     string    `json:"label" table:"理解为|understood"` // the most probable label, "" when there was none
	P         float64   `json:"p" table:"概率|p"`
	Cause     Cause     `json:"cause" table:"原因|cause"`
	Risk      float64   `json:"risk" table:"风险|risk"`   // 0–1: how surely it went wrong
	Count     int       `json:"count" table:"同类|alike"` // open items that ask the same, this one included
	Status    Status    `json:"status" table:"状态|status"`
	FixID     string    `json:"fix_id,omitempty"`
	At        time.Time `json:"at" table:"时间|at"`
}

// Sight is what is known of a turn when it is judged.
type Sight struct {
	Band       string  // answer, offer, fallback
	HandedOver bool    // the turn ended with a person
	Rating     string  // good, bad, or ""
	P          float64 // probability of the most probable label, 0 when none
	Threshold  float64 // from which the product answers by itself
}

// unsureMargin is how far above the threshold an answer still counts as unsure.
const unsureMargin = .1

// Judge gives cause and risk of a turn, or false when nothing asks for a person.
// A person's dislike weighs most; a good rating clears everything but nothing
// else can.
func Judge(s Sight) (Cause, float64, bool) {
	switch {
	case s.Rating == "bad":
		return Disliked, .6 + .4*(1-clamp(s.P)), true
	case s.Rating == "good":
		return "", 0, false
	case s.Band == "fallback":
		return Unanswered, .9 - .3*clamp(s.P), true
	case s.HandedOver:
		return HandedOver, .5 * (1 - clamp(s.P)), s.P < s.Threshold
	case s.Band == "offer":
		return LowBand, .4 + .4*(1-clamp(s.P)), true
	case s.P > 0 && s.P < s.Threshold+unsureMargin:
		return Unsure, .3 * (1 - clamp(s.P)), true
	}
	return "", 0, false
}

func clamp(p float64) float64 { return math.Max(0, math.Min(1, p)) }

// Order sorts items by what they cost: risk times the number of people who ask
// the same, then the older first. Counts must be set (see Group).
func Order(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		left, right := a.Risk*math.Sqrt(float64(a.Count)), b.Risk*math.Sqrt(float64(b.Count))
		switch {
		case left != right && left > right:
			return -1
		case left != right:
			return 1
		}
		return a.At.Compare(b.At)
	})
}
