package app

import (
	"context"
	"fmt"

	"github.com/goccy/go-yaml"

	"zhuomo/dialog"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
)

// m is a mapping of a YAML file.
type m = map[string]any

// guideline lists the set's labels.
func (o *fixBench) guideline() ([]byte, error) {
	labels := make([]m, len(o.labels))
	for i, name := range o.labels {
		labels[i] = m{"id": name, "zh": name, "en": name, "rule": name}
	}
	return yaml.Marshal(m{"name": "BANKING77", "version": 1, "task": "classify", "multi": false, "labels": labels})
}

const (
	benchChecks  = 100
	benchStories = 15
)

// goLive gives the product a flow that answers every label, stories and checks
// made of training rows that the first model gets right, and a gate over all;
// then it makes the first release.
func (o *fixBench) goLive(ctx context.Context, f *fixFigures, guide label.SavedGuideline, made learn.Made, model learn.Model) error {
	sure, err := o.sure(ctx, model)
	if err != nil {
		return err
	}
	checks, stories := []m{}, []m{}
	for i := range min(benchChecks, len(sure)) {
		checks = append(checks, m{"id": fmt.Sprintf("check_%03d", i), "kind": "minimum", "text": sure[i].text, "labels": []string{sure[i].label}})
	}
	for i := range min(benchStories, len(sure)) {
		q := sure[len(sure)-1-i]
		stories = append(stories, m{"name": fmt.Sprintf("%02d %s", i+1, q.label), "steps": []m{{"客": q.text, "intents": []string{q.label}, "node": "to_" + q.label}}})
	}
	judge := o.a.Stages.Evaluate
	suite, err := yaml.Marshal(m{"name": "checks", "checks": checks})
	if err == nil {
		_, err = judge.SaveSuite(ctx, o.product.ID, o.a.Owner.ID, string(suite))
	}
	if err != nil {
		return err
	}
	gate, err := yaml.Marshal(m{"name": "gate", "rules": []m{
		{"id": "exact", "metric": "exact", "min": .5}, {"id": "not_worse", "metric": "exact", "drop": .005},
		{"id": "minimum", "suite": "minimum", "min": .95}, {"id": "stories", "stories": true}, {"id": "broken", "max_broken": len(o.test) / 100},
	}})
	if err == nil {
		_, err = judge.SaveGate(ctx, o.product.ID, o.a.Owner.ID, string(gate))
	}
	if err != nil {
		return err
	}
	flow, err := o.saveFlow(ctx, stories)
	if err != nil {
		return err
	}
	report, err := judge.Evaluate(ctx, o.product.ID, made.ID)
	if err != nil {
		return err
	}
	f.Exact = round(report.Test.Figures["exact"].Value)
	f.Gate = fmt.Sprintf("test %d + checks %d + stories %d + flips", report.Test.Rows, report.Suite.All.Total, report.Stories.Total)
	knowledge, _, err := o.a.Stages.Knowledge.Freeze(ctx, o.product.ID)
	if err != nil {
		return err
	}
	first, err := o.a.Stages.Serve.Create(ctx, serve.Contents{ProductID: o.product.ID, ModelID: made.ID, Knowledge: knowledge, Flow: flow.Hash,
		GuidelineID: guide.ID, GuidelineVersion: guide.Version, ReportID: report.ID}, "bench", serve.Ready{})
	if err != nil {
		return err
	}
	_, err = o.a.Stages.Serve.Publish(ctx, o.product.ID, first.ID, "", false)
	return err
}

// sure are training questions that the model answers right and surely, the
// labels in turn.
func (o *fixBench) sure(ctx context.Context, model learn.Model) ([]asked, error) {
	inputs := make([]learn.Input, len(o.train))
	for i, q := range o.train {
		inputs[i] = learn.Input{Text: q.text}
	}
	answers, err := model.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	by := map[string][]asked{}
	for i, a := range answers {
		if q := o.train[i]; a.Top().Label == q.label && a.Top().P > .8 && len(by[q.label]) < 2 {
			by[q.label] = append(by[q.label], q)
		}
	}
	var out []asked
	for round := range 2 {
		for _, name := range o.labels {
			if round < len(by[name]) {
				out = append(out, by[name][round])
			}
		}
	}
	return out, nil
}

func (o *fixBench) saveFlow(ctx context.Context, stories []m) (dialog.Saved, error) {
	intents, nodes := m{}, m{
		"greeting": m{"say": "Hello, how can I help?"}, "clarify": m{"clarify": "Did you mean:"},
		"not_understood": m{"say": "Sorry, I did not understand."}, "to_human": m{"handover": "A colleague takes over.", "queue": "all", "minutes": 2},
		"cancelled": m{"say": "All right."},
	}
	for _, name := range o.labels {
		intents[name] = m{"node": "to_" + name, "title": name, "ask": name}
		nodes["to_"+name] = m{"say": "About " + name + "."}
	}
	text, err := yaml.Marshal(m{
		"name": "BANKING77", "zone": "+00:00", "start": "greeting", "clarify": "clarify", "fallback": "not_understood", "human": "to_human", "cancel": "cancelled",
		"return": "Back to where we were.", "changed": "Changed.", "waiting": "A colleague will read this.",
		"thresholds": m{"answer": .3, "offer": .1, "knowledge": .55}, "intents": intents, "nodes": nodes,
	})
	if err != nil {
		return dialog.Saved{}, err
	}
	saved, problems, err := o.a.Stages.Dialog.Save(ctx, o.product.ID, "", 0, text)
	if err != nil {
		return saved, err
	}
	if err := dialog.Refuse(problems); err != nil {
		return saved, err
	}
	if text, err = yaml.Marshal(m{"stories": stories}); err != nil {
		return saved, err
	}
	return o.a.Stages.Dialog.SaveStories(ctx, o.product.ID, saved.ID, saved.Revision, text)
}
