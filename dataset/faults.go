package dataset

import "zhuomo/internal/fault"

// What can be wrong with a file that comes in.
var (
	EmptyFile = fault.Define("dataset.empty_file", fault.Invalid, fault.Text{
		ZH: "文件「{name}」是空的", FixZH: "请检查导出是否完成，换一个有内容的文件",
		EN: "the file {name} is empty", FixEN: "check that its export finished, and choose a file with content",
	})
	UnknownFormat = fault.Define("dataset.unknown_format", fault.Invalid, fault.Text{
		ZH: "认不出文件「{name}」的格式", FixZH: "请在设置里指定格式：{known}",
		EN: "the format of {name} is not recognised", FixEN: "name the format in the settings: {known}",
	})
	NoSuchFormat = fault.Define("dataset.no_such_format", fault.Invalid, fault.Text{
		ZH: "没有「{format}」这种格式", FixZH: "可用的格式：{known}",
		EN: "there is no format {format}", FixEN: "the formats are: {known}",
	})
	NotText = fault.Define("dataset.not_text", fault.Invalid, fault.Text{
		ZH: "「{name}」不是文本：第 {byte} 字节处是二进制内容", FixZH: "内容像是{looks}；请选对格式，或先导出成文本",
		EN: "{name} is not text: there is binary content at byte {byte}", FixEN: "it looks like {looks}; choose that format, or export it as text first",
	})
	UnknownEncoding = fault.Define("dataset.unknown_encoding", fault.Invalid, fault.Text{
		ZH: "没有编码「{encoding}」", FixZH: "可用的编码：{known}",
		EN: "there is no encoding {encoding}", FixEN: "the encodings are: {known}",
	})
	LineTooLong = fault.Define("dataset.line_too_long", fault.Invalid, fault.Text{
		ZH: "「{name}」第 {line} 行（从第 {byte} 字节起）超过 {limit}", FixZH: "请检查换行符和引号，把这一行拆开后再导入",
		EN: "line {line} of {name}, which begins at byte {byte}, is longer than {limit}", FixEN: "check line ends and quotes, split that line, and import again",
	})
	Damaged = fault.Define("dataset.damaged_file", fault.Invalid, fault.Text{
		ZH: "「{name}」不是完好的 {format} 文件（{where}）", FixZH: "请重新导出或下载这个文件；原件已保留",
		EN: "{name} is not a sound {format} file ({where})", FixEN: "export or download the file again; the original is kept",
	})
	ArchiveTooBig = fault.Define("dataset.archive_too_big", fault.Invalid, fault.Text{
		ZH: "压缩包「{name}」里的「{member}」展开后超过限制：{limit}", FixZH: "这可能是压缩炸弹；确认可信后请先解压，再分批导入",
		EN: "{member} in the archive {name} unpacks beyond the limit: {limit}", FixEN: "this may be a zip bomb; if you trust it, unpack it first and import it in parts",
	})
	PathEscape = fault.Define("dataset.path_escape", fault.Invalid, fault.Text{
		ZH: "压缩包「{name}」里的路径「{member}」指向包外", FixZH: "这个压缩包不安全；请向提供者要一个干净的包",
		EN: "the path {member} in the archive {name} points outside it", FixEN: "the archive is not safe; ask its provider for a clean one",
	})
	NoSuchPart = fault.Define("dataset.no_such_part", fault.Invalid, fault.Text{
		ZH: "「{name}」里没有「{part}」", FixZH: "现有的工作表或表：{known}",
		EN: "{name} has no part {part}", FixEN: "its sheets or tables are: {known}",
	})
	TooManyColumns = fault.Define("dataset.too_many_columns", fault.Invalid, fault.Text{
		ZH: "「{name}」超过 {limit} 列", FixZH: "请检查分隔符，或只导出需要的列",
		EN: "{name} has more than {limit} columns", FixEN: "check the delimiter, or export only the columns you need",
	})
	NoRecords = fault.Define("dataset.no_records", fault.Invalid, fault.Text{
		ZH: "「{name}」里没有任何记录", FixZH: "请检查所选的工作表、表或格式",
		EN: "{name} holds no records", FixEN: "check the sheet, table or format that was chosen",
	})
	AlreadyImported = fault.Define("dataset.already_imported", fault.Conflict, fault.Text{
		ZH: "文件「{name}」已在这个数据集里", FixZH: "不必再导入；要换设置重导请用“替换”方式",
		EN: "the file {name} is already in this dataset", FixEN: "there is nothing to do; to import it with other settings use mode replace",
	})
)

