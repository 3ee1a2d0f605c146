package learn

// Prediction is a model's answer to one input.
type Prediction struct {
	// Scores of all labels, the most probable first; equal ones in label order.
	Scores []LabelScore `json:"scores"`
	// Spans are the stretches found, by where they begin; only for the task Spans.
	// Scores hold there, for each label, how probable its best span is.
	Spans []FoundSpan `json:"spans,omitempty"`
	// Readings are several ways to read the text, where they were asked for.
	Readings []Reading `json:"readings,omitempty"`
	// OutOfScope is how foreign the input looks, 0–1: the share of held-back
	// examples that looked more at home. Above .95 means: fewer than 5 % of what
	// the model knows look this foreign. Foreign is the model's decision, "none of
	// these": OutOfScope is above OutOfScopeFrom, which Fit chose on the held-back
	// examples (1 = never), or the label of what is none of these came out first.
	OutOfScope     float32 `json:"out_of_scope" doc:"有多不像见过的话（0–1）|how foreign it looks (0–1)"`
	OutOfScopeFrom float32 `json:"out_of_scope_from" doc:"超过多少算都不是（1 为从不）|above this it is none of these (1 = never)"`
	Foreign        bool    `json:"foreign" doc:"模型是否认为都不是|whether the model takes it for none of these"`
}

// FoundSpan is a stretch [Start,End) of the text in code points. Those that are
// chosen make up the answer; the others are what else it might be.
type FoundSpan struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Label  string  `json:"label"`
	P      float32 `json:"p"`
	Chosen bool    `json:"chosen" doc:"模型是否选它|whether the model answers with it"`
}

// Reading is one way to read a whole text.
type Reading struct {
	Spans []FoundSpan `json:"spans" doc:"这种读法的片段|the stretches of this reading"`
	P     float32     `json:"p" doc:"这种读法的概率|how likely this reading is"`
}

// LabelScore is one label with its calibrated probability. For Single the
// probabilities add up to 1 and one label is chosen, the most probable unless the
// learner knows that labels are ordered; for Multi each stands alone.
type LabelScore struct {
	Label  string  `json:"label"`
	P      float32 `json:"p"`
	Chosen bool    `json:"chosen" doc:"模型是否选它|whether the model answers with it"`
}

// Chosen lists the labels that the model answers with, the most probable first.
func (p Prediction) Chosen() []string {
	var labels []string
	for _, s := range p.Scores {
		if s.Chosen {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

// Top is the most probable label; a prediction always has one.
func (p Prediction) Top() LabelScore { return p.Scores[0] }

// Explanation tells how much each character spoke for a label. The parts add
// up: Base + Σ Text + Σ History + Rest = Score.
type Explanation struct {
	Label   string      `json:"label"`
	P       float32     `json:"p"`
	Score   float32     `json:"score" doc:"校准前的得分|the raw score before calibration"`
	Base    float32     `json:"base" doc:"没有任何字时的得分|the score with no character at all"`
	Text    []float32   `json:"text" doc:"每个字（码点）的贡献|what each character (code point) added"`
	History [][]float32 `json:"history,omitempty" doc:"之前每句话每个字的贡献|the same for each turn before"`
	Rest    float32     `json:"rest" doc:"不属于任何一个字的贡献|what belongs to no character"`
}

// Witness is a training row that weighed in an answer.
type Witness struct {
	RowID  string   `json:"row_id"`
	Weight float32  `json:"weight" doc:"正数支持这个标签，负数反对|positive speaks for the label, negative against"`
	Labels []string `json:"labels" doc:"这一行自己的标签|the row's own labels"`
}

// Card tells how a model came to be. It holds no ids and no times.
type Card struct {
	Learner  string         `json:"learner"`
	Task     Task           `json:"task"`
	Params   map[string]any `json:"params"`
	Seed     uint64         `json:"seed"`
	Examples int            `json:"examples"`
	Labels   int            `json:"labels"`
	Features int            `json:"features"`
	// Held are figures on the part held back for calibration: accuracy (exact
	// match for Multi), ece, log_loss, micro_f1 and their count as examples; and,
	// where "none of these" is decided, scope_rejects (share of what is in scope
	// that was turned away), scope_recall (share of the scope_none examples of what is not that were).
	Held map[string]float64 `json:"held"`
}
