package outgoing

import (
	"zhuomo/internal/fault"
)

var (
	BadAddress = fault.Define("outgoing.bad_address", fault.Invalid, fault.Text{
		ZH: "「{address}」不是网址", FixZH: "写完整的网址，以 http:// 或 https:// 开头，里面不带用户名和密码",
		EN: "{address} is no address of the web", FixEN: "write the whole address, beginning with http:// or https://, without a user name and password",
	})
	PrivateAddress = fault.Define("outgoing.private_address", fault.Denied, fault.Text{
		ZH: "{address} 是内网地址，没有取", FixZH: "把文件下载下来再导入；确实要从内网取，请管理员启动时加 --outgoing-to 网段",
		EN: "{address} is an address of a private network and was not asked", FixEN: "download the file and import it; to fetch from the own network, start with --outgoing-to NETWORK",
	})
	TooManyRedirects = fault.Define("outgoing.too_many_redirects", fault.Invalid, fault.Text{
		ZH: "这个网址跳转了超过 {count} 次", FixZH: "用浏览器打开，拿到最后的网址，或下载下来再导入",
		EN: "the address leads on more than {count} times", FixEN: "open it in a browser and use the last address, or download the file and import it",
	})
	Unreachable = fault.Define("outgoing.unreachable", fault.Busy, fault.Text{
		ZH: "连不上 {host}：{why}", FixZH: "检查网址和网络后重试，或下载下来再导入",
		EN: "{host} cannot be reached: {why}", FixEN: "check the address and the network and try again, or download the file and import it",
	})
	Refused = fault.Define("outgoing.refused", fault.Invalid, fault.Text{
		ZH: "{host} 没有给出文件（状态 {status}）", FixZH: "可能要登录或网址已失效；用浏览器下载下来再导入",
		EN: "{host} did not give the file (status {status})", FixEN: "it may want a sign-in or be gone; download the file with a browser and import it",
	})
	TooLarge = fault.Define("outgoing.too_large", fault.Invalid, fault.Text{
		ZH: "网址上的文件超过上限（{limit}）", FixZH: "下载下来，分成几份再导入",
		EN: "the file at the address is over the limit ({limit})", FixEN: "download it and import it in parts",
	})
	Stalled = fault.Define("outgoing.stalled", fault.Busy, fault.Text{
		ZH: "对方 {seconds} 秒没有再发来内容，已停下", FixZH: "稍后重试，或下载下来再导入",
		EN: "nothing came for {seconds} s, so it was given up", FixEN: "try again later, or download the file and import it",
	})
)