// What can be wrong with a request.
var (
	NoSuchProduct = fault.Define("dataset.no_such_product", fault.NotFound, fault.Text{
		ZH: "没有产品「{product}」", FixZH: "请从产品列表里选择",
		EN: "there is no product {product}", FixEN: "choose one from the list of products",
	})
	NoSuchDataset = fault.Define("dataset.no_such_dataset", fault.NotFound, fault.Text{
		ZH: "没有数据集「{dataset}」", FixZH: "请从数据集列表里选择",
		EN: "there is no dataset {dataset}", FixEN: "choose one from the list of datasets",
	})
	NoSuchVersion = fault.Define("dataset.no_such_version", fault.NotFound, fault.Text{
		ZH: "没有版本「{version}」", FixZH: "写 数据集/v3、数据集/latest 或版本编号，见数据集的版本列表；空数据集请先导入",
		EN: "there is no version {version}", FixEN: "write DATASET/v3, DATASET/latest or an id from the dataset's versions; import first if it has none",
	})
	NoSuchRow = fault.Define("dataset.no_such_row", fault.NotFound, fault.Text{
		ZH: "版本里没有行「{row}」", FixZH: "请刷新页面，从列表里重新选择",
		EN: "the version has no row {row}", FixEN: "reload the page and choose again from the list",
	})
	NoSuchColumn = fault.Define("dataset.no_such_column", fault.Invalid, fault.Text{
		ZH: "没有列「{column}」", FixZH: "现有的列：{known}",
		EN: "there is no column {column}", FixEN: "the columns are: {known}",
	})
	WrongWidth = fault.Define("dataset.wrong_width", fault.Invalid, fault.Text{
		ZH: "行「{row}」有 {got} 个值，应有 {want} 个", FixZH: "每列给一个值，空的用空文本",
		EN: "row {row} has {got} values, it should have {want}", FixEN: "give one value a column, an empty text for an empty cell",
	})
	DuplicateRow = fault.Define("dataset.duplicate_row", fault.Invalid, fault.Text{
		ZH: "行号「{row}」出现了两次", FixZH: "每一行的编号必须唯一；拆出的行用 .1、.2 等后缀",
		EN: "the row id {row} occurs twice", FixEN: "row ids must be unique; parts of a split row end in .1, .2 and so on",
	})
	NameTaken = fault.Define("dataset.name_taken", fault.Conflict, fault.Text{
		ZH: "名称「{name}」已被使用", FixZH: "请换一个名称",
		EN: "the name {name} is taken", FixEN: "choose another name",
	})
	BadName = fault.Define("dataset.bad_name", fault.Invalid, fault.Text{
		ZH: "名称不能为空，最长 {limit} 个字", FixZH: "请改一个合适的名称",
		EN: "a name must not be empty and has at most {limit} characters", FixEN: "choose a fitting name",
	})
	OtherName = fault.Define("dataset.other_name", fault.Invalid, fault.Text{
		ZH: "要删除的产品叫「{name}」，写的不是这个名称", FixZH: "把产品名称原样写一遍",
		EN: "the product to delete is called {name}, which is not what was written", FixEN: "write the name of the product as it is",
	})
	BadSetting = fault.Define("dataset.bad_setting", fault.Invalid, fault.Text{
		ZH: "设置「{setting}」不能是「{got}」", FixZH: "可用的值：{known}",
		EN: "the setting {setting} cannot be {got}", FixEN: "it can be: {known}",
	})
	CannotWrite = fault.Define("dataset.cannot_write", fault.Invalid, fault.Text{
		ZH: "格式「{format}」只能读，不能导出", FixZH: "可导出的格式：{known}",
		EN: "the format {format} can be read but not written", FixEN: "the formats to export are: {known}",
	})
)

// faultText is the message of a fault in lang.
func faultText(err error, lang string) string { return fault.Of(err).Message(lang) }

// ManifestWrong is a version whose files contradict each other.
var ManifestWrong = fault.Define("dataset.manifest_wrong", fault.Broken, fault.Text{
	ZH: "数据版本 {version} 的清单与它的文件不符（{why}）", FixZH: "从备份恢复，或重新导入原始文件",
	EN: "the manifest of the data version {version} contradicts its files ({why})", FixEN: "restore a backup, or import the original file again",
})
