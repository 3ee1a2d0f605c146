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
	BadDeclared = fault.Define("tune.bad_declared", fault.Invalid, fault.Text{
		ZH: "参数「{param}」的声明不对", FixZH: "名称不能重复；数值要有 min 和 max（min 不大于 max，log 的 min 大于 0，int 的为整数）；choice 要有不重复的 choices",
		EN: "parameter {param} is declared wrongly", FixEN: "names must differ; numbers need min and max (min not above max, above 0 with log, whole for int); choice needs choices that differ",
	})
	BadName = fault.Define("tune.bad_name", fault.Invalid, fault.Text{
		ZH: "实验不能叫「{name}」", FixZH: "不超过 200 字节，也不能是 s 加数字：那是实验的序号",
		EN: "a study cannot be called {name}", FixEN: "at most 200 bytes, and not s with a number: those are the numbers of studies",
	})
	BadStopping = fault.Define("tune.bad_stopping", fault.Invalid, fault.Text{
		ZH: "没有叫「{stopping}」的提前停止规则", FixZH: "可用的：{known}，不填则不提前停",
		EN: "there is no rule {stopping} to stop trials early", FixEN: "there is {known}; leave it out to stop none",
	})
	NotOutside = fault.Define("tune.not_outside", fault.Conflict, fault.Text{
		ZH: "实验 {study} 由本程序自己测量，不能由外部程序问和报", FixZH: "用 zhuomo tune declare 声明一个由外部程序测量的实验",
		EN: "study {study} is measured by this program itself, not by programs outside", FixEN: "declare one for those with: zhuomo tune declare",
	})
	NotOurs = fault.Define("tune.not_ours", fault.Conflict, fault.Text{
		ZH: "实验 {study} 由外部程序测量，本程序不能运行它", FixZH: "让外部程序问（tune ask）和报（tune tell）",
		EN: "study {study} is measured by programs outside and cannot be run here", FixEN: "let a program ask (tune ask) and tell (tune tell)",
	})
	NoSuchTrial = fault.Define("tune.no_such_trial", fault.NotFound, fault.Text{
		ZH: "没有发出过试验 {number}", FixZH: "先用 tune ask 要一个试验；以前的试验用 tune import 收下",
		EN: "trial {number} was not given out", FixEN: "ask for one with tune ask first; bring earlier trials with tune import",
	})
	AlreadyTold = fault.Define("tune.already_told", fault.Conflict, fault.Text{
		ZH: "试验 {number} 已有结果", FixZH: "先到的结果算数，这一个不用再报；再要下一个试验",
		EN: "trial {number} has its result already", FixEN: "the first result counts, this one is not needed; ask for the next trial",
	})
	LeaseLost = fault.Define("tune.lease_lost", fault.Conflict, fault.Text{
		ZH: "试验 {number} 太久没有消息，已经发给别人", FixZH: "放下它，要下一个；测得久的把 lease_s 设长，或中途报告",
		EN: "trial {number} was without news for too long and was given to somebody else", FixEN: "leave it and ask for the next; for slow trials set a longer lease_s, or report on the way",
	})
	NoValue = fault.Define("tune.no_value", fault.Invalid, fault.Text{
		ZH: "试验 {number} 没有报告量到的值，或值不是有限的数", FixZH: "给出一个数，不超过 1e100；没量到就报告 state 为 failed",
		EN: "trial {number} was told without a value, or with one that is not a finite number", FixEN: "give a number within 1e100, or tell its state as failed",
	})
	StudyRuns = fault.Define("tune.study_runs", fault.Conflict, fault.Text{
		ZH: "实验 {study} 正在运行", FixZH: "先暂停：zhuomo tune pause",
		EN: "study {study} is running", FixEN: "pause it first: zhuomo tune pause",
	})
	RaceAlone = fault.Define("tune.race_alone", fault.Conflict, fault.Text{
		ZH: "实验 {study} 是竞速，逐行比较，收不了以前的试验", FixZH: "在不竞速的实验里收下它们",
		EN: "study {study} is a race, which compares row by row and cannot take earlier trials", FixEN: "bring them into a study without a race",
	})
	StudyOver = fault.Define("tune.study_over", fault.Conflict, fault.Text{
		ZH: "实验 {study} 已经结束", FixZH: "要继续就给更大的总次数：zhuomo tune resume --trials",
		EN: "study {study} is over", FixEN: "to go on, ask for a larger number of trials in all: zhuomo tune resume --trials",
	})
	TooManyTrials = fault.Define("tune.too_many_trials", fault.Invalid, fault.Text{
		ZH: "一个实验最多 {most} 次试验", FixZH: "分成几个实验，或只收下最好的",
		EN: "a study has at most {most} trials", FixEN: "split them over several studies, or bring only the best",
	})
	BadLine = fault.Define("tune.bad_line", fault.Invalid, fault.Text{
		ZH: "日志的一行不对", FixZH: "每行不含换行和空字符，不超过 {most} 字节",
		EN: "a line of the journal is wrong", FixEN: "no line breaks or NUL, and at most {most} bytes a line",
	})
	Crowded = fault.Define("tune.crowded", fault.Busy, fault.Text{
		ZH: "太多程序同时在用实验 {study}", FixZH: "过一会儿再试",
		EN: "too many programs use study {study} at the same time", FixEN: "try again in a moment",
	})
	NotMeasured = fault.Define("tune.not_measured", fault.Conflict, fault.Text{
		ZH: "实验 {study} 的第 {number} 次试验没有量完", FixZH: "选一次完成的试验：zhuomo tune show",
		EN: "trial {number} of study {study} was not measured to its end", FixEN: "choose one that is done: zhuomo tune show",
	})
	NothingToApply = fault.Define("tune.nothing_to_apply", fault.Invalid, fault.Text{
		ZH: "「{component}」是学习器，没有方案可存", FixZH: "用这组参数训练模型：zhuomo learn train --params",
		EN: "{component} is a learner: there is no recipe to keep", FixEN: "train a model with these parameters: zhuomo learn train --params",
	})
)
