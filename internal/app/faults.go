package app

import "zhuomo/internal/fault"

var (
	NoHome = fault.Define("app.no_home", fault.Invalid, fault.Text{
		ZH: "找不到用户目录，不知道数据放哪里", FixZH: "用 --data 指定数据文件夹",
		EN: "there is no home folder to keep the data in", FixEN: "name a data folder with --data",
	})
	NotLoopback = fault.Define("app.not_loopback", fault.Denied, fault.Text{
		ZH: "目前只在本机监听，不能监听 {address}", FixZH: "用 127.0.0.1；要给别的机器用，请在前面放带 TLS 的反向代理",
		EN: "for now only this machine is listened to, not {address}", FixEN: "use 127.0.0.1; for other machines put a reverse proxy with TLS in front",
	})
	NoPort = fault.Define("app.no_port", fault.Busy, fault.Text{
		ZH: "地址 {address} 已被占用", FixZH: "换一个端口：zhuomo serve --listen 127.0.0.1:端口",
		EN: "the address {address} is taken", FixEN: "choose another port: zhuomo serve --listen 127.0.0.1:PORT",
	})
	NoPages = fault.Define("app.no_pages", fault.NotFound, fault.Text{
		ZH: "这个程序里没有页面", FixZH: "用 make build 编译，它会先做好页面；接口 /api/v1 照常可用",
		EN: "this program was built without its pages", FixEN: "build it with make build, which makes the pages first; the API under /api/v1 works as usual",
	})
	Stopping = fault.Define("app.stopping", fault.Busy, fault.Text{
		ZH: "程序正在停止", FixZH: "等它重新启动",
		EN: "the program is stopping", FixEN: "wait until it is up again",
	})
)
