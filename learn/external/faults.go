package external

import "zhuomo/internal/fault"

// What a trainer does wrong is Invalid, not Broken: its author mends it, and a job that
// failed by it is not done again by itself, for it may have taken hours.
var (
	NoTrainers = fault.Define("external.no_trainers", fault.NotFound, fault.Text{
		ZH: "文件夹 {folder} 里没有外部训练器", FixZH: "--trainers 要指向这样的文件夹：每个子文件夹里有一份 trainer.yaml",
		EN: "there is no outside trainer in the folder {folder}", FixEN: "--trainers names a folder whose folders each hold a trainer.yaml",
	})
	BadTrainer = fault.Define("external.bad_trainer", fault.Invalid, fault.Text{
		ZH: "外部训练器「{folder}」不能用：{problem}", FixZH: "按 docs/formats/trainer.md 改好它的 trainer.yaml",
		EN: "the outside trainer {folder} cannot be used: {problem}", FixEN: "mend its trainer.yaml as docs/formats/trainer.md tells",
	})
	NoKey = fault.Define("external.no_key", fault.Invalid, fault.Text{
		ZH: "外部训练器的签名文件 {file} 读不了也建不了", FixZH: "让程序能写这个文件夹一次，或放一个 64 位十六进制数的 key 文件",
		EN: "the file {file} that signs models of outside trainers can be neither read nor made", FixEN: "let the program write to the folder once, or put a file named key with 64 hexadecimal digits there",
	})
	NoCommand = fault.Define("external.no_command", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」的命令 {command} 不在这台机器上", FixZH: "装好它，或在 trainer.yaml 里写对路径，或把它所在的文件夹放进 PATH",
		EN: "the command {command} of the outside trainer {trainer} is not on this machine", FixEN: "install it, write its path into trainer.yaml, or put its folder on the PATH",
	})
	Failed = fault.Define("external.failed", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」失败了（{how}），最后几行：{lines}", FixZH: "按它说的改；命令可以照 docs/formats/trainer.md 自己先跑一遍",
		EN: "the outside trainer {trainer} failed ({how}); its last lines: {lines}", FixEN: "mend what it says; the command can be run by hand as docs/formats/trainer.md tells",
	})
	TooSlow = fault.Define("external.too_slow", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」{doing}超过了 {seconds} 秒，已停下", FixZH: "把 trainer.yaml 里的 limits.{limit} 放大，或让它快一些",
		EN: "the outside trainer {trainer} took more than {seconds} seconds {doing} and was stopped", FixEN: "raise limits.{limit} in its trainer.yaml, or make it faster",
	})
	TooLarge = fault.Define("external.too_large", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」留下的文件超过 {size} MB", FixZH: "把 trainer.yaml 里的 limits.model_mb 放大，或少存一些",
		EN: "the outside trainer {trainer} left more than {size} MB of files", FixEN: "raise limits.model_mb in its trainer.yaml, or save less",
	})
	NoModel = fault.Define("external.no_model", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」没有在 out/model 里留下可用的文件：{problem}", FixZH: "它要把模型写进 {out}/model 这个文件夹",
		EN: "the outside trainer {trainer} left no usable files in out/model: {problem}", FixEN: "it has to write its model into the folder {out}/model",
	})
	WrongLabels = fault.Define("external.wrong_labels", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」报出的标签和训练时给的不一样：{problem}", FixZH: "ready 那一行的 labels 要和 labels.json 一样，顺序也一样",
		EN: "the outside trainer {trainer} tells other labels than it was trained on: {problem}", FixEN: "labels of its ready line must be those of labels.json in the same order",
	})
	BadAnswer = fault.Define("external.bad_answer", fault.Invalid, fault.Text{
		ZH: "外部训练器「{trainer}」的回答不对：{problem}", FixZH: "每行文字要答每个标签 0–1 的概率；单标签的加起来是 1",
		EN: "the outside trainer {trainer} answered wrongly: {problem}", FixEN: "for each text it has to give a probability of 0–1 for each label; with one label a text they add up to 1",
	})
	Resting = fault.Define("external.resting", fault.Busy, fault.Text{
		ZH: "外部训练器「{trainer}」连着失败，{seconds} 秒后再试", FixZH: "过一会儿再试，并看它最后几行：{lines}",
		EN: "the outside trainer {trainer} failed again and again, it is tried anew in {seconds} seconds", FixEN: "try later, and read its last lines: {lines}",
	})
	Ended = fault.Define("external.ended", fault.Busy, fault.Text{
		ZH: "程序正在停止，外部训练器不再回答", FixZH: "等程序重新启动后再试",
		EN: "the program is stopping, outside trainers answer no more", FixEN: "try again when the program is up",
	})
	NotMadeHere = fault.Define("external.not_made_here", fault.Denied, fault.Text{
		ZH: "这个模型文件是别处的「{trainer}」做的，里面可能有代码，不能打开", FixZH: "在这里重新训练；或用同一个 key 文件；确知它的文件不含代码时，在 trainer.yaml 里写 open: any",
		EN: "this model file was made by {trainer} elsewhere and may hold code, so it is not opened", FixEN: "train it here again; or use the same key file; where its files surely hold no code, write open: any into trainer.yaml",
	})
	OtherTrainer = fault.Define("external.other_trainer", fault.Conflict, fault.Text{
		ZH: "做这个模型的「{trainer}」和现在的不是同一份代码（{was}，现在是 {now}）", FixZH: "换回原来的文件夹；改过的训练器要换版本号（v2），再重新训练",
		EN: "the trainer {trainer} that made this model is not the code that is here now ({was}, now {now})", FixEN: "put the folder back as it was; a changed trainer gets a new version (v2) and trains anew",
	})
)
