package builtin

import (
	"zhuomo/serve"
	"zhuomo/serve/voice"
)

// Voices lists the voice platforms in the order in which pages show them.
func Voices() []serve.Voice {
	return []serve.Voice{
		voice.DuerOS(voice.Baidu()),
		voice.AliGenie(),
		voice.XiaoAi(),
		voice.IFLYOS(),
	}
}
