package serve

import "zhuomo/internal/fault"

var (
	NoVoice = fault.Define("serve.no_voice", fault.NotFound, fault.Text{
		ZH: "没有语音渠道 {voice}", FixZH: "用 zhuomo serve voices 看有哪些语音渠道，或新建一个：zhuomo serve voice",
		EN: "there is no voice channel {voice}", FixEN: "see them with zhuomo serve voices, or make one: zhuomo serve voice",
	})
	BadVoice = fault.Define("serve.bad_voice", fault.Invalid, fault.Text{
		ZH: "语音渠道的 {field} 不对：{why}", FixZH: "照平台后台给的填；每个平台要填什么，用 zhuomo serve platforms 看",
		EN: "{field} of the voice channel is not right: {why}", FixEN: "fill it in as the platform's console shows it; see what each needs with zhuomo serve platforms",
	})
	VoiceTaken = fault.Define("serve.voice_taken", fault.Conflict, fault.Text{
		ZH: "已经有语音渠道「{name}」", FixZH: "换一个名字，或先移除原来的：zhuomo serve unvoice",
		EN: "there is a voice channel {name} already", FixEN: "choose another name, or remove that one first: zhuomo serve unvoice",
	})
	BadVoiceRequest = fault.Define("serve.bad_voice_request", fault.Invalid, fault.Text{
		ZH: "读不懂语音平台发来的请求：{why}", FixZH: "核对平台后台选的协议版本，见 docs/operations/voice.md",
		EN: "the request of the voice platform cannot be read: {why}", FixEN: "compare the version of the protocol chosen in the platform's console; see docs/operations/voice.md",
	})
	VoiceRefused = fault.Define("serve.voice_refused", fault.Denied, fault.Text{
		ZH: "不能确认请求来自语音平台：{why}", FixZH: "核对语音渠道里的技能编号和密钥与平台后台是否一致",
		EN: "nothing shows that the request comes from the voice platform: {why}", FixEN: "compare skill id and key of the voice channel with the platform's console",
	})
	StaleVoice = fault.Define("serve.stale_voice", fault.Denied, fault.Text{
		ZH: "请求的时间和本机相差 {seconds} 秒，上限 {limit} 秒", FixZH: "校准本机时间；时间没错的话，这是被重放的旧请求",
		EN: "the clock of the request is {seconds} s from ours, the limit is {limit} s", FixEN: "set the clock of this machine; if it is right, an old request was sent again",
	})
	ReplayedVoice = fault.Define("serve.replayed_voice", fault.Conflict, fault.Text{
		ZH: "这个请求已经收到过", FixZH: "同一个请求只答一次；平台每次请求应有新的编号",
		EN: "this request has been taken before", FixEN: "a request is answered once; the platform gives each a new id",
	})
)
