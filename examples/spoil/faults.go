package spoil

import "zhuomo/internal/fault"

// Faults of the spoiler.
var (
	SamePlace = fault.Define("spoil.same_place", fault.Invalid, fault.Text{
		ZH:    "脏数据和真值不能放在同一个文件夹：{place}",
		FixZH: "给真值另选一个文件夹，清洗流程不能读到它",
		EN:    "dirty files and truth cannot lie in one folder: {place}",
		FixEN: "give the truth a folder of its own that the loop cannot read",
	})
	BadTruth = fault.Define("spoil.bad_truth", fault.Broken, fault.Text{
		ZH:    "真值文件 {file} 读不了：{problem}",
		FixZH: "用同一个种子重新生成",
		EN:    "the truth file {file} cannot be read: {problem}",
		FixEN: "make it again with the same seed",
	})
)
