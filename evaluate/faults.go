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
)
