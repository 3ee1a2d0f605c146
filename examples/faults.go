package examples

import "zhuomo/internal/fault"

// Faults of products and of reading materials; examples/crosswoz uses them too.
var (
	NoProduct = fault.Define("examples.no_product", fault.NotFound, fault.Text{
		ZH: "没有叫 {product} 的示例产品", FixZH: "示例产品有：{products}",
		EN: "there is no example product called {product}", FixEN: "the example products are: {products}",
	})
	NoSet = fault.Define("examples.no_set", fault.NotFound, fault.Text{
		ZH:    "没有找到数据集 {set}（找过 {place}）",
		FixZH: "用 --sets 或环境变量 ZHUOMO_SETS 指到放数据集的文件夹",
		EN:    "the set {set} was not found (looked at {place})",
		FixEN: "point --sets or the environment variable ZHUOMO_SETS at the folder that holds the sets",
	})
	BadSet = fault.Define("examples.bad_set", fault.Invalid, fault.Text{
		ZH:    "数据集文件 {file} 读不了：{problem}",
		FixZH: "重新取一份完整的数据集，不要改动其中的文件",
		EN:    "the file {file} of the set cannot be read: {problem}",
		FixEN: "get a whole copy of the set and leave its files as they are",
	})
)
