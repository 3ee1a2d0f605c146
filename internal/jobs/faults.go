package jobs

import "zhuomo/internal/fault"

// The faults of background work.
var (
	NotFound = fault.Define("jobs.not_found", fault.NotFound, fault.Text{
		ZH: "没有作业 {id}", FixZH: "用 zhuomo jobs list 查看现有作业",
		EN: "there is no job {id}", FixEN: "see the jobs there are with zhuomo jobs list",
	})
	Over = fault.Define("jobs.over", fault.Conflict, fault.Text{
		ZH: "作业 {id} 已经结束（{state}），不能取消", FixZH: "无需处理；需要时可重新发起",
		EN: "job {id} has ended already ({state}) and cannot be cancelled", FixEN: "nothing to do; start it again if you need it",
	})
	NoRetry = fault.Define("jobs.no_retry", fault.Conflict, fault.Text{
		ZH: "作业 {id} 的状态是 {state}，不能重试", FixZH: "只有失败或已取消的作业可以重试；已完成的请重新发起",
		EN: "job {id} is {state} and cannot be retried", FixEN: "only failed or cancelled jobs can be retried; start a finished one again",
	})
	Twin = fault.Define("jobs.twin", fault.Conflict, fault.Text{
		ZH: "同样的作业正在排队或运行，不能再重试 {id}", FixZH: "等那个作业结束，或先取消它",
		EN: "the same work is queued or running already; {id} cannot be retried beside it", FixEN: "wait for that job to end, or cancel it first",
	})
	Panicked = fault.Define("jobs.panicked", fault.Broken, fault.Text{
		ZH: "作业 {id}（{kind}）因程序缺陷中断", FixZH: "把作业编号交给管理员，日志里有详情；修复后可重试",
		EN: "job {id} ({kind}) was ended by a bug in the program", FixEN: "give the job id to the administrator, the log has the details; retry after the repair",
	})
	Broke = fault.Define("jobs.broken", fault.Broken, fault.Text{
		ZH: "作业 {id}（{kind}）执行时程序内部出错", FixZH: "可以重试；若再次失败，把作业编号交给管理员，日志里有详情",
		EN: "something broke inside the program while job {id} ({kind}) ran", FixEN: "retry it; if it fails again give the job id to the administrator, the log has the details",
	})
	KeptCrashing = fault.Define("jobs.kept_crashing", fault.Broken, fault.Text{
		ZH: "程序在这个作业运行时连续 {times} 次意外退出，已停止自动继续", FixZH: "检查内存和磁盘是否充足、日志里有无异常，再重试",
		EN: "the program ended unexpectedly {times} times in a row while this job ran; it is no longer resumed by itself", FixEN: "check memory, disk and the log, then retry it",
	})
)
