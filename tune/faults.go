package tune

import "zhuomo/internal/fault"

var (
	UnknownSampler = fault.Define("tune.unknown_sampler", fault.NotFound, fault.Text{
		ZH: "没有名为「{sampler}」的采样器", FixZH: "用 zhuomo tune samplers 查看有哪些，不填则用默认的",
		EN: "there is no sampler named {sampler}", FixEN: "list them with: zhuomo tune samplers; leave it out for the default",
	})
	NoDial = fault.Define("tune.no_dial", fault.Invalid, fault.Text{
		ZH: "参数「{param}」不能搜索", FixZH: "可以搜索的参数：{known}",
		EN: "parameter {param} cannot be searched", FixEN: "those that can: {known}",
	})
	BadRange = fault.Define("tune.bad_range", fault.Invalid, fault.Text{
		ZH: "参数「{param}」的搜索范围不对", FixZH: "范围要在 {range} 之内，最小值不大于最大值",
		EN: "the range to search for {param} is wrong", FixEN: "stay within {range}, the smallest not above the largest",
	})
	NoBudget = fault.Define("tune.no_budget", fault.Invalid, fault.Text{
		ZH: "没有给出试几次或试多久", FixZH: "给出试验次数或时间上限，次数 1–100,000",
		EN: "neither a number of trials nor a time limit was given", FixEN: "give a number of trials (1–100,000) or a time limit",
	})
	AllFailed = fault.Define("tune.all_failed", fault.Invalid, fault.Text{
		ZH: "{count} 次试验全都失败了，第一次的原因：{problem}", FixZH: "先用默认参数训练一次，看是否成功",
		EN: "all {count} trials failed, the first because: {problem}", FixEN: "train once with the defaults and see whether that works",
	})
	BadRace = fault.Define("tune.bad_race", fault.Invalid, fault.Text{
		ZH: "竞速的设置不对", FixZH: "折数 2–20，误停率在 0 和 1 之间，占全量拟合的份额在 0 和 1 之间",
		EN: "the settings of the race are wrong", FixEN: "2–20 folds, an error rate between 0 and 1, a share of the fits between 0 and 1",
	})
	StillRunning = fault.Define("tune.still_running", fault.Conflict, fault.Text{
		ZH: "实验「{study}」还在跑", FixZH: "等它跑完，或先停下",
		EN: "study {study} is still running", FixEN: "wait until it ends, or stop it first",
	})
	NoGoal = fault.Define("tune.no_goal", fault.Invalid, fault.Text{
		ZH: "「{goal}」不能当目标或上限", FixZH: "可以用 size_bytes（模型大小）和 row_us（每行微秒），上限要大于 0",
		EN: "{goal} cannot be a goal or a limit", FixEN: "use size_bytes (size of the model) and row_us (microseconds a row), limits above 0",
	})
	GoalsRace = fault.Define("tune.goals_race", fault.Invalid, fault.Text{
		ZH: "竞速不量大小和速度，不能同时有多个目标或上限", FixZH: "不用竞速，或只要得分",
		EN: "a race measures neither size nor speed and cannot have several goals or limits", FixEN: "do not race, or go by the score alone",
	})
	AllOver = fault.Define("tune.all_over", fault.Invalid, fault.Text{
		ZH: "{count} 次试验全都超出上限", FixZH: "放宽上限，或多试几次",
		EN: "all {count} trials are beyond the limits", FixEN: "widen the limits, or try more",
	})
	RaceFigure = fault.Define("tune.race_figure", fault.Invalid, fault.Text{
		ZH: "竞速只能按全对率比，不能按「{figure}」", FixZH: "目标改成 exact，或不用竞速",
		EN: "a race compares rows that are exactly right, it cannot go by {figure}", FixEN: "make exact the objective, or do not race",
	})
	TooFewRows = fault.Define("tune.too_few_rows", fault.Invalid, fault.Text{
		ZH: "能用来竞速的组（对话或不同的句子）只有 {count} 个，不够分成 {folds} 折", FixZH: "折数改少，或先多标一些",
		EN: "there are only {count} groups (conversations, or different sentences) to race on, too few for {folds} folds", FixEN: "use fewer folds, or label more first",
	})
	NoSuchStudy = fault.Define("tune.no_such_study", fault.NotFound, fault.Text{
		ZH: "没有调参实验「{study}」", FixZH: "用 zhuomo tune list 查看已有的实验",
		EN: "there is no study {study}", FixEN: "see zhuomo tune list for the studies there are",
	})
	NoObjective = fault.Define("tune.no_objective", fault.Broken, fault.Text{
		ZH: "调参阶段没有接上要优化的目标", FixZH: "这是程序装配的错误，请报告",
		EN: "tuning is not joined to an objective", FixEN: "this is a mistake in how the program is put together; please report it",
	})
)
