// Package ensemble lets several learners of this program answer together: each is
// taught on all rows, and how much it counts is found on rows that it was not taught.
//
//	in:   learn.Data                 out: learn.Model, docs/formats/model-ensemble.md
//	read: ensemble.go → fit.go → pool.go → model.go
package ensemble

import (
	"context"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
	"zhuomo/learn/linear"
	"zhuomo/learn/near"
)

// Name of this learner; members, pool and file format belong to it.
const Name = "learn.ensemble.v1"

// member is a learner with the settings that differ from its own defaults.
type member struct {
	learner learn.Learner
	set     map[string]any
}

// members are those of each choice; near is left out for several labels a row.
func members(choice string, task learn.Task) []member {
	hinge := member{linear.New(), map[string]any{"loss": "hinge"}}
	softmax := member{linear.New(), map[string]any{"loss": "softmax"}}
	characters := member{linear.New(), map[string]any{"loss": "hinge", "word_max": 0}}
	alone := member{linear.New(), map[string]any{"loss": "hinge", "history_turns": 0}}
	switch {
	case choice == "views":
		return []member{hinge, characters, alone}
	case task == learn.Multi: // softmax and near are for one label a row
		return []member{hinge, characters}
	case choice == "losses":
		return []member{hinge, softmax}
	}
	return []member{hinge, softmax, {near.New(), map[string]any{}}}
}

type ensemble struct{}

// New makes the learner.
func New() learn.Learner { return &ensemble{} }

// Tasks lists what it can learn.
func (*ensemble) Tasks() []learn.Task { return []learn.Task{learn.Single, learn.Multi} }

// Spec tells everything about the learner.
func (*ensemble) Spec() spec.Spec {
	return spec.Spec{
		Name:  Name,
		Title: spec.Text{ZH: "几个一起答", EN: "Several together"},
		Help: spec.Text{
			ZH: "几个学习器各学一遍，谁占多少由没教过它的行来定；比单个线性分类慢好几倍，先看它在你的数据上有没有更准再用",
			EN: "several learners learn the same rows, and rows that they were not taught say how much each counts; many times slower than one linear classifier: see first whether it is better on your rows",
		},
		Params: slices.Concat([]spec.Param{
			{
				Name: "members", Kind: spec.Choice, Title: spec.Text{ZH: "由谁组成", EN: "members"}, Choices: []string{"losses", "near", "views"}, Default: "losses",
				Help: spec.Text{
					ZH: "losses：线性分类的 hinge 和 softmax；near：再加看最像的行；views：线性分类看全部、只看字符、不看前几句。每行多个标签时 losses 和 near 是看全部和只看字符",
					EN: "losses: the linear classifier with hinge and with softmax; near: and nearest rows; views: the linear classifier with all, with characters only, and without the turns before. With several labels a row losses and near are: with all, and with characters only",
				},
			},
			{
				Name: "folds", Kind: spec.Int, Title: spec.Text{ZH: "分几份", EN: "parts"},
				Help: spec.Text{
					ZH: "轮流留出一份，由其余的来教，看对留出的说得如何；同一段对话不拆开；有开发集时用开发集，不分份",
					EN: "each part in turn is judged by what was taught on the others, a conversation is never parted; with a dev split that is used instead",
				},
				Default: 4, Min: 3, Max: 5,
			},
		}, calibrate.Params()),
	}
}

// Fit learns from data. See learn.Learner.
func (n *ensemble) Fit(ctx context.Context, data learn.Data, values spec.Values, o learn.Options) (learn.Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := n.does(data.Task); err != nil {
		return nil, err
	}
	if err := data.Check(); err != nil {
		return nil, err
	}
	if o.Dev != nil {
		if err := learn.CheckExamples(data.Task, data.Labels, o.Dev.Examples); err != nil {
			return nil, err
		}
	}
	return fit(ctx, data, values, o)
}

// Trainer begins a fit that will be repeated: each time anew. See learn.Learner.
func (n *ensemble) Trainer(task learn.Task, labels []string, values spec.Values, o learn.Options) (learn.Trainer, error) {
	if err := n.does(task); err != nil {
		return nil, err
	}
	return learn.Hold(n, task, labels, values, o)
}

func (n *ensemble) does(task learn.Task) error {
	if !slices.Contains(n.Tasks(), task) {
		return learn.NotThisTask.With("learner", Name, "task", string(task), "known", "single, multi")
	}
	return nil
}
