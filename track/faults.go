package track

import "zhuomo/internal/fault"

var (
	NoSuchRun = fault.Define("track.no_such_run", fault.NotFound, fault.Text{
		ZH: "没有运行记录「{run}」", FixZH: "用 zhuomo track runs 查看已有的运行",
		EN: "there is no run {run}", FixEN: "list the runs with: zhuomo track runs",
	})
	NothingMade = fault.Define("track.nothing_made", fault.NotFound, fault.Text{
		ZH: "没有 {kind}「{id}」的来龙去脉", FixZH: "核对类别和编号；编号从 zhuomo track runs 的 inputs 和 outputs 里看",
		EN: "there is no lineage of {kind} {id}", FixEN: "check kind and id; they stand in the inputs and outputs of: zhuomo track runs --json",
	})
	NothingToTrace = fault.Define("track.nothing_to_trace", fault.NotFound, fault.Text{
		ZH: "「{id}」不是已知的话轮、行，也不是「文件名:记录号」", FixZH: "给出话轮编号、行编号，或例如 chats_1.csv:48（Excel 为 文件名/表名:记录号）",
		EN: "{id} is no known turn or row, nor file:record", FixEN: "give a turn id, a row id, or for example chats_1.csv:48 (Excel: file/sheet:record)",
	})
)
