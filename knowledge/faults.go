package knowledge

import "zhuomo/internal/fault"

// What can be wrong with an entry.
var (
	NoQuestion = fault.Define("knowledge.no_question", fault.Invalid, fault.Text{
		ZH: "条目没有问题", FixZH: "写一句用户会怎么问",
		EN: "the entry has no question", FixEN: "write down how a user would ask",
	})
	NoAnswer = fault.Define("knowledge.no_answer", fault.Invalid, fault.Text{
		ZH: "条目没有答案", FixZH: "至少写一段文字答案",
		EN: "the entry has no answer", FixEN: "write at least one text part",
	})
	BadPart = fault.Define("knowledge.bad_part", fault.Invalid, fault.Text{
		ZH: "答案第 {number} 段的 {field} 缺失或不对", FixZH: "文字段要有 text，卡片要有 title，图片的 url 要以 https:// 或 / 开头，按钮要有 text 和 send",
		EN: "part {number} of the answer has no valid {field}", FixEN: "a text needs text, a card a title, an image a url that begins with https:// or /, an action text and send",
	})
	TooLong = fault.Define("knowledge.too_long", fault.Invalid, fault.Text{
		ZH: "{what} 超过上限 {limit}", FixZH: "缩短，或拆成几条",
		EN: "{what} is over the limit of {limit}", FixEN: "shorten it, or split it into several entries",
	})
	BadConditions = fault.Define("knowledge.bad_conditions", fault.Invalid, fault.Text{
		ZH: "失效时间不晚于生效时间", FixZH: "改正生效与失效时间",
		EN: "the entry ends before it begins", FixEN: "correct valid_from and valid_to",
	})
	BadState = fault.Define("knowledge.bad_state", fault.Invalid, fault.Text{
		ZH: "没有「{state}」这种状态", FixZH: "可用：draft（草稿）、live（生效）",
		EN: "there is no state {state}", FixEN: "use draft or live",
	})
	NoEntry = fault.Define("knowledge.no_entry", fault.NotFound, fault.Text{
		ZH: "没有知识条目 {entry}", FixZH: "刷新列表；移除的条目可以恢复",
		EN: "there is no entry {entry}", FixEN: "refresh the list; removed entries can be restored",
	})
	NoRevision = fault.Define("knowledge.no_revision", fault.NotFound, fault.Text{
		ZH: "条目 {entry} 没有第 {revision} 版", FixZH: "查看它的历史版次",
		EN: "entry {entry} has no revision {revision}", FixEN: "look at its history",
	})
	EntryTaken = fault.Define("knowledge.entry_taken", fault.Conflict, fault.Text{
		ZH: "编号 {entry} 已被使用", FixZH: "换一个编号，或修改原条目",
		EN: "the id {entry} is in use", FixEN: "choose another id, or edit that entry",
	})
)

// What can be wrong with files and snapshots.
var (
	BrokenFile = fault.Define("knowledge.broken_file", fault.Invalid, fault.Text{
		ZH: "文件第 {line} 行读不下去：{problem}", FixZH: "改正这一行后重新导入；没有任何内容被改动",
		EN: "the file cannot be read at line {line}: {problem}", FixEN: "correct that line and import again; nothing was changed",
	})
	NoHeader = fault.Define("knowledge.no_header", fault.Invalid, fault.Text{
		ZH: "找不到「问题」和「答案」列，只看到：{found}", FixZH: "第一行写列名：问题、相似问、答案、分类",
		EN: "there is no question and answer column, only: {found}", FixEN: "name the columns in the first line: question, variants, answer, category",
	})
	TooMuch = fault.Define("knowledge.too_much", fault.Invalid, fault.Text{
		ZH: "文件超过上限 {limit}", FixZH: "拆成几个文件分批导入",
		EN: "the file is over the limit of {limit}", FixEN: "split it and import the parts",
	})
	NoImport = fault.Define("knowledge.no_import", fault.NotFound, fault.Text{
		ZH: "没有导入 {import}", FixZH: "编号在导入后的答复里",
		EN: "there is no import {import}", FixEN: "its id is in the answer to the import",
	})
	BadSnapshot = fault.Define("knowledge.bad_snapshot", fault.Invalid, fault.Text{
		ZH: "知识快照已损坏或不是琢磨写的（{problem}）", FixZH: "重新发布，或从备份取回",
		EN: "the knowledge snapshot is damaged or not ours ({problem})", FixEN: "release again, or restore it from a backup",
	})
)

// What can be wrong with tables and queries.
var (
	EmptyTable = fault.Define("knowledge.empty_table", fault.Invalid, fault.Text{
		ZH: "实体表「{table}」没有名称、列或行", FixZH: "第一行写列名，其后每行一个实体",
		EN: "the table {table} has no name, columns or rows", FixEN: "name the columns in the first line, then one entity a line",
	})
	TableTooLarge = fault.Define("knowledge.table_too_large", fault.Invalid, fault.Text{
		ZH: "实体表超过上限（{rows} 行、{columns} 列）", FixZH: "拆成几张表",
		EN: "the table is over the limit ({rows} rows, {columns} columns)", FixEN: "split it into several tables",
	})
	WideRow = fault.Define("knowledge.wide_row", fault.Invalid, fault.Text{
		ZH: "第 {record} 行有 {got} 格，应为 {want} 格", FixZH: "检查这一行的分隔符和引号",
		EN: "row {record} has {got} cells instead of {want}", FixEN: "check the delimiters and quotes of that row",
	})
	SameColumn = fault.Define("knowledge.same_column", fault.Invalid, fault.Text{
		ZH: "表「{table}」的列名「{column}」为空或重复", FixZH: "给每一列一个不同的名字",
		EN: "the table {table} has an empty or repeated column name: {column}", FixEN: "give every column a name of its own",
	})
	SameKey = fault.Define("knowledge.same_key", fault.Invalid, fault.Text{
		ZH: "表「{table}」第 {record} 行的名称「{key}」为空，或与第 {first} 行重复", FixZH: "合并这两行，或换一个主列",
		EN: "row {record} of {table} has an empty key, or that of row {first}: {key}", FixEN: "merge the two rows, or choose another key column",
	})
	NoTable = fault.Define("knowledge.no_table", fault.NotFound, fault.Text{
		ZH: "没有实体表「{table}」", FixZH: "先导入这张表，或改用已有的表名",
		EN: "there is no table {table}", FixEN: "import it first, or use the name of an existing one",
	})
	NoColumn = fault.Define("knowledge.no_column", fault.Invalid, fault.Text{
		ZH: "表「{table}」没有列「{column}」", FixZH: "核对列名",
		EN: "the table {table} has no column {column}", FixEN: "check the name of the column",
	})
	BadFilter = fault.Define("knowledge.bad_filter", fault.Invalid, fault.Text{
		ZH: "筛选条件不对：{op} {value}", FixZH: "可用的比较：{known}；大小比较要给数字",
		EN: "the filter is wrong: {op} {value}", FixEN: "the comparisons are {known}; sizes are compared with a number",
	})
)
