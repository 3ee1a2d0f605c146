package people

import "zhuomo/internal/fault"

var (
	BadName = fault.Define("people.bad_name", fault.Invalid, fault.Text{
		ZH: "名称应为 1–{max} 个可见的字", FixZH: "换一个名称",
		EN: "a name has 1–{max} visible characters", FixEN: "choose another name",
	})
	NameTaken = fault.Define("people.name_taken", fault.Conflict, fault.Text{
		ZH: "已有账号叫「{name}」", FixZH: "换一个名称，例如加上部门",
		EN: "there is an account called {name} already", FixEN: "choose another name, for example with the team added",
	})
	NoAccount = fault.Define("people.no_account", fault.NotFound, fault.Text{
		ZH: "没有账号「{account}」", FixZH: "看全部账号：zhuomo people list",
		EN: "there is no account {account}", FixEN: "see all accounts: zhuomo people list",
	})
	UnknownRole = fault.Define("people.unknown_role", fault.Invalid, fault.Text{
		ZH: "没有角色「{role}」", FixZH: "可用的角色：{known}",
		EN: "there is no role {role}", FixEN: "the roles are: {known}",
	})
	RoleTooHigh = fault.Define("people.role_too_high", fault.Denied, fault.Text{
		ZH: "不能给出高于自己的角色「{role}」", FixZH: "选不高于自己的角色，或请所有者来做",
		EN: "you cannot give the role {role}, it is higher than yours", FixEN: "choose a role up to your own, or ask an owner",
	})
	LastOwner = fault.Define("people.last_owner", fault.Conflict, fault.Text{
		ZH: "这是最后一个所有者，不能停用或降级", FixZH: "先让另一个账号成为所有者",
		EN: "this is the last owner and cannot be disabled or lowered", FixEN: "make another account an owner first",
	})
	LinkUsed = fault.Define("people.link_used", fault.Denied, fault.Text{
		ZH: "登录链接无效：已用过或已过期", FixZH: "要一个新链接：zhuomo people link",
		EN: "the sign-in link is not valid: used already, or expired", FixEN: "get a new link: zhuomo people link",
	})
	NoProvider = fault.Define("people.no_provider", fault.NotFound, fault.Text{
		ZH: "没有配置身份提供方", FixZH: "用一次性链接登录；要配置见 docs/operations/sign-in.md",
		EN: "no identity provider is set up", FixEN: "sign in with a one-time link; docs/operations/sign-in.md tells how to set one up",
	})
	ProviderAway = fault.Define("people.provider_away", fault.Busy, fault.Text{
		ZH: "联系不上身份提供方 {issuer}", FixZH: "稍后再试；仍不行就核对 --oidc-issuer 和网络，先用一次性链接登录",
		EN: "the identity provider {issuer} cannot be reached", FixEN: "try again later; else check --oidc-issuer and the network, and sign in with a one-time link",
	})
	ProviderRefused = fault.Define("people.provider_refused", fault.Denied, fault.Text{
		ZH: "身份提供方的回应不能用（{why}）", FixZH: "从登录页重新开始；反复出现请管理员看日志",
		EN: "what came from the identity provider cannot be used ({why})", FixEN: "begin again on the sign-in page; if it happens again, the administrator finds more in the log",
	})
	NotLetIn = fault.Define("people.not_let_in", fault.Denied, fault.Text{
		ZH: "身份提供方认识你，但这里不让进（{why}）", FixZH: "请所有者核对邮箱域名、角色规则，或启用你的账号",
		EN: "the identity provider knows you, but you are not let in here ({why})", FixEN: "ask an owner to look at the domains, the rules of roles, or to enable your account",
	})
	TokenTooLong = fault.Define("people.token_too_long", fault.Invalid, fault.Text{
		ZH: "令牌最长 {max} 天", FixZH: "少给几天，到期前再换一个",
		EN: "a token lasts {max} days at most", FixEN: "give it fewer days, and make a new one before it ends",
	})
	NoToken = fault.Define("people.no_token", fault.NotFound, fault.Text{
		ZH: "没有令牌「{token}」", FixZH: "看自己的令牌：zhuomo tokens list",
		EN: "there is no token {token}", FixEN: "see your tokens: zhuomo tokens list",
	})
)
