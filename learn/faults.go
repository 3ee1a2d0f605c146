package learn

import "zhuomo/internal/fault"

var (
	NoExamples = fault.Define("learn.no_examples", fault.Invalid, fault.Text{
		ZH: "没有可学习的样例", FixZH: "先标注一些行，或检查所选的数据版本和切分",
		EN: "there are no examples to learn from", FixEN: "label some rows first, or check the version and the split chosen",
	})
	OneLabel = fault.Define("learn.one_label", fault.Invalid, fault.Text{
		ZH: "样例里的标签不够学习：只有「{label}」", FixZH: "再给至少一种其他标签的样例",
		EN: "too few labels to learn from: only {label}", FixEN: "add examples of at least one other label",
	})
	BadLabel = fault.Define("learn.bad_label", fault.Invalid, fault.Text{
		ZH: "第 {record} 个样例（行 {row}）的标签不对：{problem}", FixZH: "更正这一行的标签后重试",
		EN: "example {record} (row {row}) is labelled wrongly: {problem}", FixEN: "correct the labels of this row and try again",
	})
	TooManyLabels = fault.Define("learn.too_many_labels", fault.Invalid, fault.Text{
		ZH: "{labels} 种标签太多：内存上限 {limit_mb} MB 内每种标签只剩 {features} 个特征可用", FixZH: "合并或去掉少见的标签；如果每种标签只是一句答案，改用知识条目来检索",
		EN: "{labels} labels are too many: within {limit_mb} MB of memory only {features} features are left for them", FixEN: "merge or drop rare labels; where each label is just one answer, keep them as knowledge entries, which are searched",
	})
	TooMuchForSoftmax = fault.Define("learn.too_much_for_softmax", fault.Invalid, fault.Text{
		ZH: "loss=softmax 要给每一行、每种标签各记一个数：{rows} 行 × {labels} 种，超过了内存上限 {limit_mb} MB", FixZH: "用 loss=hinge，或合并少见的标签",
		EN: "loss=softmax keeps a number for each row and label: {rows} rows × {labels} labels are beyond {limit_mb} MB of memory", FixEN: "take loss=hinge, or merge rare labels",
	})
	NotNumbers = fault.Define("learn.not_numbers", fault.Invalid, fault.Text{
		ZH: "标签有高低时，要都是各不相同的数，「{label}」不是", FixZH: "把标签写成数（如 1、2、3），或关掉参数 ordered",
		EN: "ordered labels must be numbers, each once; {label} is not", FixEN: "write the labels as numbers (1, 2, 3), or turn the parameter ordered off",
	})
	BadVector = fault.Define("learn.bad_vector", fault.Invalid, fault.Text{
		ZH: "第 {record} 个样例（行 {row}）的向量长 {got}，应为 {want}", FixZH: "全部样例用同一个编码器，或都不用",
		EN: "the vector of example {record} (row {row}) has {got} numbers, wanted {want}", FixEN: "encode all examples by one encoder, or none",
	})
	NeedsVectors = fault.Define("learn.needs_vectors", fault.Invalid, fault.Text{
		ZH: "这个模型要编码器 {encoder} 的向量（{want} 维），给的是 {got} 维", FixZH: "用训练时的编码器文件夹：--encoder",
		EN: "this model needs vectors of the encoder {encoder} ({want} numbers), it was given {got}", FixEN: "use the folder of the encoder it was trained with: --encoder",
	})
	BadRules = fault.Define("learn.bad_rules", fault.Invalid, fault.Text{
		ZH: "规则文件「{file}」读不懂：{problem}", FixZH: "写成 YAML 列表，每条 {label: 标签, when: [正则…], not: [正则…]}",
		EN: "the rule set {file} cannot be read: {problem}", FixEN: "write a YAML list of {label: …, when: [expressions], not: [expressions]}",
	})
	NothingTaught = fault.Define("learn.nothing_taught", fault.Invalid, fault.Text{
		ZH: "老师对 {rows} 行没标的话一行也说不出训练数据里有的标签", FixZH: "老师的标签要和训练文件的标签同名；检查 --rest 是不是同一种话",
		EN: "of {rows} unlabelled rows the teacher knows none of the labels of the training data", FixEN: "the teacher's labels must have the names of those in the training file; check that --rest holds texts of the same kind",
	})
	UnseenLabel = fault.Define("learn.unseen_label", fault.Invalid, fault.Text{
		ZH: "{file} 第 {record} 条的标签「{label}」在训练数据里没有", FixZH: "把这个标签的样例加进训练数据，或更正它",
		EN: "{file}, record {record}: label {label} does not occur in the training data", FixEN: "add examples of the label to the training data, or correct it",
	})
	NotThisTask = fault.Define("learn.not_this_task", fault.Invalid, fault.Text{
		ZH: "学习器「{learner}」不做「{task}」这种任务", FixZH: "换一个学习器，或换任务：{known}",
		EN: "learner {learner} does not do the task {task}", FixEN: "choose another learner, or one of its tasks: {known}",
	})
	UnknownLearner = fault.Define("learn.unknown_learner", fault.NotFound, fault.Text{
		ZH: "没有名为「{learner}」的学习器", FixZH: "用 zhuomo learn learners 查看可用的学习器",
		EN: "there is no learner named {learner}", FixEN: "see zhuomo learn learners for those available",
	})
	UnknownLabel = fault.Define("learn.unknown_label", fault.NotFound, fault.Text{
		ZH: "模型没有标签「{label}」", FixZH: "用模型已有的标签",
		EN: "the model has no label {label}", FixEN: "use one of the model's labels",
	})
	NoReadings = fault.Define("learn.no_readings", fault.Invalid, fault.Text{
		ZH: "学习器「{learner}」的模型给不出几种读法", FixZH: "去掉 best；找片段的模型才有几种读法",
		EN: "models of {learner} do not tell several readings", FixEN: "leave best out; only models that find stretches have several readings",
	})
	NoRows = fault.Define("learn.no_rows", fault.NotFound, fault.Text{
		ZH: "这个模型没有带上训练行，查不到依据", FixZH: "重新训练，或连同训练行文件一起装入",
		EN: "the model came without its training rows, so its witnesses are unknown", FixEN: "train it again, or load it together with its rows file",
	})
	Damaged = fault.Define("learn.damaged", fault.Invalid, fault.Text{
		ZH: "模型文件已损坏或不是模型文件：{problem}", FixZH: "重新训练，或从备份恢复",
		EN: "the model file is damaged or is not a model: {problem}", FixEN: "train it again, or restore it from a backup",
	})
	BadFile = fault.Define("learn.bad_file", fault.Invalid, fault.Text{
		ZH: "文件「{file}」不能用来训练：{problem}", FixZH: "给一个 UTF-8 的 CSV、TSV 或 JSONL 文件，含文本列和标签列；列名可用 --text 和 --label 指定",
		EN: "file {file} cannot be trained on: {problem}", FixEN: "give a UTF-8 CSV, TSV or JSONL file with a column of texts and one of labels; name them with --text and --label",
	})
	UnknownTask = fault.Define("learn.unknown_task", fault.Invalid, fault.Text{
		ZH: "没有「{task}」这种任务", FixZH: "用 classify（每行一个标签）、tag（每行任意个标签，用 | 分隔）或 spans（句中片段）",
		EN: "there is no task {task}", FixEN: "use classify (one label a row), tag (any number of labels, separated by |) or spans (stretches of a text)",
	})
	NoSuchModel = fault.Define("learn.no_such_model", fault.NotFound, fault.Text{
		ZH: "没有模型「{model}」", FixZH: "用 zhuomo learn list 查看已有的模型",
		EN: "there is no model {model}", FixEN: "see zhuomo learn list for the models there are",
	})
	NoSource = fault.Define("learn.no_source", fault.Broken, fault.Text{
		ZH: "学习阶段没有接上数据来源", FixZH: "这是程序装配的错误，请报告",
		EN: "learning is not joined to a source of examples", FixEN: "this is a mistake in how the program is put together; please report it",
	})
)
