package api

import "zhuomo/internal/fault"

var (
	NotSignedIn = fault.Define("api.not_signed_in", fault.Denied, fault.Text{
		ZH: "还没有登录，或登录已失效", FixZH: "打开一次性登录链接；程序调用请带上有效的令牌（Authorization: Bearer zm_…）。新链接：zhuomo people link",
		EN: "not signed in, or the sign-in has expired", FixEN: "open a one-time sign-in link; programs send a valid token (Authorization: Bearer zm_…). A new link: zhuomo people link",
	})
	NotAllowed = fault.Define("api.not_allowed", fault.Denied, fault.Text{
		ZH: "这一步需要「{need}」的权限，你的角色是「{has}」", FixZH: "请所有者给你这个角色，或换一个账号",
		EN: "this needs the role {need}, yours is {has}", FixEN: "ask an owner for the role, or use another account",
	})
	OtherProduct = fault.Define("api.other_product", fault.Denied, fault.Text{
		ZH: "这个令牌只能用于它的产品", FixZH: "用范围里有这个产品的令牌，或新建一个：zhuomo tokens create --products",
		EN: "this token is for its own products only", FixEN: "use a token for this product, or make one: zhuomo tokens create --products",
	})
	ForeignOrigin = fault.Define("api.foreign_origin", fault.Denied, fault.Text{
		ZH: "这个请求来自别的网站，已拒绝", FixZH: "请从琢磨自己的页面操作；程序调用请用令牌",
		EN: "the request comes from another site and was refused", FixEN: "work from Zhuomo's own pages; programs use a token",
	})
	UnknownHost = fault.Define("api.unknown_host", fault.Denied, fault.Text{
		ZH: "不认识的主机名「{host}」", FixZH: "用启动时打印的地址访问，例如 http://127.0.0.1:7788",
		EN: "unknown host name {host}", FixEN: "use the address printed at start, for example http://127.0.0.1:7788",
	})
	NotThroughProxy = fault.Define("api.not_through_proxy", fault.Denied, fault.Text{
		ZH: "地址 {address} 不是声明过的反向代理，不能直接访问", FixZH: "从反向代理的网址访问；代理换了地址就改 --behind-proxy",
		EN: "{address} is no stated proxy and may not ask directly", FixEN: "use the address of the proxy; if the proxy has moved, change --behind-proxy",
	})
	TooMany = fault.Define("api.too_many", fault.Busy, fault.Text{
		ZH: "请求太多，{seconds} 秒后再试", FixZH: "放慢一些；是自己的程序就分批调用，或请管理员调高 --rate-strangers、--rate-accounts",
		EN: "too many requests; try again in {seconds} s", FixEN: "slow down; for programs of your own call in batches, or ask for higher --rate-strangers, --rate-accounts",
	})
	NoRoute = fault.Define("api.no_route", fault.NotFound, fault.Text{
		ZH: "没有这个地址：{path}", FixZH: "核对地址；全部接口见 /api/v1/openapi.json",
		EN: "there is nothing at {path}", FixEN: "check the address; every operation is in /api/v1/openapi.json",
	})
	WrongMethod = fault.Define("api.wrong_method", fault.Invalid, fault.Text{
		ZH: "地址 {path} 不接受 {method}", FixZH: "可用的方法：{allow}",
		EN: "{path} does not take {method}", FixEN: "it takes: {allow}",
	})
	InvalidInput = fault.Define("api.invalid_input", fault.Invalid, fault.Text{
		ZH: "输入有 {count} 处不对：{places}", FixZH: "按提示改正后重试；字段说明见 /api/v1/openapi.json",
		EN: "the input is wrong in {count} place(s): {places}", FixEN: "correct them and try again; fields are described in /api/v1/openapi.json",
	})
	TooLarge = fault.Define("api.too_large", fault.Invalid, fault.Text{
		ZH: "请求内容超过上限（{limit}）", FixZH: "分批提交，或改用上传文件的接口",
		EN: "the request body is over the limit ({limit})", FixEN: "send it in parts, or use an upload operation",
	})
	TooSlow = fault.Define("api.too_slow", fault.Busy, fault.Text{
		ZH: "处理超过了 {seconds} 秒，已停止", FixZH: "稍后重试，或缩小范围",
		EN: "it took more than {seconds} s and was stopped", FixEN: "try again later, or ask for less",
	})
	BodyTooSlow = fault.Define("api.body_too_slow", fault.Invalid, fault.Text{
		ZH: "请求内容太久没有传完", FixZH: "检查网络后重试",
		EN: "the request body did not arrive in time", FixEN: "check the network and try again",
	})
	BadCursor = fault.Define("api.bad_cursor", fault.Invalid, fault.Text{
		ZH: "翻页游标无效", FixZH: "用上一页返回的 next，或从第一页重新开始",
		EN: "the cursor is not valid", FixEN: "use the next of the page before, or start from the first page",
	})
	NeedRevision = fault.Define("api.need_revision", fault.Invalid, fault.Text{
		ZH: "修改时要带上看到的版本号（If-Match）", FixZH: "先读取最新内容，把它的 revision 放进 If-Match；命令行用 --if-match",
		EN: "an edit must name the revision it saw (If-Match)", FixEN: "read it first and send its revision as If-Match; on the command line --if-match",
	})
	Stale = fault.Define("api.stale", fault.Conflict, fault.Text{
		ZH: "内容已被别人改过（现在是第 {revision} 版）", FixZH: "重新读取，再修改一次",
		EN: "somebody changed it in the meantime (it is at revision {revision})", FixEN: "read it again and repeat the change",
	})
	AnswerLost = fault.Define("api.answer_lost", fault.Conflict, fault.Text{
		ZH: "这个请求先前已经执行，它的回答没有留下", FixZH: "先看看结果是否已在；还缺什么，换一个新的 Idempotency-Key 再发",
		EN: "this request was carried out before, and its answer was not kept", FixEN: "look whether the result is there; send what is missing with a new Idempotency-Key",
	})
	KeyReused = fault.Define("api.key_reused", fault.Invalid, fault.Text{
		ZH: "这个 Idempotency-Key 已用于另一个请求", FixZH: "每个新请求换一个新的 Idempotency-Key",
		EN: "this Idempotency-Key was used for another request", FixEN: "use a new Idempotency-Key for each new request",
	})
	StillRunning = fault.Define("api.still_running", fault.Conflict, fault.Text{
		ZH: "同一个 Idempotency-Key 的请求还在处理", FixZH: "等它结束后再取结果",
		EN: "a request with this Idempotency-Key is still running", FixEN: "wait for it to finish, then ask again",
	})
	BadKey = fault.Define("api.bad_key", fault.Invalid, fault.Text{
		ZH: "Idempotency-Key 应为 1–200 个可见的 ASCII 字符", FixZH: "例如用一个 UUID",
		EN: "an Idempotency-Key has 1–200 visible ASCII characters", FixEN: "use a UUID, for example",
	})
	NoFile = fault.Define("api.no_file", fault.Invalid, fault.Text{
		ZH: "没有收到文件", FixZH: "把文件作为请求内容，或作为 multipart 表单的 file 一项",
		EN: "no file was received", FixEN: "send the file as the request body, or as the part file of a multipart form",
	})
)
