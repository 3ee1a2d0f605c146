package clean

import "zhuomo/internal/fault"

// NoSuchColumn: a step names a column that the rows do not have.
var NoSuchColumn = fault.Define("clean.no_such_column", fault.Invalid, fault.Text{
	ZH: "算子「{operator}」要处理的列「{column}」不存在", FixZH: "现有的列：{known}",
	EN: "operator {operator} names column {column}, which does not exist", FixEN: "the columns are: {known}",
})
