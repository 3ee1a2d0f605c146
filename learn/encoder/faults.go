package encoder

import "zhuomo/internal/fault"

var (
	BadFolder = fault.Define("encoder.bad_folder", fault.Invalid, fault.Text{
		ZH: "编码器文件夹里的 {file} 读不懂：{problem}", FixZH: "用 Hugging Face 格式的 BERT 类模型文件夹：config.json、model.safetensors、vocab.txt；文件坏了就重新下载",
		EN: "{file} in the folder of the encoder cannot be read: {problem}", FixEN: "take a folder of a BERT-like model in Hugging Face form: config.json, model.safetensors, vocab.txt; fetch it again if it is damaged",
	})
	NotSupported = fault.Define("encoder.not_supported", fault.Invalid, fault.Text{
		ZH: "不支持这种编码器：{what}", FixZH: "支持 BERT 类模型（WordPiece 分词、绝对位置），例如 MiniLM、bge、text2vec",
		EN: "this kind of encoder is not supported: {what}", FixEN: "supported are BERT-like models with WordPiece and absolute positions, as MiniLM, bge, text2vec",
	})
	BadTexts = fault.Define("encoder.bad_texts", fault.Invalid, fault.Text{
		ZH: "文件「{file}」读不成一行一句的文字：{problem}", FixZH: "检查路径；给一个 UTF-8 的文本文件，一行一句",
		EN: "file {file} cannot be read as texts, one a line: {problem}", FixEN: "check the path; give a text file in UTF-8 with one text a line",
	})
	NoFolder = fault.Define("encoder.no_folder", fault.NotFound, fault.Text{
		ZH: "找不到编码器文件夹里的 {file}", FixZH: "检查路径；文件夹里要有 config.json、model.safetensors 和 vocab.txt（或 tokenizer.json）",
		EN: "there is no {file} in the folder of the encoder", FixEN: "check the path; the folder needs config.json, model.safetensors and vocab.txt (or tokenizer.json)",
	})
)
