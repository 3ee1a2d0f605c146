package evaluate

import "zhuomo/internal/fault"

var (
	BrokenSuite = fault.Define("evaluate.broken_suite", fault.Invalid, fault.Text{
		ZH: "测试集读不懂：{problem}", FixZH: "按 docs/formats/suite.md 的写法修改这一处",
		EN: "the suite cannot be read: {problem}", FixEN: "mend this place as docs/formats/suite.md describes",
	})
	BrokenGate = fault.Define("evaluate.broken_gate", fault.Invalid, fault.Text{
		ZH: "门禁读不懂：{problem}", FixZH: "按 docs/formats/gate.md 的写法修改这一处",
		EN: "the gate cannot be read: {problem}", FixEN: "mend this place as docs/formats/gate.md describes",
	})
	NothingCosts = fault.Define("evaluate.nothing_costs", fault.Invalid, fault.Text{
		ZH: "费用表里每一项都是 0，选不出阈值", FixZH: "至少写一项大于 0 的费用，例如答错一次多少钱",
		EN: "every cost is 0, so no threshold is better than another", FixEN: "give at least one cost above 0, as that of a wrong answer",
	})
	TooFewToWeigh = fault.Define("evaluate.too_few_to_weigh", fault.Conflict, fault.Text{
		ZH: "金标太少，选不出阈值：至少要 {least} 段会话、两种标签", FixZH: "多标一些再算",
		EN: "there is too little gold to choose thresholds: it takes {least} conversations and two labels", FixEN: "label more, then weigh again",
	})
	BadBands = fault.Define("evaluate.bad_bands", fault.Invalid, fault.Text{
		ZH: "给选项的界不能高于答的界", FixZH: "把 offer 改到不高于 answer",
		EN: "the offer border cannot lie above the answer border", FixEN: "make offer at most answer",
	})
	NothingToJudge = fault.Define("evaluate.nothing_to_judge", fault.Invalid, fault.Text{
		ZH: "评测部分没有样例", FixZH: "先标注并切分出评测（test）部分",
		EN: "the test split has no example", FixEN: "label rows and split off a test part first",
	})
	NoSuchReport = fault.Define("evaluate.no_such_report", fault.NotFound, fault.Text{
		ZH: "没有评测报告「{report}」", FixZH: "用 zhuomo evaluate list 查看已有的报告",
		EN: "there is no report {report}", FixEN: "list the reports with: zhuomo evaluate list",
	})
	NoSuchSuite = fault.Define("evaluate.no_such_suite", fault.NotFound, fault.Text{
		ZH: "产品还没有测试集", FixZH: "用 zhuomo evaluate suite 保存一份测试集",
		EN: "the product has no suite yet", FixEN: "save one with: zhuomo evaluate suite",
	})
	NoSuchFlip = fault.Define("evaluate.no_such_flip", fault.NotFound, fault.Text{
		ZH: "报告 {report} 里没有行 {row} 的翻转", FixZH: "用 zhuomo evaluate flips 看这份报告的翻转",
		EN: "report {report} has no flip of row {row}", FixEN: "see the flips with: zhuomo evaluate flips",
	})
	GateNotPassed = fault.Define("evaluate.gate_not_passed", fault.Conflict, fault.Text{
		ZH: "门禁只过了 {passed}/{total} 条", FixZH: "改好没过的检查再评测，或由组长写明理由签发",
		EN: "the gate holds only {passed} of {total}", FixEN: "mend the failing checks and judge again, or let a lead sign with a reason",
	})
	OverrideDenied = fault.Define("evaluate.override_denied", fault.Denied, fault.Text{
		ZH: "门禁没过，只有组长或所有者能写明理由签发", FixZH: "请组长来签，或先让门禁通过",
		EN: "the gate refused, and only a lead or owner may sign with a reason", FixEN: "ask a lead to sign, or make the gate pass",
	})
	CannotSign = fault.Define("evaluate.cannot_sign", fault.Conflict, fault.Text{
		ZH: "这里不能建立发布版", FixZH: "在完整的琢磨服务上签发",
		EN: "releases cannot be made here", FixEN: "sign on a complete Zhuomo service",
	})
	NoFlowToSign = fault.Define("evaluate.no_flow_to_sign", fault.Conflict, fault.Text{
		ZH: "产品还没有对话流程，发布版缺它不成", FixZH: "先在「交互」里建一个流程",
		EN: "the product has no flow yet, and a release needs one", FixEN: "draw a flow first",
	})
	NoSuchBatch = fault.Define("evaluate.no_such_batch", fault.NotFound, fault.Text{
		ZH: "没有批量测试「{batch}」", FixZH: "用 zhuomo evaluate batches 查看已有的批量测试",
		EN: "there is no batch test {batch}", FixEN: "list them with: zhuomo evaluate batches",
	})
	NoSuchColumn = fault.Define("evaluate.no_such_column", fault.Invalid, fault.Text{
		ZH: "表里没有列「{column}」", FixZH: "换成表里有的列：{known}",
		EN: "the sheet has no column {column}", FixEN: "choose one of its columns: {known}",
	})
	TooManyRows = fault.Define("evaluate.too_many_rows", fault.Invalid, fault.Text{
		ZH: "表太大，一次最多 {most} 行、{bytes} 字节", FixZH: "把表分成几份，分别测",
		EN: "the sheet is too large: at most {most} rows and {bytes} bytes at once", FixEN: "part the sheet and test each part",
	})
	BatchRuns = fault.Define("evaluate.batch_runs", fault.Conflict, fault.Text{
		ZH: "这份批量测试正在跑", FixZH: "等它跑完，或先停下它",
		EN: "this batch test is running", FixEN: "wait for its end, or stop it first",
	})
)
