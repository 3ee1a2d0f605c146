package feedback

import (
	"fmt"

	"zhuomo/evaluate"
	"zhuomo/internal/spec"
)

// Part is a part of the fix loop.
type Part string

const (
	Relabelling Part = "relabel"
	Training    Part = "train"
	Testing     Part = "test"
	Gating      Part = "gate"
	Releasing   Part = "release"
)

// loop is the parts in their order.
var loop = []Part{Relabelling, Training, Testing, Gating, Releasing}

var partNames = map[Part]spec.Text{
	Relabelling: {ZH: "改标", EN: "relabel"}, Training: {ZH: "训练", EN: "train"}, Testing: {ZH: "回归", EN: "test"},
	Gating: {ZH: "门禁", EN: "gate"}, Releasing: {ZH: "上线", EN: "release"},
}

// Line is one line of a fix's log.
type Line struct {
	Part Part      `json:"part" enum:"relabel,train,test,gate,release"`
	Text spec.Text `json:"text"`
}

func (f *Fix) note(p Part, text spec.Text) { f.Log = append(f.Log, Line{p, text}) }

func fitted(shop *Shop, weight float32, f Fix) spec.Text {
	zh, en := "这句还没答对", "the sentence is not answered right yet"
	if f.Learnt {
		zh, en = "这句答对了", "the sentence is answered right"
	}
	return spec.Text{
		ZH: fmt.Sprintf("%d 行、%d 类，这句按 %g 倍的分量训练：%s", shop.Trainer.Len(), len(shop.Labels), weight, zh),
		EN: fmt.Sprintf("%d rows, %d labels, trained with the sentence %g times as heavy: %s", shop.Trainer.Len(), len(shop.Labels), weight, en),
	}
}

func tested(r evaluate.Report) spec.Text {
	text := spec.Text{ZH: fmt.Sprintf("测试集 %d 行", r.Test.Rows), EN: fmt.Sprintf("%d test rows", r.Test.Rows)}
	if r.Flips != nil {
		text.ZH += fmt.Sprintf("，修好 %d 改坏 %d", r.Flips.Fixed, r.Flips.Broken)
		text.EN += fmt.Sprintf(", %d fixed, %d broken", r.Flips.Fixed, r.Flips.Broken)
	}
	if r.Suite != nil {
		text.ZH += fmt.Sprintf("；检查 %d/%d", r.Suite.All.Passed, r.Suite.All.Total)
		text.EN += fmt.Sprintf("; %d/%d checks", r.Suite.All.Passed, r.Suite.All.Total)
	}
	if r.Stories != nil {
		text.ZH += fmt.Sprintf("；故事 %d/%d", r.Stories.Passed, r.Stories.Total)
		text.EN += fmt.Sprintf("; %d/%d stories", r.Stories.Passed, r.Stories.Total)
	}
	return text
}

func ruled(r evaluate.RuleResult) spec.Text {
	zh, en := "过", "passed"
	if !r.Passed {
		zh, en = "不过", "refused"
	}
	return spec.Text{ZH: fmt.Sprintf("%s：%s，要求 %s，实得 %s", zh, r.ID, r.Need, r.Got), EN: fmt.Sprintf("%s: %s, needs %s, got %s", en, r.ID, r.Need, r.Got)}
}
