package serve

import "zhuomo/internal/fault"

var (
	NoRelease = fault.Define("serve.no_release", fault.NotFound, fault.Text{
		ZH: "没有发布版 {release}", FixZH: "用 zhuomo serve releases 看有哪些发布版",
		EN: "there is no release {release}", FixEN: "see the releases with zhuomo serve releases",
	})
	NothingLive = fault.Define("serve.nothing_live", fault.Conflict, fault.Text{
		ZH: "产品 {product} 还没有上线的发布版", FixZH: "先建一个发布版并发布：zhuomo serve release，然后 zhuomo serve publish",
		EN: "the product {product} has no live release yet", FixEN: "make one and publish it: zhuomo serve release, then zhuomo serve publish",
	})
	NothingBefore = fault.Define("serve.nothing_before", fault.Conflict, fault.Text{
		ZH: "没有可以退回的上一个发布版", FixZH: "这是第一个上线的版本；要换内容请发布另一个发布版",
		EN: "there is no release before the live one", FixEN: "this is the first one; publish another release to change what is live",
	})
	NotLive = fault.Define("serve.not_live", fault.Conflict, fault.Text{
		ZH: "发布版「{release}」现在不在线上", FixZH: "用 zhuomo serve publications 查看上线记录",
		EN: "release {release} is not live now", FixEN: "see what went live with: zhuomo serve publications",
	})
	GateRefused = fault.Define("serve.gate_refused", fault.Conflict, fault.Text{
		ZH: "门禁没有通过：{why}", FixZH: "修好再发布；组长可以写明理由强制发布（overrule），会记入审计",
		EN: "the gate refuses this release: {why}", FixEN: "mend it and publish again; a lead may overrule with a reason, which is kept for the audit",
	})
	BadRelease = fault.Define("serve.bad_release", fault.Invalid, fault.Text{
		ZH: "发布版缺少 {part}", FixZH: "发布版必须同时写明模型、知识快照和流程",
		EN: "the release has no {part}", FixEN: "a release names a model, a knowledge snapshot and a flow",
	})
	DamagedRelease = fault.Define("serve.damaged_release", fault.Broken, fault.Text{
		ZH: "发布版 r{number} 的 {part} 读不出来", FixZH: "退回上一个发布版（zhuomo serve takeback），再查日志",
		EN: "the {part} of release r{number} cannot be read", FixEN: "take the release back (zhuomo serve takeback), then look into the log",
	})
	NoSession = fault.Define("serve.no_session", fault.NotFound, fault.Text{
		ZH: "没有这个会话", FixZH: "开一个新会话再说",
		EN: "there is no such session", FixEN: "begin a new session",
	})
	NotYours = fault.Define("serve.not_yours", fault.Denied, fault.Text{
		ZH: "会话口令不对", FixZH: "带上开会话时得到的 X-Session-Token，或开一个新会话",
		EN: "the session token does not fit", FixEN: "send the X-Session-Token that came with the session, or begin a new one",
	})
	NoTurn = fault.Define("serve.no_turn", fault.NotFound, fault.Text{
		ZH: "没有这一轮对话", FixZH: "用 zhuomo serve turns 看有哪些话轮",
		EN: "there is no such turn", FixEN: "see the turns with zhuomo serve turns",
	})
	TooLong = fault.Define("serve.too_long", fault.Invalid, fault.Text{
		ZH: "{what}有 {runes} 字，最多 {limit} 字", FixZH: "分成几条发送",
		EN: "{what} has {runes} characters, at most {limit} are taken", FixEN: "send it in several messages",
	})
	EmptyMessage = fault.Define("serve.empty_message", fault.Invalid, fault.Text{
		ZH: "消息是空的", FixZH: "写点什么再发送",
		EN: "the message is empty", FixEN: "write something first",
	})
	TurnReused = fault.Define("serve.turn_reused", fault.Conflict, fault.Text{
		ZH: "turn_id {turn} 已经用于另一句话", FixZH: "每句话用一个新的 turn_id",
		EN: "turn_id {turn} was used for another message", FixEN: "use a new turn_id for every message",
	})
	MovedOn = fault.Define("serve.moved_on", fault.Conflict, fault.Text{
		ZH: "会话被另一个进程推进了", FixZH: "重发这条消息",
		EN: "another process has moved the session on", FixEN: "send the message again",
	})
	NoPage = fault.Define("serve.no_page", fault.NotFound, fault.Text{
		ZH: "聊天页面没有构建", FixZH: "运行 make web 后重新编译",
		EN: "the chat page was not built", FixEN: "run make web and build again",
	})
)
