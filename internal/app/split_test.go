package app

import (
	"fmt"
	"testing"

	"zhuomo/label"
)

func TestRowsWithoutAConversationAreSplitByTheirText(t *testing.T) {
	t.Parallel()
	parts := map[Part]int{}
	for i := range 300 {
		row := label.Gold{TaskID: "t", TextHash: label.TextHash(fmt.Sprintf("第 %d 句", i))}
		group := groupOf(row)
		if group != groupOf(label.Gold{TaskID: "other", TextHash: row.TextHash}) {
			t.Fatal("the same text may be on both sides")
		}
		parts[partOf(group)]++
	}
	if parts[PartTest] < 40 || parts[PartDev] < 15 || parts[PartTrain] < 180 {
		t.Errorf("%v", parts)
	}
	if partOf(groupOf(label.Gold{TextHash: "x"})) != PartTrain { // no task: a correction
		t.Error("a correction is not for training")
	}
	if groupOf(label.Gold{AdoptionID: "a", TextHash: "x"}) != "x" {
		t.Error("a row whose label was taken over from a file is taken for a correction")
	}
	if groupOf(label.Gold{Session: "s", TaskID: "t", TextHash: "x"}) != "s" {
		t.Error("a conversation is split as one")
	}
}
