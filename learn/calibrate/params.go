package calibrate

import "zhuomo/internal/spec"

// Params are the parameters of a learner that calibrates by this package.
func Params() []spec.Param {
	return []spec.Param{
		{
			Name: "held_share", Kind: spec.Float, Title: spec.Text{ZH: "校准留出", EN: "held back"},
			Help: spec.Text{
				ZH: "留出多少样例校准概率，之后再用全部样例训练",
				EN: "share of examples held back to calibrate probabilities, before the fit on all",
			},
			Default: 0.1, Min: 0, Max: 0.5,
		},
		{
			Name: "none_label", Kind: spec.String, Title: spec.Text{ZH: "“都不是”的标签", EN: "label of what is none of these"},
			Help: spec.Text{
				ZH: "哪个标签的样例是业务之外的话；不填也能认出不像见过的话，有几十个这样的样例会认得更准",
				EN: "the label whose examples are out of scope; without one the model still tells what looks foreign, a few dozen such examples make it better",
			},
			Default: "",
		},
		{
			Name: "scope_rejects", Kind: spec.Float, Title: spec.Text{ZH: "误拒至多", EN: "wrongly turned away"},
			Help: spec.Text{
				ZH: "业务之内的话至多多大一份被当成“都不是”；阈值由程序在留出的样例上定；0 为从不",
				EN: "the share of what is in scope that may be taken for none of these; the program sets the threshold on the held-back examples; 0 for never",
			},
			Default: 0.05, Min: 0, Max: 0.5,
		},
	}
}
