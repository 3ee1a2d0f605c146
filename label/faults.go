package label

import "zhuomo/internal/fault"

// What can be wrong with guidelines and answers.
var (
	BadYAML = fault.Define("label.bad_yaml", fault.Invalid, fault.Text{
		ZH: "标注规范第 {line} 行第 {column} 列有误：{problem}", FixZH: "改正这一处后重新保存；已保存的版本没有变",
		EN: "the guideline is wrong at line {line}, column {column}: {problem}", FixEN: "mend this place and save again; the saved versions are unchanged",
	})
	GuidelineLacks = fault.Define("label.guideline_lacks", fault.Invalid, fault.Text{
		ZH: "标注规范这里缺少「{part}」", FixZH: "补上后重新保存；已保存的版本没有变",
		EN: "the guideline lacks its {part} here", FixEN: "add it and save again; the saved versions are unchanged",
	})
	WrongTask = fault.Define("label.wrong_task", fault.Invalid, fault.Text{
		ZH: "标注规范的任务 task 是「{task}」，目前只支持 classify（分类）", FixZH: "写成 task: classify",
		EN: "the guideline's task is {task}, only classify is known", FixEN: "write task: classify",
	})
	BadLabelID = fault.Define("label.bad_label_id", fault.Invalid, fault.Text{
		ZH: "第 {number} 个标签的编号「{label}」缺失、重复或含有空格等符号", FixZH: "每个标签用一个不重复的编号：字母、数字、汉字、_ . : / -，至多 100 字",
		EN: "the id {label} of label {number} is missing, used twice, or has spaces or marks", FixEN: "give each label its own id of letters, digits, _ . : / -, at most 100",
	})
	BadContext = fault.Define("label.bad_context", fault.Invalid, fault.Text{
		ZH: "样例的上文「{line}」没有说是谁说的", FixZH: "以 客： 或 服： 开头",
		EN: "the context line {line} does not say who spoke", FixEN: "begin it with 客： (customer) or 服： (agent)",
	})
	ExamplesDiffer = fault.Define("label.examples_differ", fault.Invalid, fault.Text{
		ZH: "样例「{text}」前后标签不同：{first}；{second}", FixZH: "定下一种，两处写成一样",
		EN: "the example {text} has different labels in two places: {first}; {second}", FixEN: "decide on one and write it in both places",
	})
	GuidelineChanged = fault.Define("label.guideline_changed", fault.Conflict, fault.Text{
		ZH: "标注规范已被别人改到第 {version} 版", FixZH: "先看第 {version} 版，把你的修改合进去再保存",
		EN: "somebody has changed the guideline, it is at version {version}", FixEN: "look at version {version}, put your change into it and save again",
	})
	NoGuideline = fault.Define("label.no_guideline", fault.NotFound, fault.Text{
		ZH: "没有标注规范 {guideline}", FixZH: "先保存一份规范，或刷新列表",
		EN: "there is no guideline {guideline}", FixEN: "save one first, or refresh the list",
	})
	AnswerCount = fault.Define("label.answer_count", fault.Invalid, fault.Text{
		ZH: "应答了 {got} 个样例，应为 {want} 个", FixZH: "按规范样例的顺序，每个样例给一个答案",
		EN: "{got} examples were answered, there are {want}", FixEN: "answer each example of the guideline, in their order",
	})
	UnknownLabel = fault.Define("label.unknown_label", fault.Invalid, fault.Text{
		ZH: "规范里没有标签「{label}」", FixZH: "从规范的标签里选；需要新标签时先改规范",
		EN: "the guideline has no label {label}", FixEN: "choose one of its labels; add a new one to the guideline first",
	})
	LabelCount = fault.Define("label.label_count", fault.Invalid, fault.Text{
		ZH: "给了 {count} 个标签，这份规范要 {want} 个", FixZH: "留下合适的；拿不准就跳过并写明原因",
		EN: "{count} labels were given, this guideline takes {want}", FixEN: "keep those that fit; skip with a reason if you are not sure",
	})
	NotTogether = fault.Define("label.not_together", fault.Invalid, fault.Text{
		ZH: "「{label}」不能和「{other}」一起用", FixZH: "看规范里 {label} 一条，留下合适的",
		EN: "{label} cannot stand beside {other}", FixEN: "read the rule of {label} and keep what fits",
	})
)

