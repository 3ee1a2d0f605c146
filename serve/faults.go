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
	NoEncoder = fault.Define("serve.no_encoder", fault.NotFound, fault.Text{
		ZH: "没有编码器，给不出向量", FixZH: "启动时带上编码器文件夹：zhuomo serve --encoder 文件夹",
		EN: "there is no encoder, so no vectors", FixEN: "start with the folder of one: zhuomo serve --encoder FOLDER",
	})
	NoSuchEncoder = fault.Define("serve.no_such_encoder", fault.NotFound, fault.Text{
		ZH: "没有叫「{model}」的编码器", FixZH: "model 写 {known}",
		EN: "there is no encoder named {model}", FixEN: "ask for the model {known}",
	})
	BadEmbedding = fault.Define("serve.bad_embedding", fault.Invalid, fault.Text{
		ZH: "要向量的请求不对：{problem}", FixZH: "按 OpenAI 的 embeddings 接口写：input 是一句话或最多 2048 句的列表，encoding_format 是 float 或 base64",
		EN: "the request for vectors is wrong: {problem}", FixEN: "write it as OpenAI's embeddings have it: input is a text or a list of at most 2,048, encoding_format is float or base64",
	})
	NoPage = fault.Define("serve.no_page", fault.NotFound, fault.Text{
		ZH: "聊天页面没有构建", FixZH: "运行 make web 后重新编译",
		EN: "the chat page was not built", FixEN: "run make web and build again",
	})
	KeyElsewhere = fault.Define("serve.key_elsewhere", fault.Conflict, fault.Text{
		ZH: "发布包由 {key} 签名，但它的私钥不在 {file}", FixZH: "从第一次导出的那台机器上把这个文件拷来（只给本用户读）；找不回来了就用 zhuomo serve newkey 换一把，并告诉每台小盒子",
		EN: "bundles are signed by {key}, whose private half is not in {file}", FixEN: "copy that file from the machine that exported first (readable by its user alone); if it is lost, make another key with zhuomo serve newkey and tell every box",
	})
	NoSigner = fault.Define("serve.no_signer", fault.NotFound, fault.Text{
		ZH: "还没有签过发布包", FixZH: "第一次导出时会生成密钥：zhuomo export --bundle 文件.zhuomo",
		EN: "nothing was signed yet", FixEN: "the first export makes the key: zhuomo export --bundle FILE.zhuomo",
	})
	NotAlone = fault.Define("serve.not_alone", fault.Invalid, fault.Text{
		ZH: "发布版 r{number} 的模型要用编码器或外部程序，发布包里不带这些", FixZH: "用自带的学习器、不用编码器训练一个模型，发布后再导出；也可以让慢模型教它（zhuomo train --teach）",
		EN: "the model of release r{number} needs an encoder or a program of its own, which a bundle does not carry", FixEN: "train a model by a built-in learner without an encoder, publish it, then export; the slow model may teach it (zhuomo train --teach)",
	})
	OtherBox = fault.Define("serve.other_box", fault.Conflict, fault.Text{
		ZH: "这个数据文件夹属于另一个产品（{product}）", FixZH: "一个产品一个文件夹：用 --data 换一个",
		EN: "this data folder belongs to another product ({product})", FixEN: "one folder for one product: name another one with --data",
	})
	OtherNumber = fault.Define("serve.other_number", fault.Conflict, fault.Text{
		ZH: "这里已有另一个 r{number}：工作台是从备份恢复的吗？", FixZH: "先用 zhuomo feedback pack 取走反馈，再用 --data 换一个空文件夹",
		EN: "there is another r{number} here: was the workbench restored from a backup?", FixEN: "take the feedback away with zhuomo feedback pack, then name an empty folder with --data",
	})
	NotFeedback = fault.Define("serve.not_feedback", fault.Invalid, fault.Text{
		ZH: "这不是小盒子的反馈文件", FixZH: "反馈文件在小盒子上用 zhuomo feedback pack 做出来",
		EN: "this is no file of feedback", FixEN: "it is made on the box by zhuomo feedback pack",
	})
	NewerFeedback = fault.Define("serve.newer_feedback", fault.Invalid, fault.Text{
		ZH: "反馈文件是第 {found} 版格式，这里只认到第 {known} 版", FixZH: "把工作台升级到小盒子上的程序版本",
		EN: "the file of feedback has format version {found}, known is up to {known}", FixEN: "bring the workbench to the version of the box",
	})
	BrokenFeedback = fault.Define("serve.broken_feedback", fault.Invalid, fault.Text{
		ZH: "反馈文件第 {line} 行不对：{what}；什么也没有收进来", FixZH: "从小盒子重新拷贝，或再 pack 一次",
		EN: "line {line} of the feedback is wrong: {what}; nothing was taken in", FixEN: "copy it from the box again, or pack it anew",
	})
	CutFeedback = fault.Define("serve.cut_feedback", fault.Invalid, fault.Text{
		ZH: "反馈文件不完整：第 {line} 行之后缺了一截；什么也没有收进来", FixZH: "从小盒子重新拷贝",
		EN: "the file of feedback is cut short after line {line}; nothing was taken in", FixEN: "copy it from the box again",
	})
	OthersFeedback = fault.Define("serve.others_feedback", fault.Invalid, fault.Text{
		ZH: "这是产品「{product}」的反馈", FixZH: "用 -p 选那个产品；发布包从哪个工作台来，反馈就回哪个工作台",
		EN: "this is feedback on the product {product}", FixEN: "choose that product with -p; feedback goes home to the workbench that the bundle came from",
	})
)
