package feedback_test

import (
	"testing"
	"time"

	"zhuomo/feedback"
)

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		sight feedback.Sight
		cause feedback.Cause
		in    bool
	}{
		"a sure answer needs nobody":            {feedback.Sight{Band: "answer", P: .97, Threshold: .6}, "", false},
		"a disliked sure answer does":           {feedback.Sight{Band: "answer", P: .97, Threshold: .6, Rating: "bad"}, feedback.Disliked, true},
		"a liked fallback is settled":           {feedback.Sight{Band: "fallback", P: .1, Threshold: .6, Rating: "good"}, "", false},
		"a fallback":                            {feedback.Sight{Band: "fallback", P: .1, Threshold: .6}, feedback.Unanswered, true},
		"an offer of choices":                   {feedback.Sight{Band: "offer", P: .5, Threshold: .6}, feedback.LowBand, true},
		"handed over because it was asked for":  {feedback.Sight{Band: "answer", P: .95, Threshold: .6, HandedOver: true}, feedback.HandedOver, false},
		"handed over for want of understanding": {feedback.Sight{Band: "answer", P: .4, Threshold: .6, HandedOver: true}, feedback.HandedOver, true},
		"just above the threshold":              {feedback.Sight{Band: "answer", P: .65, Threshold: .6}, feedback.Unsure, true},
	} {
		cause, risk, in := feedback.Judge(c.sight)
		if in != c.in || in && cause != c.cause || risk < 0 || risk > 1 {
			t.Errorf("%s: %s %.2f %v", name, cause, risk, in)
		}
	}
}

func TestGroupPutsTheSameQuestionTogether(t *testing.T) {
	items := []feedback.Item{
		{TurnID: "1", Text: "轮椅方便进出吗", Risk: .5},
		{TurnID: "2", Text: "发票抬头写错了怎么办", Risk: .9},
		{TurnID: "3", Text: "酒店轮椅方便进出吗？", Risk: .4},
		{TurnID: "4", Text: "轮椅能方便进出吗", Risk: .4},
		{TurnID: "5", Text: "？", Risk: .1},
	}
	clusters := feedback.Group(items)
	if len(clusters) != 3 || clusters[0].Count != 3 || clusters[0].Text != "轮椅方便进出吗" {
		t.Fatalf("clusters %+v", clusters)
	}
	if items[0].Count != 3 || items[1].Count != 1 {
		t.Errorf("counts %d %d", items[0].Count, items[1].Count)
	}
	total := 0
	for _, c := range clusters {
		total += len(c.Turns)
	}
	if total != len(items) {
		t.Errorf("%d turns in clusters, want %d", total, len(items))
	}
}

func TestOrderPutsCostFirst(t *testing.T) {
	at := time.Unix(0, 0)
	items := []feedback.Item{
		{TurnID: "rare", Risk: .6, Count: 1, At: at},
		{TurnID: "often", Risk: .4, Count: 9, At: at},
		{TurnID: "older", Risk: .6, Count: 1, At: at.Add(-time.Hour)},
	}
	feedback.Order(items)
	if items[0].TurnID != "often" || items[1].TurnID != "older" {
		t.Errorf("order %s %s %s", items[0].TurnID, items[1].TurnID, items[2].TurnID)
	}
}
