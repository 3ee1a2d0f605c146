package track

import "zhuomo/internal/fault"

var (
	NoSuchRun = fault.Define("track.no_such_run", fault.NotFound, fault.Text{
		ZH: "没有运行记录「{run}」", FixZH: "用 zhuomo track runs 查看已有的运行",
		EN: "there is no run {run}", FixEN: "list the runs with: zhuomo track runs",
	})
	NothingToTrace = fault.Define("track.nothing_to_trace", fault.NotFound, fault.Text{
		ZH: "「{id}」不是已知的话轮、行，也不是「文件名:记录号」", FixZH: "给出话轮编号、行编号，或例如 chats_1.csv:48（Excel 为 文件名/表名:记录号）",
		EN: "{id} is no known turn or row, nor file:record", FixEN: "give a turn id, a row id, or for example chats_1.csv:48 (Excel: file/sheet:record)",
	})
)
