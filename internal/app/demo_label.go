package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"zhuomo/dataset"
	"zhuomo/examples"
	"zhuomo/internal/db"
	"zhuomo/knowledge"
	"zhuomo/label"
	"zhuomo/text"
)

// labelling is what the labelling steps leave to those behind them.
type labelling struct {
	guide label.SavedGuideline
	queue label.Queue
}

// learnFacts takes in entries and entity tables.
func (d *demo) learnFacts(ctx context.Context) (string, error) {
	know := d.a.Stages.Knowledge
	if d.whole() {
		file, err := d.example.File("entries.yaml")
		if err != nil {
			return "", err
		}
		sheet, err := knowledge.ReadSheet("entries.yaml", file)
		if err != nil {
			return "", err
		}
		if _, err := know.Import(ctx, d.product.ID, d.by.ID, sheet, false); err != nil {
			return "", err
		}
		d.figures.Entries = len(sheet.Entries)
	}
	for _, t := range d.material.Tables {
		table, err := knowledge.NewTable(t.Name, t.Columns, firstOfKey(t.Rows), nil)
		if err != nil {
			return "", err
		}
		if _, err := know.SaveTable(ctx, d.product.ID, d.by.ID, table); err != nil {
			return "", err
		}
		d.figures.Entities += len(table.Rows)
	}
	return fmt.Sprintf(d.say("%d 条知识 · %d 个实体，%d 张表", "%d entries · %d entities in %d tables"),
		d.figures.Entries, d.figures.Entities, len(d.material.Tables)), nil
}

