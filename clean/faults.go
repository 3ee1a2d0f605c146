package clean

import "zhuomo/internal/fault"

var (
	// NoSuchColumn: a step names a column that the rows do not have.
	NoSuchColumn = fault.Define("clean.no_such_column", fault.Invalid, fault.Text{
		ZH: "算子「{operator}」要处理的列「{column}」不存在", FixZH: "现有的列：{known}",
		EN: "operator {operator} names column {column}, which does not exist", FixEN: "the columns are: {known}",
	})
	// ColumnNeeded: a step cannot work without a column that it did not find.
	ColumnNeeded = fault.Define("clean.column_needed", fault.Invalid, fault.Text{
		ZH: "算子「{operator}」需要知道哪一列是「{param}」", FixZH: "在参数 {param} 里填列名；现有的列：{known}",
		EN: "operator {operator} must know which column is the {param}", FixEN: "name it in the parameter {param}; the columns are: {known}",
	})
	// BadPattern: a regular expression does not parse.
	BadPattern = fault.Define("clean.bad_pattern", fault.Invalid, fault.Text{
		ZH: "正则表达式「{pattern}」有误：{problem}", FixZH: "按 RE2 语法修改（不支持反向引用和环视）",
		EN: "the regular expression {pattern} is wrong: {problem}", FixEN: "write it in RE2 syntax (no back references, no look-around)",
	})
	// BadMapping: an entry of a value map has no equals sign.
	BadMapping = fault.Define("clean.bad_mapping", fault.Invalid, fault.Text{
		ZH: "对照表的一项「{entry}」不是“原值=新值”", FixZH: "写成 原值=新值，每项一条",
		EN: "the entry {entry} is not old=new", FixEN: "write old=new, one per entry",
	})
	// BadYAML: a recipe file does not parse.
	BadYAML = fault.Define("clean.bad_yaml", fault.Invalid, fault.Text{
		ZH: "清洗方案第 {line} 行第 {column} 列有误：{problem}", FixZH: "改正这一处；写法见 docs/formats/recipe.md",
		EN: "the recipe is wrong at line {line}, column {column}: {problem}", FixEN: "mend this place; docs/formats/recipe.md shows how to write it",
	})
	// UnknownOperator: a step uses an operator that is not built in.
	UnknownOperator = fault.Define("clean.unknown_operator", fault.Invalid, fault.Text{
		ZH: "第 {step} 步的算子「{operator}」不存在", FixZH: "最接近的是「{nearest}」；可用 zhuomo clean operators 查看全部",
		EN: "step {step} uses operator {operator}, which does not exist", FixEN: "the nearest is {nearest}; zhuomo clean operators lists all",
	})
	// BadStep: a step is neither an operator nor another recipe, or both.
	BadStep = fault.Define("clean.bad_step", fault.Invalid, fault.Text{
		ZH: "第 {step} 步必须写 use（算子）或 recipe（另一个方案），二者选一", FixZH: "例如 use: clean.width.v1",
		EN: "step {step} must name either use (an operator) or recipe (another recipe)", FixEN: "for example use: clean.width.v1",
	})
	// NoName: a recipe has no name.
	NoName = fault.Define("clean.no_name", fault.Invalid, fault.Text{
		ZH: "清洗方案没有名称", FixZH: "加上一行 name: 名称",
		EN: "the recipe has no name", FixEN: "add a line name: …",
	})
	// CyclicRecipe: recipes include each other in a circle.
	CyclicRecipe = fault.Define("clean.cyclic_recipe", fault.Invalid, fault.Text{
		ZH: "清洗方案互相引用成了圈：{cycle}", FixZH: "去掉其中一处 recipe 引用",
		EN: "the recipes include each other in a circle: {cycle}", FixEN: "remove one of these inclusions",
	})
	// NoSuchRecipe: the named recipe is not there.
	NoSuchRecipe = fault.Define("clean.no_such_recipe", fault.NotFound, fault.Text{
		ZH: "没有清洗方案「{recipe}」", FixZH: "用 zhuomo clean list 查看现有方案",
		EN: "there is no recipe {recipe}", FixEN: "zhuomo clean list shows the recipes",
	})
	// RecipeChanged: somebody else saved the recipe in the meantime.
	RecipeChanged = fault.Define("clean.recipe_changed", fault.Conflict, fault.Text{
		ZH: "清洗方案已被别人改过（现在是第 {revision} 版）", FixZH: "重新打开，看过新内容再保存",
		EN: "the recipe was changed by somebody else (now revision {revision})", FixEN: "open it again and look at the new text before saving",
	})
	// NoSuchRun: the named cleaning run is not there.
	NoSuchRun = fault.Define("clean.no_such_run", fault.NotFound, fault.Text{
		ZH: "没有清洗运行「{run}」", FixZH: "检查编号",
		EN: "there is no cleaning run {run}", FixEN: "check the id",
	})
	// RunNotDone: the run has no result yet.
	RunNotDone = fault.Define("clean.run_not_done", fault.Conflict, fault.Text{
		ZH: "清洗运行「{run}」还没有结果（状态：{state}）", FixZH: "等它完成，或看它的错误",
		EN: "the cleaning run {run} has no result yet (state: {state})", FixEN: "wait until it is done, or look at its error",
	})
	// NotInQuarantine: a row to put back is not in the quarantine.
	NotInQuarantine = fault.Define("clean.not_in_quarantine", fault.NotFound, fault.Text{
		ZH: "第「{row}」行不在隔离区里", FixZH: "刷新隔离区再选",
		EN: "row {row} is not in the quarantine", FixEN: "refresh the quarantine and choose again",
	})
	// NothingChosen: no row was named.
	NothingChosen = fault.Define("clean.nothing_chosen", fault.Invalid, fault.Text{
		ZH: "没有选中任何行", FixZH: "至少选一行",
		EN: "no row was chosen", FixEN: "choose at least one row",
	})
	// CountsDisagree: rows were lost or doubled; a bug, never the user's fault.
	CountsDisagree = fault.Define("clean.counts_disagree", fault.Broken, fault.Text{
		ZH: "清洗前后行数对不上：进 {in}，出 {out}，隔离 {aside}，拆分增加 {split}", FixZH: "结果没有保存；请把运行编号交给管理员",
		EN: "the row counts do not add up: in {in}, out {out}, set aside {aside}, added by splits {split}", FixEN: "nothing was saved; give the run's id to the administrator",
	})
	// JournalBroken: the record of a run cannot be read.
	JournalBroken = fault.Define("clean.journal_broken", fault.Broken, fault.Text{
		ZH: "清洗记录读不出来", FixZH: "从备份恢复数据文件夹，或重新运行清洗",
		EN: "the record of the cleaning run cannot be read", FixEN: "restore the data folder from a backup, or clean again",
	})
	// NothingToTurn: no step of a recipe may be tuned.
	NothingToTurn = fault.Define("clean.nothing_to_turn", fault.Invalid, fault.Text{
		ZH: "清洗方案「{recipe}」没有可以调的步骤", FixZH: "加上别的步骤：护住个人信息的和改变列的不能调",
		EN: "recipe {recipe} has no step that may be tuned", FixEN: "add other steps: those that guard privacy or change the columns stay as they are",
	})
)
