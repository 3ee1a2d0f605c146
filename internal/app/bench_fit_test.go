package app

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestFitsAreServedLineByLine(t *testing.T) {
	t.Parallel()
	var rows []raceRow
	for _, text := range []string{"退款要多久", "什么时候退款", "退款到账了吗", "退款去哪里看"} {
		rows = append(rows, raceRow{text, "退款"}, raceRow{strings.ReplaceAll(text, "退款", "发货"), "发货"})
	}
	first, err := json.Marshal(fitAsked{Rows: rows, Test: rows[:4], Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := serveFits(t.Context(), strings.NewReader(string(first)+"\n{\"values\":{}}\n{\"values\":{\"cost\":2}}\n"), &out); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(strings.NewReader(out.String()))
	var found [3]fitFound
	for i := range found {
		if err := answers.Decode(&found[i]); err != nil {
			t.Fatal(err)
		}
	}
	if len(found[0].Dials) == 0 || found[0].Score != nil {
		t.Errorf("the first answer is %+v", found[0])
	}
	for _, f := range found[1:] {
		if f.Score == nil || *f.Score != 1 {
			t.Errorf("rows that were learnt are right by %v", f.Score)
		}
	}
	for _, bad := range []string{"{", `{"values":{}}`} {
		if err := serveFits(t.Context(), strings.NewReader(bad), &out); !errors.Is(err, BenchBroken) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
