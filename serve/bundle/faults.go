package bundle

import "zhuomo/internal/fault"

var (
	NotBundle = fault.Define("bundle.not_a_bundle", fault.Invalid, fault.Text{
		ZH: "{file} 不是发布包", FixZH: "发布包用 zhuomo export --bundle 文件.zhuomo 做出来；看看是不是拿错了文件",
		EN: "{file} is no bundle", FixEN: "a bundle is made by zhuomo export --bundle FILE.zhuomo; see whether this is the right file",
	})
	TooNew = fault.Define("bundle.too_new", fault.Invalid, fault.Text{
		ZH: "{file} 是第 {found} 版格式，这个程序只认到第 {known} 版", FixZH: "换上做这个发布包的程序版本，或更新的",
		EN: "{file} has format version {found}, this program knows up to {known}", FixEN: "use the version of the program that made it, or a newer one",
	})
	CutShort = fault.Define("bundle.cut_short", fault.Invalid, fault.Text{
		ZH: "{file} 不完整：后面缺了一截", FixZH: "重新拷贝；原文件也不完整就重新导出",
		EN: "{file} is cut short: its end is missing", FixEN: "copy it again; where the original is short too, export it again",
	})
	BadSignature = fault.Define("bundle.bad_signature", fault.Denied, fault.Text{
		ZH: "{file} 的签名对不上：签名之后被改动过，或者拷坏了", FixZH: "不要使用它；从做发布包的地方重新拷贝",
		EN: "the signature of {file} does not fit: it was changed after it was signed, or damaged", FixEN: "do not use it; copy it again from where it was made",
	})
	OtherSigner = fault.Define("bundle.other_signer", fault.Denied, fault.Text{
		ZH: "{file} 的签名人是 {found}，这里只认 {wanted}", FixZH: "换用自家工作台导出的发布包；确实换了密钥，就用 --key 写上新的签名人",
		EN: "{file} was signed by {found}, only {wanted} is taken here", FixEN: "use a bundle of the own workbench; if its key has really changed, name the new signer with --key",
	})
	Damaged = fault.Define("bundle.damaged", fault.Invalid, fault.Text{
		ZH: "{file} 坏了：{what} 和清单对不上", FixZH: "重新拷贝；原文件也这样就重新导出",
		EN: "{file} is damaged: {what} does not fit the manifest", FixEN: "copy it again; where the original is so too, export it again",
	})
	PartMissing = fault.Define("bundle.part_missing", fault.Invalid, fault.Text{
		ZH: "{file} 里没有 {part}", FixZH: "用这个版本的程序重新导出发布包",
		EN: "{file} has no {part}", FixEN: "export the bundle again with this version of the program",
	})
	BadSigner = fault.Define("bundle.bad_signer", fault.Invalid, fault.Text{
		ZH: "「{key}」不是签名人", FixZH: "写成 ed25519: 加 64 位十六进制数；在工作台上用 zhuomo serve key 查看",
		EN: "{key} names no signer", FixEN: "write ed25519: and 64 hexadecimal digits; zhuomo serve key shows it at the workbench",
	})
	BadKey = fault.Define("bundle.bad_key", fault.Broken, fault.Text{
		ZH: "签名私钥读不出来：{why}", FixZH: "它要是 PKCS #8 的 Ed25519 私钥（PEM）；找不回原来的就用 zhuomo serve newkey 换一把",
		EN: "the signing key cannot be read: {why}", FixEN: "it must be an Ed25519 private key as PKCS #8 in PEM; if the old one is lost, make another with zhuomo serve newkey",
	})
)
