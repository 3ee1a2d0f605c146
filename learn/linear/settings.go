package linear

import (
	"math"
	"slices"

	"zhuomo/internal/spec"
	"zhuomo/learn/calibrate"
)

// Name of this learner; features, losses and file format belong to it.
const Name = "learn.linear.v1"

// settings are the filled parameters.
type settings struct {
	cost                float32
	passes              int
	charMin, charMax    int
	hanMax, wordMax     int
	wordShare           float64
	wordPart            bool
	turns               int
	historyShare        float64
	historyFade         float64
	historyPool         bool
	historyText         float64
	balance             float64
	softmax             bool
	eitherLoss          bool // which is better is found on held-back rows
	idfPower            float64
	leastRows, hashBits int
	bias, vectorShare   float32
	held                float64
	none                string
	rejects             float64
	restWeight          float32
	ordered             bool
}

func settingsOf(v spec.Values) settings {
	return settings{
		cost: float32(v.Float("cost")), passes: v.Int("passes"),
		charMin: v.Int("char_min"), charMax: v.Int("char_max"), hanMax: v.Int("han_max"), wordMax: v.Int("word_max"),
		wordShare: v.Float("word_share"), wordPart: v.Bool("word_part"), turns: v.Int("history_turns"), historyShare: v.Float("history_share"),
		historyFade: v.Float("history_fade"), historyPool: v.Bool("history_pool"), historyText: v.Float("history_text"), balance: v.Float("balance"), softmax: v.String("loss") == "softmax", eitherLoss: v.String("loss") == "auto",
		idfPower: v.Float("idf_power"), leastRows: v.Int("least_rows"), hashBits: v.Int("hash_bits"),
		bias: float32(v.Float("bias")), vectorShare: float32(v.Float("vector_share")), held: v.Float("held_share"),
		none: v.String("none_label"), rejects: v.Float("scope_rejects"), restWeight: float32(v.Float("rest_weight")), ordered: v.Bool("ordered"),
	}
}

func (s settings) shape() shape {
	return shape{charMin: s.charMin, charMax: max(s.charMin, s.charMax), hanMax: s.hanMax, wordMax: s.wordMax, turns: s.turns, pool: s.historyPool, again: s.historyText > 0, shift: uint(64 - s.hashBits)}
}

// shares gives the length of each group of features; those of the text itself
// have length 1 together.
func (s settings) shares() (out [mostGroups]float32) {
	out[groupChars], out[groupWords] = halves(s.wordShare)
	if s.wordMax == 0 {
		out[groupChars] = 1
	}
	for turn := range s.turns {
		fade := math.Pow(s.historyFade, float64(turn))
		out[groupHistory+turn] = float32(s.historyShare * fade)
		out[groupHistory+s.turns+turn] = float32(s.historyText * fade)
	}
	return out
}

// halves are the lengths of characters and words that are 1 together, words being so
// many times as long as characters.
func halves(words float64) (chars, word float32) {
	whole := math.Sqrt(1 + words*words)
	return float32(1 / whole), float32(words / whole)
}

// wordsByPart is what words of a text without wide characters weigh, 0 where that does
// not follow the text.
func (s settings) wordsByPart() float64 {
	if s.wordPart {
		return s.wordShare
	}
	return 0
}

