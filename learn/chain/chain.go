// Package chain learns to find stretches in a text, such as the place and the
// price in a request: one tag a character or word, each looking at its
// neighbours and at the tag before (a linear chain).
//
//	in:   learn.Data with spans      out: learn.Model, docs/formats/model-chain.md
//	read: units.go → features.go → tags.go → passive.go / field.go → lattice.go → model.go
//
// Chinese is tagged by character, so that no segmentation can lose a stretch.
// Stretches that lie in others are learnt layer by layer. A weight is a sum over
// training rows, so that the rows that weighed most can be named. What was
// tried: docs/adr/0009-chain-learner.md.
package chain

import (
	"context"
	"slices"

	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// Name of this learner; features, losses and file format belong to it.
const Name = "learn.chain.v1"

type chain struct{}

// New makes the learner.
func New() learn.Learner { return &chain{} }

// Tasks lists what it can learn.
func (*chain) Tasks() []learn.Task { return []learn.Task{learn.Spans} }

// Fit learns from data. See learn.Learner.
func (c *chain) Fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (learn.Model, error) {
	if err := data.Check(); err != nil {
		return nil, err
	}
	t, err := c.trainer(data.Task, data.Labels, values, o)
	if err != nil {
		return nil, err
	}
	t.items = data.Examples
	return t.Fit(ctx)
}

// Trainer begins a fit that will be repeated. See learn.Learner.
func (c *chain) Trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (learn.Trainer, error) {
	return c.trainer(task, labels, values, o)
}

func (c *chain) trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (*trainer, error) {
	if !slices.Contains(c.Tasks(), task) {
		return nil, learn.NotThisTask.With("learner", Name, "task", string(task), "known", "spans")
	}
	if len(labels) > mostLabels {
		return nil, TooManyLabels.With("count", len(labels), "most", mostLabels)
	}
	if o.Dev != nil {
		for i := range o.Dev.Examples {
			if err := learn.CheckExample(task, labels, &o.Dev.Examples[i], i); err != nil {
				return nil, err
			}
		}
	}
	return &trainer{labels: slices.Clone(labels), values: values, settings: settingsOf(values), options: o}, nil
}

// settings are the filled parameters.
type settings struct {
	way        string
	cost       float32
	passes     int
	fits       int
	unit       string
	scheme     string
	leastRows  int
	layers     int
	held       float64
	candidates int
	lists      []string
	once       []string
	apart      []string
	shapes     string
	within     []string
}

func settingsOf(v spec.Values) settings {
	return settings{
		way: v.String("way"), cost: float32(v.Float("cost")), passes: v.Int("passes"), fits: v.Int("fits"), unit: v.String("unit"), scheme: v.String("scheme"),
		leastRows: v.Int("least_rows"), layers: v.Int("layers"), held: v.Float("held_share"), candidates: v.Int("candidates"),
		lists: v.Strings("lists"), once: v.Strings("once"), apart: v.Strings("apart"), shapes: v.String("shapes"), within: v.Strings("within"),
	}
}

// Ways of learning.
const (
	passiveWay  = "passive"
	descentWay  = "field_sgd"
	newtonWay   = "field_lbfgs"
	autoUnit    = "auto"
	wordUnit    = "words"
	charUnit    = "characters"
	autoScheme  = "auto"
	beginScheme = "bio"
	endScheme   = "bioes"

	balancedAnswer = "balanced"
	likeliest      = "likeliest"
)

// Spec tells everything about the learner.
func (*chain) Spec() spec.Spec {
	number := func(name string, kind spec.Kind, zh, en, helpZH, helpEN string, def any, low, high float64, log, tune bool) spec.Param {
		return spec.Param{
			Name: name, Kind: kind, Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN},
			Default: def, Min: low, Max: high, Log: log, Tune: tune,
		}
	}
	choice := func(name, zh, en, helpZH, helpEN, def string, choices ...string) spec.Param {
		return spec.Param{Name: name, Kind: spec.Choice, Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN}, Default: def, Choices: choices}
	}
	several := func(name, zh, en, helpZH, helpEN string) spec.Param {
		return spec.Param{Name: name, Kind: spec.Strings, Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN}, Default: []string{}}
	}
	return spec.Spec{
		Name:  Name,
		Title: spec.Text{ZH: "片段标注", EN: "Span tagger"},
		Help: spec.Text{
			ZH: "在句子里找出带标签的片段，如地点、价格；中文逐字，片段可以套片段；概率经过校准，能指出每个字的作用",
			EN: "finds labelled stretches in a sentence, such as a place or a price; Chinese by character, stretches may lie in others; calibrated probabilities, and it shows what each character did",
		},
		Params: []spec.Param{
			choice("way", "学法", "way of learning", "passive：错了才改，最快；field_sgd、field_lbfgs：条件随机场，慢一些，概率更准", "passive mends mistakes and is fastest; field_sgd and field_lbfgs are conditional random fields, slower, with truer probabilities", passiveWay, passiveWay, descentWay, newtonWay),
			number("cost", spec.Float, "错误代价", "cost of errors", "越大越贴合训练数据，越小越平滑", "larger fits the training data more closely, smaller is smoother", 1.0, 0.001, 100, true, true),
			number("passes", spec.Int, "遍数", "passes", "把训练数据至多过几遍", "how often the training data is gone through at most", 20, 1, 500, true, true),
			number("fits", spec.Int, "取几次平均", "fits", "passive 按几种次序各学一次，取平均：多则稳一些，慢几倍", "passive learns so many times in different orders and takes the mean: more is steadier and takes that much longer", 3, 1, 20, false, false),
			choice("unit", "标注单位", "unit", "characters 逐字；words 汉字逐字、英文逐词；auto 先按词，片段切开了词就逐字", "characters; words means Han characters and Latin words; auto takes words unless stretches cut them", autoUnit, autoUnit, wordUnit, charUnit),
			choice("scheme", "标记法", "scheme", "bioes 分开始、中间、结尾、单个；bio 只分开始和中间，标签很多时快得多；auto 看标签多少", "bioes tells begin, inside, end and single; bio only begin and inside, much faster with many labels; auto goes by their number", autoScheme, autoScheme, beginScheme, endScheme),
			number("least_rows", spec.Int, "特征至少见几次", "times a feature is needed", "少于这么多次的特征不用", "features that occur less often are left out", 2, 1, 100, true, false),
			number("layers", spec.Int, "套几层", "layers", "片段里还有片段时，最多学几层", "how many layers of stretches within stretches are learnt at most", 3, 1, 6, false, false),
			number("candidates", spec.Int, "备选", "candidates", "另外看几种读法，供标注时挑选", "how many other readings are looked at, to choose from when labelling", 4, 0, 20, false, false),
			choice("answer", "答哪种", "answer", "balanced 少漏和少错一样要紧：把握不到一半的片段也可能取，在留出的样例上定；likeliest 只取整句最可能的读法", "balanced counts a missed stretch as much as a wrong one and may take stretches that are less likely than not, as the held-back examples show; likeliest takes the likeliest reading", balancedAnswer, balancedAnswer, likeliest),
			number("held_share", spec.Float, "校准留出", "held back", "留出多少样例校准概率，之后再用全部样例训练", "share of examples held back to calibrate probabilities, before the fit on all", 0.1, 0, 0.5, false, false),
			several("lists", "词表", "word lists", "用哪些词表（写名字），不填则给了的都用；句中的词在表里就多一条线索，有多大用由数据定", "which word lists to use, by name, all that are given when empty; that a word is in a list is a clue, and the data decide what it is worth"),
			several("once", "至多一处", "at most once", "这些标签一句里至多出现一处", "labels of which a text has one stretch at most"),
			several("apart", "不同时出现", "never together", "互相排斥的标签，写成 甲|乙：一句里只能有其中一种", "labels that exclude each other, as a|b: a text has stretches of one of them at most"),
			{
				Name: "shapes", Kind: spec.String, Default: "", Title: spec.Text{ZH: "写法", EN: "shapes"},
				Help: spec.Text{ZH: "片段整个要符合的正则，写成 标签=正则，几条之间用分号或换行：电话=1\\d{10}", EN: "what a whole stretch must match, as label=expression, parted by semicolons or new lines: phone=1\\d{10}"},
			},
			several("within", "只取表里的", "only from a list", "片段必须是词表里的词，写成 标签=词表名", "labels whose stretches must be a value of a list, as label=list"),
		},
	}
}

// ends tells whether a span's last unit has a tag of its own.
func (s settings) ends(labels int) bool {
	return s.scheme == endScheme || s.scheme == autoScheme && labels <= mostWithEnds
}

// mostWithEnds: the time of a text grows with the square of its tags.
const mostWithEnds = 12

// TooManyLabels: a tag must fit into a byte.
var TooManyLabels = fault.Define("learn.too_many_span_labels", fault.Invalid, fault.Text{
	ZH: "片段标签有 {count} 种，最多 {most} 种", FixZH: "合并少见的标签，或分成两个标注规范",
	EN: "there are {count} labels of spans, {most} are the most", FixEN: "join rare labels, or split them over two guidelines",
})
