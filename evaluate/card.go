package evaluate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// ModelCard tells whoever is to use a model what it is for, what it was learnt from, how good
// it is and where it is weak. All of it is found, nothing is written by a person.
//
// Source: Mitchell et al. 2019, "Model cards for model reporting" (its headings).
type ModelCard struct {
	Made   learn.Made
	Labels map[string]int // rows learnt from, by label
	Test   *Measurement   // nil: no row of the test part has gold
	Report *ReportHead    // the newest of the model; nil: never evaluated
}

const (
	cardWorst = 5 // labels and confusions that are named
	// cardRows is from how many test rows on a label's F1 says something.
	cardRows = 5
)

// Card makes the card of a product's model. Faults: those of the bench.
func (s *Service) Card(ctx context.Context, product, model string) (ModelCard, error) {
	made, err := s.needs.Models.Find(ctx, product, model)
	if err != nil {
		return ModelCard{}, err
	}
	c := ModelCard{Made: made, Labels: map[string]int{}}
	school, err := s.needs.Bench.School(ctx, product, made.ID)
	if err != nil {
		return c, err
	}
	for _, e := range school.Train.Examples {
		for _, l := range goldOf(school.Train, e) {
			c.Labels[l]++
		}
	}
	switch m, err := s.MeasureModel(ctx, product, made.ID, "", "test"); {
	case err == nil:
		c.Test = &m
	case !errors.Is(err, NothingToJudge):
		return c, err
	}
	if head, found, err := s.LatestOf(ctx, product, made.ID); err != nil {
		return c, err
	} else if found {
		c.Report = &head
	}
	return c, nil
}

// cardWriter writes Markdown in one language.
type cardWriter struct {
	b    strings.Builder
	lang string
}

func (w *cardWriter) say(zh, en string, values ...any) {
	fmt.Fprintf(&w.b, spec.Text{ZH: zh, EN: en}.In(w.lang)+"\n", values...)
}

func (w *cardWriter) title(zh, en string) { w.say("\n## "+zh+"\n", "\n## "+en+"\n") }

// Markdown is the card as a page in lang ("zh" or "en").
func (c ModelCard) Markdown(lang string) string {
	w := &cardWriter{lang: lang}
	m := c.Made
	w.say("# 模型卡 m%d", "# Model card m%d", m.Number)
	w.say("\n`%s` · %s · %s\n", "\n`%s` · %s · %s\n", m.Learner, m.Task, time.UnixMicro(m.CreatedUS).UTC().Format("2006-01-02 15:04 UTC"))
	w.say("编号 `%s`", "Id `%s`", m.ID)
	if m.Simulated {
		w.say("\n**模拟**：一部分标签出自模拟的标注人员，下面的数不能当真。", "\n**Simulated**: some labels come from simulated people; the figures below are not those of real use.")
	}
	c.purpose(w)
	c.data(w)
	c.figures(w)
	c.weak(w)
	c.again(w)
	return w.b.String()
}

func (c ModelCard) purpose(w *cardWriter) {
	w.title("用途", "Intended use")
	switch c.Made.Task {
	case learn.Single:
		w.say("给一句话选一个标签，用在和训练数据同一种的话上。", "Chooses one label for a text of the kind that it learnt from.")
	case learn.Multi:
		w.say("给一句话选任意个标签，用在和训练数据同一种的话上。", "Chooses any number of labels for a text of the kind that it learnt from.")
	default:
		w.say("在一句话里找片段，用在和训练数据同一种的话上。", "Finds stretches in a text of the kind that it learnt from.")
	}
	w.say("别的语言、别的业务、别的渠道的话没有量过；不像见过的话由模型自己判“都不是”。", "Texts of other languages, trades or channels were not measured; what looks foreign the model takes for none of these.")
}

func (c ModelCard) data(w *cardWriter) {
	m := c.Made
	w.title("数据", "Data")
	w.say("- 样例 %d，标签 %d 种", "- %d examples, %d labels", m.ExampleCount, m.LabelCount)
	w.say("- 数据版本 %s", "- Version of the data: %s", cmp.Or(m.DataVersion, "–"))
	w.say("- 标注规范版本 %s", "- Version of the guideline: %s", cmp.Or(m.GuidelineVersion, "–"))
	w.say("- 数据的许可证：工作台里没有记录，对外之前请查清来源", "- Licence of the data: not recorded in the workbench; find out where the data came from before you publish")
	if len(c.Labels) == 0 {
		return
	}
	w.say("\n| 标签 | 学过的行 |", "\n| label | rows learnt from |")
	w.say("|---|---:|", "|---|---:|")
	for _, l := range slices.SortedFunc(maps.Keys(c.Labels), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Labels[b], c.Labels[a]), cmp.Compare(a, b))
	}) {
		w.say("| %s | %d |", "| %s | %d |", cell(l), c.Labels[l])
	}
}

// cell keeps a name within its cell.
func cell(name string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ").Replace(name)
}

// cardFigures are the figures in their order, as people call them.
var cardFigures = []struct{ id, zh, en string }{
	{"exact", "全对率", "exact"}, {"micro_f1", "微 F1", "micro F1"}, {"macro_f1", "宏 F1", "macro F1"},
	{"ece", "校准误差", "calibration error"}, {"log_loss", "对数损失", "log loss"},
	{"mae", "平均差多少", "mean distance"}, {"quadratic_kappa", "平方加权 κ", "quadratic kappa"},
}

