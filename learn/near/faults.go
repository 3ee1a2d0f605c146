package near

import "zhuomo/internal/fault"

// TooMuch is more rows than can be compared with.
var TooMuch = fault.Define("near.too_much", fault.Invalid, fault.Text{
	ZH: "{rows} 行太多，全部放进内存来比会超过 {limit_mb} MB", FixZH: "行多了用线性分类（learn.linear.v1），更准也更省",
	EN: "{rows} rows are too many: to compare with all of them would take more than {limit_mb} MB of memory", FixEN: "with many rows take the linear classifier (learn.linear.v1): it is more accurate and needs less",
})
