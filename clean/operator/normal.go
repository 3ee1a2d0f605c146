package operator

import (
	"zhuomo/clean"
	"zhuomo/text"
)

// NFC returns the operator that composes letters and marks.
func NFC() clean.Operator {
	return newCell(describe("clean.nfc.v1", clean.Unicode, "组合字符规范化", "Compose characters (NFC)",
		"把分开存放的字母和声调合成一个字符（Unicode NFC），看起来一样的文字从此真的一样。",
		"Composes letters and their marks (Unicode NFC), so that texts that look the same are the same.",
		texts("e 加声调", "e with a mark", "cafe\u0301", "café", "你好", "你好")),
		always(func(s string) (string, string, int) {
			out := text.NFC(s)
			if out == s {
				return s, "", 0
			}
			return out, "unicode.decomposed", 1
		}))
}

// Script returns the operator that makes traditional characters simplified.
func Script() clean.Operator {
	return newCell(describe("clean.script.v1", clean.Script, "繁体转简体", "Traditional to simplified",
		"把繁体字和港台异体字改成简体；已经是简体的（那么、乾隆、著名）不会被改坏。",
		"Makes traditional characters and the variants of Taiwan and Hong Kong simplified; what is simplified already is not spoilt.",
		texts("繁简混排", "mixed scripts", "隨著時間，那么這裏", "随着时间，那么这里", "乾隆的著作", "乾隆的著作")),
		always(func(s string) (string, string, int) {
			out, n := text.SimplifyCount(s)
			return out, "script.traditional", n
		}))
}
