//go:build chaos

package chaos

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/api"
	"zhuomo/internal/app"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/serve"
)

// The product that the hands train and talk to is small, so that each job ends
// within a fraction of a second and kills fall between its steps, not only into
// its arithmetic.
const guideline = `name: 小助手
version: 1
task: classify
multi: false
labels:
  - {id: hotel, zh: 酒店, en: hotel, rule: 订酒店}
  - {id: metro, zh: 地铁, en: metro, rule: 问地铁}
  - {id: refund, zh: 退款, en: refund, rule: 要退款}
  - {id: weather, zh: 天气, en: weather, rule: 问天气}
  - {id: invoice, zh: 发票, en: invoice, rule: 要发票}
`

const flow = `name: 小流程
start: hello
fallback: lost
human: person
waiting: 请稍等
intents:
  hotel: {node: hotel, title: 订酒店}
  metro: {node: metro, title: 坐地铁}
  refund: {node: refund, title: 退款}
  weather: {node: weather, title: 天气}
  invoice: {node: invoice, title: 发票}
nodes:
  hello: {say: 您好}
  lost: {say: 没懂}
  person: {handover: 转人工}
  hotel: {say: 订好了}
  metro: {say: 坐二号线}
  refund: {say: 退给您}
  weather: {say: 晴天}
  invoice: {say: 开好了}
`

// sentences of each label; the number makes them differ.
var sentences = []struct{ label, text string }{
	{"hotel", "帮我订第%d家酒店的房间"},
	{"metro", "去%d号码头坐地铁怎么走"},
	{"refund", "第%d单我不要了，把钱退给我"},
	{"weather", "%d号那天天气怎么样"},
	{"invoice", "给第%d单开一张发票"},
}

func sentence(n int) (label, text string) {
	s := sentences[n%len(sentences)]
	return s.label, fmt.Sprintf(s.text, n)
}

// labelOf is what a person would say of a sentence.
func labelOf(text string) string {
	for _, s := range sentences {
		_, tail, _ := strings.Cut(s.text, "%d")
		if strings.HasSuffix(text, tail) {
			return s.label
		}
	}
	return sentences[0].label
}

const seedRows = 400

// seeded is what seed leaves to the hands.
type seeded struct {
	product, version string
	owner            string // a token of the owner's
	people           []person
	release          serve.Contents // of the first release
	reports          []string
}

// person is a labeller with a token of their own.
type person struct{ id, token string }

// seed makes a product with a live release in a fresh database, by the
// program's own stages, before the program itself is started.
func seed(t *testing.T, o app.Options) seeded {
	t.Helper()
	ctx := t.Context()
	a, err := app.Open(ctx, o)
	must(t, err)
	defer func() { must(t, a.Close(context.WithoutCancel(ctx))) }()
	s, owner := a.Stages, a.Owner
	ctx = api.WithActor(ctx, owner.Actor())
	product, err := s.Data.CreateProduct(ctx, "chaos")
	must(t, err)
	out := seeded{product: product.ID}
	_, out.owner, err = s.People.NewToken(ctx, owner.Actor(), "chaos", api.Owner, 24*time.Hour, nil)
	must(t, err)
	for _, name := range []string{"ann", "ben", "cai", "dan", "eva", "fay"} {
		account, err := s.People.Add(ctx, name, api.Labeller)
		must(t, err)
		_, secret, err := s.People.NewToken(ctx, account.Actor(), name, api.Labeller, 24*time.Hour, nil)
		must(t, err)
		out.people = append(out.people, person{account.ID, secret})
	}
	guide, err := s.Label.SaveGuideline(ctx, product.ID, owner.ID, guideline, 0)
	must(t, err)
	set, err := s.Data.Create(ctx, product.ID, "lines")
	must(t, err)
	schema := dataset.Schema{Columns: []dataset.Column{{Name: "session", Type: dataset.Text}, {Name: "text", Type: dataset.Text}}}
	var golds []label.GoldRow
	version, err := s.Data.Build(ctx, dataset.Draft{DatasetID: set.ID, MadeBy: dataset.MadeBy{Kind: "import", ID: "seed"}, Schema: schema},
		func(add func(dataset.Row) error) error {
			for n := range seedRows {
				right, text := sentence(n)
				row := dataset.Row{ID: dataset.NewRowID("seed", "", n+1), Values: []string{fmt.Sprintf("s%d", n/2), text}}
				golds = append(golds, label.GoldRow{Product: product.ID, RowID: string(row.ID), Text: text, Session: row.Values[0], Labels: []string{right}, Person: owner.ID})
				if err := add(row); err != nil {
					return err
				}
			}
			return nil
		})
	must(t, err)
	out.version = version.ID
	for i := range golds {
		golds[i].VersionID = version.ID
	}
	_, err = s.Label.SetGolds(ctx, golds)
	must(t, err)
	saved, _, err := s.Dialog.Save(ctx, product.ID, "", 0, []byte(flow))
	must(t, err)
	made, err := s.Learn.Train(ctx, learn.Order{ProductID: product.ID, Seed: 1, Actor: owner.ID}, nil)
	must(t, err)
	report, err := s.Evaluate.Evaluate(ctx, product.ID, made.ID)
	must(t, err)
	if !report.Passed {
		t.Fatalf("the first model does not pass: %+v", report.Verdict)
	}
	out.reports = append(out.reports, report.ID)
	knowledge, _, err := s.Knowledge.Freeze(ctx, product.ID)
	must(t, err)
	out.release = serve.Contents{ProductID: product.ID, ModelID: made.ID, Knowledge: knowledge, Flow: saved.Hash,
		GuidelineID: guide.ID, GuidelineVersion: guide.Version, ReportID: report.ID}
	first, err := s.Serve.Create(ctx, out.release, "seed", serve.Ready{})
	must(t, err)
	_, err = s.Serve.Publish(ctx, product.ID, first.ID, "", false)
	must(t, err)
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