func (c ModelCard) figures(w *cardWriter) {
	w.title("量到的", "Measured")
	if c.Test == nil {
		w.say("测试集还没有金标，没有量过。", "No row of the test part has gold: not measured.")
	} else {
		w.say("没学过的测试集，%d 行；括号里是 95%% 区间。\n", "On the test part, %d rows that it did not learn from; 95 %% intervals.\n", c.Test.Test.Rows)
		for _, f := range cardFigures {
			if v, has := c.Test.Test.Figures[f.id]; has {
				w.say("- "+f.zh+" %.3f（%.3f–%.3f）", "- "+f.en+" %.3f (%.3f–%.3f)", v.Value, v.Low, v.High)
			}
		}
	}
	if held, has := c.Made.Metrics["held_ece"]; has {
		w.say("- 训练时留出的 %.0f 行上：全对率 %.3f，校准误差 %.3f", "- On %.0f rows held back in training: exact %.3f, calibration error %.3f",
			c.Made.Metrics["held_examples"], c.Made.Metrics["held_accuracy"], held)
	}
	switch {
	case c.Report == nil:
		w.say("- 没有评测过，没有过门禁", "- Never evaluated: no gate was passed")
	case c.Report.Passed:
		w.say("- 门禁通过（%s）", "- The gate was passed (%s)", c.Report.At.Format(time.DateOnly))
	default:
		w.say("- **门禁没有通过**（%s）", "- **The gate was not passed** (%s)", c.Report.At.Format(time.DateOnly))
	}
}

// sliceNames say what a slice is.
var sliceNames = map[string]spec.Text{
	"short": {ZH: "短句", EN: "short texts"}, "middle": {ZH: "中等长度", EN: "texts of middle length"}, "long": {ZH: "长句", EN: "long texts"},
	"opening": {ZH: "开场的话", EN: "first turns"}, "follow_up": {ZH: "接着前文的话", EN: "turns that follow others"},
	"one_label": {ZH: "一个标签的行", EN: "rows of one label"}, "more_labels": {ZH: "多个标签的行", EN: "rows of several labels"},
}

func (c ModelCard) weak(w *cardWriter) {
	w.title("弱处", "Known weaknesses")
	if c.Test == nil {
		w.say("没有量过，不知道。", "Not measured, so not known.")
		return
	}
	said := w.b.Len()
	all := c.Test.Test.Figures["exact"].Value
	for _, s := range c.Test.Slices {
		if s.Exact.High < all {
			w.say("- %s：全对率 %.3f（%.3f–%.3f），%d 行，明显低于全体", "- %s: exact %.3f (%.3f–%.3f), %d rows, clearly below the whole",
				sliceNames[s.ID].In(w.lang), s.Exact.Value, s.Exact.Low, s.Exact.High, s.Rows)
		}
	}
	labels := slices.DeleteFunc(slices.Clone(c.Test.Test.ByLabel), func(l LabelFigures) bool { return l.Support < cardRows || l.F1 >= .8 })
	slices.SortStableFunc(labels, func(a, b LabelFigures) int { return cmp.Compare(a.F1, b.F1) })
	for _, l := range labels[:min(cardWorst, len(labels))] {
		w.say("- 标签 %s：F1 %.3f（准确 %.3f，召回 %.3f，%d 行）", "- Label %s: F1 %.3f (precision %.3f, recall %.3f, %d rows)", l.Label, l.F1, l.Precision, l.Recall, l.Support)
	}
	for _, x := range c.Test.Test.Confusion[:min(cardWorst, len(c.Test.Test.Confusion))] {
		if x.Gold != "" && x.Said != "" && x.Count > 1 {
			w.say("- %s 说成 %s：%d 行", "- %s taken for %s: %d rows", x.Gold, x.Said, x.Count)
		}
	}
	if w.b.Len() == said {
		w.say("在这些行上没有看出明显的弱处。", "None is clearly seen on these rows.")
	}
}

func (c ModelCard) again(w *cardWriter) {
	w.title("再做一次", "Reproduce")
	w.say("自带的学习器用同样的数据、参数和种子得到一模一样的文件。\n", "Built-in learners give the same bytes from the same data, parameters and seed.\n")
	if c.Made.DataVersion == "" {
		w.say("没有记录数据版本：下面的命令学的是现在的金标。\n", "The version of the data is not recorded: the command below learns from the gold as it stands now.\n")
	}
	params, err := json.Marshal(c.Made.Params)
	if err != nil { // parameters came from JSON
		params = []byte("{}")
	}
	version := ""
	if c.Made.DataVersion != "" {
		version = " --version " + c.Made.DataVersion
	}
	quoted := strings.ReplaceAll(string(params), "'", `'\''`)
	fmt.Fprintf(&w.b, "```\nzhuomo learn train --product %s%s --learner %s --seed %d --params '%s'\n```\n", c.Made.ProductID, version, c.Made.Learner, c.Made.Seed, quoted)
}

type cardIn struct {
	learn.ModelPath
}

func (s *Service) card(ctx context.Context, in *cardIn) (*api.Outgoing, error) {
	c, err := s.Card(ctx, in.Product, in.Model)
	if err != nil {
		return nil, err
	}
	page := c.Markdown(api.Lang(ctx))
	return &api.Outgoing{
		Name: fmt.Sprintf("model-card-m%d.md", c.Made.Number), Type: markdown, Size: int64(len(page)),
		Write: func(to io.Writer) error { _, err := io.WriteString(to, page); return err },
	}, nil
}

// markdown is the media type of a card.
const markdown = "text/markdown; charset=utf-8"