// What can be wrong with queues.
var (
	NoQueue = fault.Define("label.no_queue", fault.NotFound, fault.Text{
		ZH: "没有队列 {queue}", FixZH: "刷新队列列表",
		EN: "there is no queue {queue}", FixEN: "refresh the list of queues",
	})
	QueueTaken = fault.Define("label.queue_taken", fault.Conflict, fault.Text{
		ZH: "已有名为「{name}」的队列", FixZH: "换一个名称",
		EN: "there is a queue called {name} already", FixEN: "choose another name",
	})
	QueueClosed = fault.Define("label.queue_closed", fault.Conflict, fault.Text{
		ZH: "队列「{name}」没有开放", FixZH: "等它装填完；已关闭的请组长另开一个",
		EN: "the queue {name} is not open", FixEN: "wait until it is filled; if it was closed, ask a lead for another",
	})
	EmptyQueue = fault.Define("label.empty_queue", fault.Invalid, fault.Text{
		ZH: "按这些条件没有选出任何行", FixZH: "检查要标注的列、说话人一列和它的取值",
		EN: "no row fulfils these conditions", FixEN: "check the column to label, the column of the speaker and its values",
	})
	BadOrder = fault.Define("label.bad_order", fault.Invalid, fault.Text{
		ZH: "队列设置「{setting}」是 {got}，应为 {want}", FixZH: "改成 {want}",
		EN: "the queue's {setting} is {got}, it should be {want}", FixEN: "make it {want}",
	})
	NoColumn = fault.Define("label.no_column", fault.Invalid, fault.Text{
		ZH: "这个版本没有列「{column}」，只有：{columns}", FixZH: "核对列名",
		EN: "this version has no column {column}, only: {columns}", FixEN: "check the name of the column",
	})
	WrongProduct = fault.Define("label.wrong_product", fault.Invalid, fault.Text{
		ZH: "数据版本 {version} 不属于这个产品", FixZH: "选本产品的数据版本",
		EN: "the dataset version {version} belongs to another product", FixEN: "choose one of this product",
	})
	NoSuggester = fault.Define("label.no_suggester", fault.Conflict, fault.Text{
		ZH: "还没有模型，不能按不确定程度排序", FixZH: "先训练一个模型，或改用 file、shuffled 顺序",
		EN: "there is no model yet that could tell what is uncertain", FixEN: "train a model first, or take the order file or shuffled",
	})
)

// What can be wrong with tasks, leases and annotations.
var (
	NoTask = fault.Define("label.no_task", fault.NotFound, fault.Text{
		ZH: "没有任务 {task}", FixZH: "重新领取任务",
		EN: "there is no task {task}", FixEN: "claim tasks again",
	})
	NobodyAsks = fault.Define("label.nobody_asks", fault.Invalid, fault.Text{
		ZH: "没有说是谁在标注", FixZH: "登录，或给出人员编号",
		EN: "it was not said who labels", FixEN: "sign in, or name the person",
	})
	LeaseLost = fault.Define("label.lease_lost", fault.Conflict, fault.Text{
		ZH: "任务 {task} 不在你手上：领取已过期，或由别人领走", FixZH: "先续领（心跳）再提交；不成就重新领取。已经提交的答案不受影响",
		EN: "you do not hold the task {task}: the lease has run out, or somebody else has it", FixEN: "renew the lease and submit again, or claim anew; submitted answers are safe",
	})
	IDReused = fault.Define("label.id_reused", fault.Conflict, fault.Text{
		ZH: "编号 {annotation} 已用于另一个答案", FixZH: "每次提交换一个新的编号（UUID）",
		EN: "the id {annotation} belongs to another answer", FixEN: "use a new id (UUID) for each submission",
	})
	BadSubmission = fault.Define("label.bad_submission", fault.Invalid, fault.Text{
		ZH: "提交的「{what}」不对", FixZH: "id 为 8–64 个字母、数字、点或连字符；seconds 在 0 到 86400 之间；模拟人员的编号以 sim- 开头",
		EN: "the {what} of a submission is wrong", FixEN: "id: 8–64 letters, digits, dots or hyphens; seconds: 0 to 86400; ids of simulated people begin with sim-",
	})
	NoAnnotation = fault.Define("label.no_annotation", fault.NotFound, fault.Text{
		ZH: "没有可以撤销的标注 {annotation}", FixZH: "只能撤销自己对任务的、还没有撤销的标注",
		EN: "there is no annotation {annotation} to undo", FixEN: "you can undo your own answers to tasks, once",
	})
	AlreadyJudged = fault.Define("label.already_judged", fault.Conflict, fault.Text{
		ZH: "任务 {task} 已由质检员裁定", FixZH: "请质检员改判",
		EN: "a reviewer has decided on the task {task}", FixEN: "ask a reviewer to decide anew",
	})
	NotDisputed = fault.Define("label.not_disputed", fault.Conflict, fault.Text{
		ZH: "任务 {task} 还在等答案，不用裁定", FixZH: "等人答完并结算后再裁定",
		EN: "the task {task} still waits for answers", FixEN: "let people answer and settle the queue first",
	})
	NoReason = fault.Define("label.no_reason", fault.Invalid, fault.Text{
		ZH: "跳过要写原因（至多 {limit} 字）", FixZH: "用几个字说明为什么答不了",
		EN: "a skip needs a reason (at most {limit} characters)", FixEN: "say in a few words why it cannot be answered",
	})
	NoSkip = fault.Define("label.no_skip", fault.NotFound, fault.Text{
		ZH: "任务 {task} 上没有这条跳过或提问", FixZH: "刷新列表，它可能已被收回",
		EN: "there is no such skip or question on the task {task}", FixEN: "refresh the list, it may have been taken back",
	})
	NothingToSend = fault.Define("label.nothing_to_send", fault.Conflict, fault.Text{
		ZH: "任务 {task} 没有可以退回的答案", FixZH: "刷新列表，答案可能已撤销或已退回",
		EN: "the task {task} has no answers to send back", FixEN: "refresh the list, they may have been undone or sent back already",
	})
	NoModel = fault.Define("label.no_model", fault.Conflict, fault.Text{
		ZH: "还没有模型可以检查", FixZH: "先训练一个模型",
		EN: "there is no model yet to check", FixEN: "train a model first",
	})
	NoGold = fault.Define("label.no_gold", fault.NotFound, fault.Text{
		ZH: "行 {row} 没有金标", FixZH: "核对行号；它可能还没有结算",
		EN: "the row {row} has no gold", FixEN: "check the row; it may not be settled yet",
	})
	BadGold = fault.Define("label.bad_gold", fault.Invalid, fault.Text{
		ZH: "金标缺少「{what}」", FixZH: "补上产品、行号、原文和人员",
		EN: "the gold lacks its {what}", FixEN: "give product, row, text and person",
	})
)