// Spec tells everything about the learner.
func (*linear) Spec() spec.Spec {
	number := func(name string, kind spec.Kind, zh, en, helpZH, helpEN string, def any, low, high float64, log, tune bool) spec.Param {
		return spec.Param{
			Name: name, Kind: kind, Title: spec.Text{ZH: zh, EN: en}, Help: spec.Text{ZH: helpZH, EN: helpEN},
			Default: def, Min: low, Max: high, Log: log, Tune: tune,
		}
	}
	return spec.Spec{
		Name:  Name,
		Title: spec.Text{ZH: "线性分类", EN: "Linear classifier"},
		Help: spec.Text{
			ZH: "字词片段加线性权重：一秒训练上万行，单标签和多标签都行，可带前几句对话；概率经过校准，能指出每个字的作用",
			EN: "pieces of characters and words with linear weights: ten thousand rows in a second, single and multi-label, reads the turns before; calibrated probabilities, and it shows what each character did",
		},
		Params: slices.Concat([]spec.Param{
			number("cost", spec.Float, "错误代价", "cost of errors", "越大越贴合训练数据，越小越平滑", "larger fits the training data more closely, smaller is smoother", 1.4, 0.01, 100, true, true),
			{
				Name: "loss", Kind: spec.Choice, Title: spec.Text{ZH: "怎样算错", EN: "loss"}, Choices: []string{"auto", "hinge", "softmax"}, Default: "auto",
				Help: spec.Text{
					ZH: "hinge 要正确的标签领先一截，softmax 要它的概率高；标签常被标错、难分的（如情绪）softmax 更好，慢一些；auto 在留出的行错得多时也试 softmax 和更小的错误代价，用对得多的；softmax 只用于每行一个标签",
					EN: "hinge wants the right label ahead by a margin, softmax wants it probable; where labels are noisy and hard to tell apart, such as moods, softmax is better, and slower; auto also tries softmax and a smaller cost of errors where many held-back rows are wrong, and takes what is right more often; softmax is for one label a row only",
				},
			},
			number("passes", spec.Int, "遍数", "passes", "把训练数据过几遍", "how often the training data is gone through", 6, 1, 100, true, false),
			number("char_min", spec.Int, "字母片段最短", "shortest letter piece", "英文等文字的片段至少几个字符", "pieces of Latin and other alphabets have at least so many characters", 2, 1, 6, false, true),
			number("char_max", spec.Int, "字母片段最长", "longest letter piece", "英文等文字的片段至多几个字符", "pieces of Latin and other alphabets have at most so many characters", 5, 1, 8, false, true),
			number("han_max", spec.Int, "汉字片段最长", "longest Han piece", "汉字片段从一个字到几个字", "pieces of Chinese characters, from one to so many", 3, 1, 8, false, true),
			number("word_max", spec.Int, "词组最长", "longest word sequence", "英文单词和数字连成几个词的组；0 为不用", "sequences of up to so many Latin words and numbers; 0 for none", 2, 0, 4, false, true),
			number("word_share", spec.Float, "词组份量", "share of words", "词组相对字母片段的份量", "how much words count against letter pieces", 1.0, 0.1, 4, true, true),
			{
				Name: "word_part", Kind: spec.Bool, Title: spec.Text{ZH: "词组份量随篇幅", EN: "words by their part"},
				Help: spec.Text{
					ZH: "中文里夹着几个英文单词或数字时，词组的份量随它们占的篇幅；否则一个数字就和整句汉字一样重",
					EN: "where a few Latin words or numbers stand in Chinese, they count as much as their part of the text; else one number would weigh as much as all characters",
				},
				Default: true,
			},
			number("history_turns", spec.Int, "看前几句", "turns before", "读之前几句对话；0 为只看这一句", "how many turns before are read; 0 for this one only", 2, 0, maxTurns, false, true),
			number("history_share", spec.Float, "前文份量", "share of history", "之前每一句相对这一句的份量", "how much each turn before counts against this one", 0.4, 0.05, 2, true, true),
			number("history_fade", spec.Float, "前文淡去", "fading of history", "每往前一句，份量剩下多少；1 为不淡去", "what is left of a turn's weight for each turn that it lies further back; 1 for all", 1.0, 0.05, 1, false, false),
			{
				Name: "history_pool", Kind: spec.Bool, Title: spec.Text{ZH: "前文不分远近", EN: "history as one"},
				Help: spec.Text{
					ZH: "之前各句的片段合在一起学，不分是前几句（谁说的仍分开）；话题或心情会延续、例子又不多时更好",
					EN: "pieces of all turns before are learnt together, however far back (who spoke is still told apart); better where a topic or mood lasts and examples are few",
				},
				Default: false,
			},
			number("history_text", spec.Float, "前文当本句", "history as text", "之前的话也当作这一句的话来看，占多少份量；0 为不", "turns before also count as if they were said now, by so much; 0 for not at all", 0.0, 0, 1, false, false),
			number("balance", spec.Float, "照顾少见的标签", "balance of labels", "少见的标签的样例更受看重：0 为一视同仁，1 为各标签总份量相同；只在每行一个标签时起作用", "examples of rare labels count more: 0 treats all alike, with 1 all labels weigh the same in sum; for one label a row only", 0.0, 0, 1, false, false),
			number("idf_power", spec.Float, "少见片段的份量", "weight of rare pieces", "越大越看重少见的片段；0 为一视同仁", "larger makes rare pieces count more; 0 treats all alike", 0.5, 0, 2, false, true),
			number("least_rows", spec.Int, "片段至少见几行", "rows a piece needs", "少于这么多行出现过的片段不用", "pieces that fewer rows have are left out", 1, 1, 100, true, false),
			number("hash_bits", spec.Int, "散列位数", "hash bits", "片段编号的位数；越大越少相撞，越占内存", "bits of a piece's number; more means fewer collisions and more memory", 21, 16, 24, false, false),
			number("bias", spec.Float, "常数项", "constant term", "不看任何字的偏向；0 为不用", "what leans without any character; 0 for none", 0.25, 0, 10, false, false),
			number("vector_share", spec.Float, "向量的份量", "share of the vector", "有编码器时，它的向量相对于字词片段的份量；没有编码器时不起作用", "where an encoder is used: what its vector weighs beside the pieces of the text; without one it does nothing", 1.0, 0, 10, false, false),
		}, calibrate.Params(), []spec.Param{
			number("rest_weight", spec.Float, "没标的行的份量", "weight of unlabelled rows", "没标的行猜出标签后再学一遍，每行最多相当于标过的行的多少；0 为不用；没有给没标的行就不起作用", "unlabelled rows are learnt from with guessed labels; how much each counts at most against a labelled one; 0 for none; without such rows it does nothing", 1.0, 0, 1, false, false),
			{
				Name: "ordered", Kind: spec.Bool, Title: spec.Text{ZH: "标签有高低", EN: "ordered labels"},
				Help: spec.Text{
					ZH: "标签都是数（如评分 1–5、轻重 0–3）时，回答概率居中的那个而不是最大的那个：错也错得近；要三种以上的数，只在每行一个标签时起作用",
					EN: "where all labels are numbers (ratings 1–5, severity 0–3), answer with the middle of the probabilities instead of the largest, so that errors are near ones; it needs three numbers or more, for one label a row only",
				},
				Default: false,
			},
		}),
	}
}
