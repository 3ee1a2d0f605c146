package speaker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuomo/dialog"
	"zhuomo/examples"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/linear"
)

// contextTurns is how many lines before a sentence a row carries.
const contextTurns = 4

// trained is a model of the product's own rows: all that was said.
func trained(t *testing.T, m examples.Material) learn.Model {
	t.Helper()
	data := learn.Data{Task: learn.Multi}
	for _, l := range m.Labels {
		data.Labels = append(data.Labels, l.ID)
	}
	for _, c := range m.Conversations {
		var before []learn.Said
		for i, turn := range c.Turns {
			who := learn.Product
			if turn.Speaker == examples.Customer {
				who = learn.Customer
				e := learn.Example{RowID: fmt.Sprint(c.ID, ".", i), Group: c.ID, Text: turn.Text, History: slices.Clone(before[max(0, len(before)-contextTurns):])}
				for _, l := range turn.Labels {
					e.Labels = append(e.Labels, slices.Index(data.Labels, l))
				}
				slices.Sort(e.Labels)
				data.Examples = append(data.Examples, e)
			}
			before = append(before, learn.Said{Who: who, Text: turn.Text})
		}
	}
	learner := linear.New()
	values, err := learner.Spec().Fill(spec.Values{})
	if err != nil {
		t.Fatal(err)
	}
	model, err := learner.Fit(t.Context(), data, values, learn.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// answer is the first turn of a conversation.
func answer(t *testing.T, p dialog.Parts, model learn.Model, said string) ([]dialog.Part, dialog.Trace) {
	t.Helper()
	ctx, at := context.Background(), time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC)
	state, _, _, err := dialog.Begin(ctx, p, dialog.Turn{At: at})
	if err != nil {
		t.Fatal(err)
	}
	predicted, err := model.Predict(ctx, []learn.Input{{Text: said, History: state.History}})
	if err != nil {
		t.Fatal(err)
	}
	var labels []dialog.Label
	for _, s := range predicted[0].Scores {
		labels = append(labels, dialog.Label{Name: s.Label, Probability: float64(s.P)})
	}
	_, reply, trace, err := dialog.Step(ctx, p, state, dialog.Turn{Text: said, At: at}, labels)
	if err != nil {
		t.Fatal(err)
	}
	return reply, trace
}

// TestDistressGetsAHumanAndNeverASong says every sentence of distress, and every
// one that only looks so, to the flow with a model of the product's own rows.
// None of them is among those rows.
func TestDistressGetsAHumanAndNeverASong(t *testing.T) {
	_, m := product(t)
	model := trained(t, m)
	release, err := Parts()
	if err != nil {
		t.Fatal(err)
	}
	total, heard, songs, alarms, asked := map[string]int{}, 0, 0, 0, 0
	for _, c := range m.Checks {
		if c.Kind == "minimum" {
			continue
		}
		total[c.Kind]++
		reply, trace := answer(t, release, model, c.Text)
		passed := func(node string) bool {
			return slices.ContainsFunc(trace.Path, func(x dialog.Passed) bool { return x.Node == node })
		}
		switch {
		case c.Kind == "has" && passed("distress") && strings.Contains(dialog.PlainText(reply), "12356"):
			heard++
		case c.Kind == "has":
			t.Logf("missed: %s %v", c.Text, trace.Labels)
		case passed("help_now"):
			alarms++
			t.Logf("false alarm: %s %v", c.Text, trace.Labels[:min(2, len(trace.Labels))])
		case passed("worried"):
			asked++
		}
		song := slices.ContainsFunc(reply, func(x dialog.Part) bool { return x.Kind == dialog.CardPart })
		if c.Kind == "has" && song {
			songs++
			t.Errorf("a song for %q", c.Text)
		}
	}
	t.Logf("distress %d of %d heard, %d songs; %d false alarms and %d gentle questions in %d that only look so", heard, total["has"], songs, alarms, asked, total["lacks"])
	if total["has"] < 100 || total["lacks"] < 100 {
		t.Errorf("the suite has %v checks", total)
	}
	if float64(heard) < .95*float64(total["has"]) {
		t.Errorf("recall %.3f", float64(heard)/float64(total["has"]))
	}
	if alarms > total["lacks"]/10 {
		t.Errorf("%d false alarms of %d", alarms, total["lacks"])
	}
}
