package operator

import (
	"zhuomo/clean"
	"zhuomo/text"
)

// Mojibake returns the operator that undoes wrong decodings, layer by layer.
func Mojibake() clean.Operator {
	return newCell(describe("clean.mojibake.v1", clean.Encoding, "修复乱码", "Repair mojibake",
		"还原被错当成 GBK、GB18030、Windows-1252 或 Latin-1 读出的 UTF-8 文字，最多三层；只有还原后明显更像正常文字才改。",
		"Restores UTF-8 that was read as GBK, GB18030, Windows-1252 or Latin-1, up to three layers; only when the result clearly reads better.",
		texts("一层和两层乱码", "one layer and two", "浣犲ソ", "你好", "ä½\u00a0å¥½", "你好", "café 在这里", "café 在这里")),
		always(func(s string) (string, string, int) {
			out, layers := text.RepairMojibake(s)
			if len(layers) == 0 {
				return s, "", 0
			}
			return out, "mojibake." + layers[0], len(layers)
		}))
}
