// Package near learns from few rows: an input is compared with every row that was
// learnt from, and each label speaks by its prototype (the sum of its rows) and by its
// nearest rows. Nothing is fitted but how much either counts, and that is chosen by
// leaving rows out in turn; so what it states is calibrated without holding rows back.
//
//	in:   learn.Data                 out: learn.Model, docs/formats/model-near.md
//	read: near.go → search.go → blend.go → fit.go → model.go
//
// Features are those of learn/linear, and an encoder's vector where there is one.
package near

import (
	"context"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/linear"
)

// Name of this learner; likeness and file format belong to it.
const Name = "learn.near.v1"

type near struct{}

// New makes the learner.
func New() learn.Learner { return &near{} }

// Tasks lists what it can learn.
func (*near) Tasks() []learn.Task { return []learn.Task{learn.Single} }

// Spec tells everything about the learner.
func (*near) Spec() spec.Spec {
	return spec.Spec{
		Name:  Name,
		Title: spec.Text{ZH: "看最像的行", EN: "Nearest rows"},
		Help: spec.Text{
			ZH: "每类只有几行时用：和学过的每一行比，看每类的原型和最像的几行；不用留出样例也能校准，依据就是那几行；有编码器时最好。行多了线性分类更准",
			EN: "for a few rows a label: compares with every row learnt from, by each label's prototype and its nearest rows; calibrated without holding rows back, and its witnesses are those rows; best with an encoder. With many rows the linear classifier is more accurate",
		},
		Params: slices.Concat([]spec.Param{
			{
				Name: "by", Kind: spec.Choice, Title: spec.Text{ZH: "看什么", EN: "judged by"}, Choices: []string{"both", "prototypes", "nearest"}, Default: "both",
				Help: spec.Text{
					ZH: "prototypes 看每类合起来的样子，nearest 看每类最像的几行，both 两样都看，各占多少由轮流留出一部分来定",
					EN: "prototypes: what a label's rows look like together; nearest: its most alike rows; both: how much either counts is chosen by leaving a part out in turn",
				},
			},
			{
				Name: "neighbours", Kind: spec.Int, Title: spec.Text{ZH: "每类看几行", EN: "rows of a label"},
				Help: spec.Text{
					ZH: "每类最像的几行取平均；0 为由轮流留出一部分来定",
					EN: "so many nearest rows of a label are averaged; 0: chosen by leaving a part out in turn",
				},
				Default: 0, Min: 0, Max: mostNearest,
			},
		}, linear.PieceParams(), slices.DeleteFunc(calibrate.Params(), func(p spec.Param) bool { return p.Name == "held_share" })),
	}
}

// Fit learns from data. See learn.Learner.
func (n *near) Fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (learn.Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := n.does(data.Task); err != nil {
		return nil, err
	}
	if err := data.Check(); err != nil {
		return nil, err
	}
	var dev []learn.Example
	if o.Dev != nil {
		dev = o.Dev.Examples
	}
	if err := learn.CheckExamples(data.Task, data.Labels, dev); err != nil {
		return nil, err
	}
	dense, err := learn.SameVectors(data.Examples, dev)
	if err != nil {
		return nil, err
	}
	return fit(ctx, data, dev, values, dense, o)
}

// Trainer begins a fit that will be repeated: each time anew. See learn.Learner.
func (n *near) Trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (learn.Trainer, error) {
	if err := n.does(task); err != nil {
		return nil, err
	}
	return learn.Hold(n, task, labels, values, o)
}

func (n *near) does(task learn.Task) error {
	if !slices.Contains(n.Tasks(), task) {
		return learn.NotThisTask.With("learner", Name, "task", string(task), "known", "single")
	}
	return nil
}
