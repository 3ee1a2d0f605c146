package dialog

import (
	"errors"
	"math"
	"testing"
	"time"
)

const moodFlow = `
name: t
start: hello
fallback: hello
human: hello
cancel: hello
waiting: w
intents:
  low: {node: low, title: low}
  glad: {node: hello, title: glad}
  danger: {node: hello, title: danger, role: urgent, answer: 0.2}
slots:
  kept: {title: kept, from: flow}
signals:
  mood: {title: mood, decay: 0.5, from: 0.4, values: {sad: {low: 1}, happy: {glad: 0.8}}}
nodes:
  hello: {say: hello}
  low:
    branch:
      - {when: 'mood = "sad" and mood.sure >= 0.9', go: sure}
      - {go: unsure}
  sure: {say: "sure {mood}"}
  unsure: {set: {kept: "{mood}"}, next: hello}
`

func moodTalk(t *testing.T, labels ...[]Label) (State, []Trace) {
	t.Helper()
	flow, err := ReadFlow([]byte(moodFlow))
	if err != nil {
		t.Fatal(err)
	}
	p := Parts{Flow: flow}
	state, _, _, err := Begin(t.Context(), p, Turn{At: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var traces []Trace
	for _, l := range labels {
		var trace Trace
		if state, _, trace, err = Step(t.Context(), p, state, Turn{Text: "x", At: time.Unix(0, 0)}, l); err != nil {
			t.Fatal(err)
		}
		traces = append(traces, trace)
	}
	return state, traces
}

func TestASignalGathersAndFades(t *testing.T) {
	state, traces := moodTalk(t, []Label{{Name: "low", Probability: .8}}, []Label{{Name: "low", Probability: .8}}, nil, nil, nil)
	// .8; 1 − (1−.4)(1−.8) = .88; then halved each turn
	for i, want := range []float64{.8, .88, .44, .22, .11} {
		if got := traces[i].Signals[0]; math.Abs(got.Strength-want) > 1e-3 || got.Value != "sad" || got.Seen != (want >= .4) {
			t.Errorf("turn %d: %+v, want %.2f", i+1, got, want)
		}
	}
	if state.Signals["mood"]["sad"] == 0 {
		t.Error("it is gone too early")
	}
	if state, _ = moodTalk(t, []Label{{Name: "low", Probability: .8}}, nil, nil, nil, nil, nil, nil, nil, nil); len(state.Signals) != 0 {
		t.Errorf("it never goes: %v", state.Signals)
	}
}

func TestASignalTellsWhatElseItMayBe(t *testing.T) {
	_, traces := moodTalk(t, []Label{{Name: "low", Probability: .5}, {Name: "glad", Probability: .75}}, []Label{{Name: "low", Probability: .9}})
	// happy .8·.75 = .6 beside sad .5; then sad 1 − .75·.1 = .925 beside happy .3
	for i, want := range [][]SensedValue{{{"happy", .6}, {"sad", .5}}, {{"sad", .925}, {"happy", .3}}} {
		got := traces[i].Signals[0]
		if len(got.Values) != 2 || got.Value != want[0].Value {
			t.Fatalf("turn %d: %+v, want %v", i+1, got, want)
		}
		for k, v := range got.Values {
			if v.Value != want[k].Value || math.Abs(v.Strength-want[k].Strength) > 1e-3 {
				t.Errorf("turn %d: %+v, want %v", i+1, got.Values, want)
			}
		}
	}
}

func TestConditionsSeeASignalWithItsUncertainty(t *testing.T) {
	_, traces := moodTalk(t, []Label{{Name: "low", Probability: .95}})
	if last := traces[0].Path[len(traces[0].Path)-1].Node; last != "sure" {
		t.Errorf("went to %s", last)
	}
	state, traces := moodTalk(t, []Label{{Name: "low", Probability: .6}})
	if last := traces[0].Path[len(traces[0].Path)-1].Node; last != "hello" || state.Slots["kept"].Text != "sad" {
		t.Errorf("went to %s, kept %v", last, state.Slots)
	}
}

func TestAnIntentMayActEarlier(t *testing.T) {
	_, traces := moodTalk(t, []Label{{Name: "low", Probability: .4}, {Name: "danger", Probability: .25}})
	if len(traces[0].Intents) != 1 || traces[0].Intents[0] != "danger" {
		t.Errorf("acted on %v", traces[0].Intents)
	}
	if _, traces = moodTalk(t, []Label{{Name: "danger", Probability: .19}}); len(traces[0].Intents) != 0 {
		t.Errorf("acted on %v", traces[0].Intents)
	}
}

func TestASignalThatIsWrittenWrongIsRefused(t *testing.T) {
	for _, bad := range []string{"{values: {}}", "{decay: 1.5, values: {a: {low: 1}}}", "{from: -1, values: {a: {low: 1}}}", "{values: {a: {low: 2}}}"} {
		if _, err := ReadFlow([]byte("signals:\n  mood: " + bad)); !errors.Is(err, BadYAML) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