// What can be wrong with labels that are taken over from a file.
var (
	NoLabelColumn = fault.Define("label.no_label_column", fault.Invalid, fault.Text{
		ZH: "没有说哪一列是标签，也没有一列看起来像", FixZH: "选出写着标签的那一列；这个版本有：{columns}",
		EN: "it was not said which column holds the labels, and none looks like it", FixEN: "choose the column of the labels; this version has: {columns}",
	})
	NotLabels = fault.Define("label.not_labels", fault.Invalid, fault.Text{
		ZH: "列「{column}」不像标签：{rows} 行里有 {values} 种不同的值", FixZH: "标签是反复出现的少数几种值；换一列，或先把这一列整理成标签",
		EN: "the column {column} does not look like labels: {values} different values in {rows} rows", FixEN: "labels are few values that repeat: choose another column, or turn this one into labels first",
	})
	TooManyValues = fault.Define("label.too_many_values", fault.Invalid, fault.Text{
		ZH: "列「{column}」有 {values} 种不认得的值，一次至多 {limit} 种", FixZH: "换一列，或先把要用的标签写进规范",
		EN: "the column {column} has {values} values that are no labels, at most {limit} can be taken at once", FixEN: "choose another column, or write the labels you need into the guideline first",
	})
	NoValue = fault.Define("label.no_value", fault.Invalid, fault.Text{
		ZH: "列「{column}」里没有值「{value}」", FixZH: "照列里的写法填；用 --dry-run 看有哪些值",
		EN: "the column {column} has no value {value}", FixEN: "write it as the column does; --dry-run lists the values",
	})
	NothingToAdopt = fault.Define("label.nothing_to_adopt", fault.Invalid, fault.Text{
		ZH: "列「{column}」没有一行可采用：{filled} 行有值，{left} 行的值不是标签，{same} 行已有同样的金标，{differ} 行已有不同的金标", FixZH: "把不认得的值对上标签或设为新标签；要换掉不同的金标就选「替换」",
		EN: "no row of the column {column} can be taken over: {filled} rows have a value, {left} have one that is no label, {same} have the same gold already, {differ} another", FixEN: "map the unknown values to labels or make them new ones; choose replace to give rows with other gold the label of the file",
	})
	NoAdoption = fault.Define("label.no_adoption", fault.NotFound, fault.Text{
		ZH: "没有这次采用 {adoption}", FixZH: "刷新列表",
		EN: "there is no adoption {adoption}", FixEN: "refresh the list",
	})
	AdoptionRuns = fault.Define("label.adoption_runs", fault.Conflict, fault.Text{
		ZH: "这次采用还在进行", FixZH: "取消作业 {adoption}，已采用的行会一起收回；或等它做完",
		EN: "this adoption is still at work", FixEN: "cancel the job {adoption}, which takes its rows back, or wait for its end",
	})
	AllAdopted = fault.Define("label.all_adopted", fault.Invalid, fault.Text{
		ZH: "选出的行都已采用文件里的标签，没有要标的", FixZH: "想复查它们，就选「也标已采用的行」（with_adopted）",
		EN: "the labels of all these rows were taken over from the file, nothing is left to label", FixEN: "choose to label rows that were taken over too (with_adopted) to check them",
	})
)
