package feedback

import "zhuomo/internal/fault"

var (
	NothingLive = fault.Define("feedback.nothing_live", fault.Conflict, fault.Text{
		ZH: "产品还没有上线的发布版，没有可修正的", FixZH: "先发布：zhuomo release create",
		EN: "the product has no live release, so there is nothing to fix", FixEN: "release first: zhuomo release create",
	})
	NoLabels = fault.Define("feedback.no_labels", fault.Invalid, fault.Text{
		ZH: "没有给出正确的标签", FixZH: "给出至少一个标签；可选：{known}",
		EN: "no right label was given", FixEN: "give at least one label of: {known}",
	})
	UnknownLabel = fault.Define("feedback.unknown_label", fault.Invalid, fault.Text{
		ZH: "标注规范里没有标签「{label}」", FixZH: "可选：{known}",
		EN: "the guideline has no label {label}", FixEN: "choose from: {known}",
	})
	NoSuchFix = fault.Define("feedback.no_such_fix", fault.NotFound, fault.Text{
		ZH: "没有修正「{fix}」", FixZH: "用 zhuomo feedback fixes 查看已有的修正",
		EN: "there is no fix {fix}", FixEN: "list the fixes with: zhuomo feedback fixes",
	})
	NoSuchItem = fault.Define("feedback.no_such_item", fault.NotFound, fault.Text{
		ZH: "反馈箱里没有话轮「{turn}」", FixZH: "用 zhuomo feedback inbox 查看待处理的话轮",
		EN: "the inbox has no turn {turn}", FixEN: "list the open turns with: zhuomo feedback inbox",
	})
	NotLiveAnyMore = fault.Define("feedback.not_live_any_more", fault.Conflict, fault.Text{
		ZH: "修正「{fix}」的发布版已不在线上，无法撤回", FixZH: "在发布页选择要恢复的发布版",
		EN: "the release of fix {fix} is not live any more and cannot be taken back", FixEN: "choose the release to restore on the release page",
	})
)
