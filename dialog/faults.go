package dialog

import "zhuomo/internal/fault"

var (
	BadYAML = fault.Define("dialog.bad_yaml", fault.Invalid, fault.Text{
		ZH: "第 {line} 行第 {column} 列读不懂：{problem}", FixZH: "照 docs/formats/flow.md 改好这一处再保存",
		EN: "line {line}, column {column} cannot be read: {problem}", FixEN: "mend this place as docs/formats/flow.md shows, then save again",
	})
	TooLarge = fault.Define("dialog.too_large", fault.Invalid, fault.Text{
		ZH: "文件有 {bytes} 字节，最多 {limit}", FixZH: "把大段文字放进知识库，流程里只留步骤",
		EN: "the file has {bytes} bytes, at most {limit} are read", FixEN: "move long texts into the knowledge and keep only steps in the flow",
	})
	BadFlow = fault.Define("dialog.bad_flow", fault.Invalid, fault.Text{
		ZH: "流程有 {count} 处错误，第一处在第 {line} 行 {place}：{problem}", FixZH: "运行 zhuomo dialog check 看全部问题，改好再用",
		EN: "the flow has {count} mistakes, the first in line {line} at {place}: {problem}", FixEN: "see all with zhuomo dialog check, mend them, then use it",
	})
	NoFlow = fault.Define("dialog.no_flow", fault.NotFound, fault.Text{
		ZH: "没有流程 {flow}", FixZH: "用 zhuomo dialog list 看有哪些，或用 zhuomo dialog save 保存一个",
		EN: "there is no flow {flow}", FixEN: "see them with zhuomo dialog list, or save one with zhuomo dialog save",
	})
	Edited = fault.Define("dialog.edited", fault.Conflict, fault.Text{
		ZH: "流程 {flow} 已被改到第 {revision} 版", FixZH: "重新打开，把你的修改合进去再保存",
		EN: "the flow {flow} has moved on to revision {revision}", FixEN: "open it again, bring your change in and save",
	})
	BadThresholds = fault.Define("dialog.bad_thresholds", fault.Invalid, fault.Text{
		ZH: "阈值应满足 0 ≤ 给选项 ≤ 直接办 ≤ 1，知识 0 到 1", FixZH: "调整后再保存",
		EN: "thresholds must satisfy 0 ≤ offer ≤ answer ≤ 1 and 0 ≤ knowledge ≤ 1", FixEN: "change them, then save",
	})
	NoModel = fault.Define("dialog.no_model", fault.Conflict, fault.Text{
		ZH: "产品还没有可用的模型，模拟需要听懂客户的话", FixZH: "先训练一个模型，或在每句话里给出 labels",
		EN: "the product has no model yet, and a simulation must understand the customer", FixEN: "train a model first, or give labels with each message",
	})
	NoStories = fault.Define("dialog.no_stories", fault.NotFound, fault.Text{
		ZH: "流程 {flow} 还没有故事", FixZH: "用 zhuomo dialog stories-save 存一份，格式见 docs/formats/stories.md",
		EN: "the flow {flow} has no stories yet", FixEN: "save some with zhuomo dialog stories-save; docs/formats/stories.md tells the format",
	})
	CallFailed = fault.Define("dialog.call_failed", fault.Busy, fault.Text{
		ZH: "节点 {node} 的外部接口没有答复", FixZH: "检查接口地址和网络；流程会走 failed 出口",
		EN: "the service that node {node} calls did not answer", FixEN: "check its address and the network; the flow takes the way named failed",
	})
	EndlessFlow = fault.Define("dialog.endless_flow", fault.Broken, fault.Text{
		ZH: "流程在节点 {node} 附近转圈，没有停下来等客户", FixZH: "运行 zhuomo dialog check 找出循环，在循环里加一个 ask",
		EN: "the flow turns in circles near node {node} without waiting for the customer", FixEN: "find the loop with zhuomo dialog check and put an ask into it",
	})
)