// firstOfKey keeps the first row of every name: an outside table may name a
// place twice.
func firstOfKey(rows [][]string) [][]string {
	seen := map[string]bool{}
	var out [][]string
	for _, r := range rows {
		if key := text.CompareKey(r[0]); key != "" && !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	return out
}

// Simulated labellers: their stated error model.
const (
	labellers    = 2
	errorRate    = .04 // of rows, one label is taken for another
	missRate     = .05 // of labels that stand beside others
	leftRows     = 200 // for the real person
	claimAtOnce  = 200
	contextLines = 4
)

// labelRows has every customer's line answered twice by simulated labellers,
// disputes settled by a simulated reviewer, and leaves some for a real person.
// Rows of a set that comes with its own labels take those.
func (d *demo) labelRows(ctx context.Context) (string, error) {
	var err error
	if d.guide, err = d.saveGuideline(ctx); err != nil {
		return "", err
	}
	d.figures.Classes = len(d.guide.Guideline.Labels)
	order := label.QueueOrder{
		Name: d.say("意图 第 1 批", "intents, batch 1"), VersionID: d.clean.ID, GuidelineID: d.guide.ID,
		TextColumn: d.roles[dataset.RoleText], SessionColumn: d.roles[dataset.RoleSession], SpeakerColumn: d.roles[dataset.RoleSpeaker],
		Speakers: d.customers, ContextTurns: contextLines, Annotators: labellers, Seed: 1,
	}
	truth, err := d.knownLabels(ctx)
	if err != nil {
		return "", err
	}
	rate, miss := errorRate, missRate
	if d.whole() {
		order.Leave = leftRows
	} else {
		order.Annotators, rate, miss = 1, 0, 0 // the set's own labels, taken over as they are
	}
	if d.queue, err = d.a.Stages.Label.OpenQueue(ctx, d.product.ID, order); err != nil {
		return "", err
	}
	ids := d.guide.Guideline.LabelIDs()
	for n := range order.Annotators {
		person := label.NewSimulated(fmt.Sprintf("sim-%02d", n+1), uint64(n+1), label.ErrorModel{Rate: rate, MissRate: miss})
		if err := d.work(ctx, person, ids, truth); err != nil {
			return "", fmt.Errorf("%s: %w", person.Person, err)
		}
	}
	settled, err := d.a.Stages.Label.Settle(ctx, d.queue.ID)
	if err != nil {
		return "", err
	}
	judged, err := d.judge(ctx, ids, truth)
	if err != nil {
		return "", err
	}
	agreement, err := d.a.Stages.Label.Agreement(ctx, d.queue.ID)
	if err != nil {
		return "", err
	}
	f := &d.figures
	f.Labels, f.Simulated, f.LeftForPeople = settled.SettledCount+judged, true, order.Leave
	f.Agreement = round(agreement.Jaccard.Value)
	return fmt.Sprintf(d.say("%d 行定标（模拟标注，错误率 %.0f%%）· %d 行有分歧由模拟复核裁定 · α %.3f · 留 %d 行给真人",
		"%d rows settled (simulated labellers, %.0f %% errors) · %d disputes judged by a simulated reviewer · α %.3f · %d rows left for people"),
		f.Labels, 100*rate, judged, f.Agreement, f.LeftForPeople), nil
}

// saveGuideline keeps the material's guideline; a set that has none gets one
// that only lists its labels.
func (d *demo) saveGuideline(ctx context.Context) (label.SavedGuideline, error) {
	document, err := d.example.File("guideline.yaml")
	if err != nil {
		return label.SavedGuideline{}, err
	}
	if !d.whole() {
		if document, err = listedLabels(d.material); err != nil {
			return label.SavedGuideline{}, err
		}
	}
	return d.a.Stages.Label.SaveGuideline(ctx, d.product.ID, d.by.ID, string(document), 0)
}

func listedLabels(m examples.Material) ([]byte, error) {
	type one struct {
		ID   string `yaml:"id"`
		ZH   string `yaml:"zh"`
		EN   string `yaml:"en"`
		Rule string `yaml:"rule"`
	}
	list := struct {
		Name    string `yaml:"name"`
		Version int    `yaml:"version"`
		Task    string `yaml:"task"`
		Multi   bool   `yaml:"multi"`
		Labels  []one  `yaml:"labels"`
	}{Name: m.Name, Version: 1, Task: "classify", Multi: true}
	for _, l := range m.Labels {
		list.Labels = append(list.Labels, one{l.ID, l.ZH, l.EN, l.ZH})
	}
	return yaml.Marshal(list)
}

// knownLabels is what a simulated labeller knows: the labels of a row, by the
// raw record it was read from. A real labeller reads the text instead.
func (d *demo) knownLabels(ctx context.Context) (func(row string) []string, error) {
	answers := d.truth.Answers()
	known := map[string][]string{}
	err := d.a.Stages.Data.Rows(ctx, d.clean.ID, func(r dataset.Row) error {
		if labels, ok := answers(r.Source); ok {
			known[strings.Clone(string(r.ID))] = labels
		}
		return nil
	})
	return func(row string) []string { return known[row] }, err
}

// work lets one simulated person do all the tasks that they can get.
func (d *demo) work(ctx context.Context, person *label.Simulated, labels []string, truth func(string) []string) error {
	desk := d.a.Stages.Label
	for {
		tasks, err := desk.Claim(ctx, d.queue.ID, person.Person, claimAtOnce, 10*time.Minute)
		if err != nil {
			return err
		}
		if len(tasks) == 0 {
			return nil
		}
		subs := make([]label.Submission, len(tasks))
		for i, t := range tasks {
			subs[i] = label.Submission{
				ID: db.NewID(time.Now()), TaskID: t.ID, Person: person.Person, Labels: person.Answer(truth(t.RowID), labels, t.RowID),
				Seconds: person.Seconds(t.RowID), GuidelineID: d.guide.ID, Simulated: true,
			}
		}
		if _, err := desk.Submit(ctx, subs); err != nil {
			return err
		}
	}
}

// judge lets a simulated reviewer, who errs half as often, settle the disputes.
func (d *demo) judge(ctx context.Context, labels []string, truth func(string) []string) (int, error) {
	reviewer := label.NewSimulated("sim-reviewer", 99, label.ErrorModel{Rate: errorRate / 2})
	judged := 0
	for {
		disputes, _, err := d.a.Stages.Label.Disputes(ctx, d.queue.ID, 0, 200)
		if err != nil || len(disputes) == 0 {
			return judged, err
		}
		for _, q := range disputes {
			answer := reviewer.Answer(truth(q.RowID), labels, q.RowID)
			if _, err := d.a.Stages.Label.Adjudicate(ctx, q.ID, answer, reviewer.Person); err != nil {
				return judged, err
			}
			judged++
		}
	}
}
