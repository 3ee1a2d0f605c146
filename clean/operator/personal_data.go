package operator

import (
	"strings"

	"zhuomo/clean"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// masks are the words that stand for personal data.
var masks = map[string]string{
	text.Phone: "[手机号]", text.IDCard: "[身份证号]", text.BankCard: "[银行卡号]", text.Email: "[邮箱]", text.Plate: "[车牌]",
	text.WeChat: "[微信号]", text.QQ: "[QQ号]", text.Passport: "[证件号]", text.Landline: "[座机]", text.Name: "[姓名]", text.Address: "[地址]",
}

// PersonalData returns the operator that masks personal data.
func PersonalData() clean.Operator {
	s := describe("clean.personal_data.v1", clean.Privacy, "遮盖个人信息", "Mask personal data",
		"把手机号、身份证号、银行卡号、邮箱、车牌、微信号等换成 [手机号] 这样的词；订单号、价格、日期不动，名单里的公开号码不动。",
		"Replaces mobile numbers, identity and bank card numbers, e-mail addresses, plates and accounts by words such as [手机号]; order numbers, prices and dates stay, and so do the public numbers listed.",
		texts("手机号与订单号", "a mobile number and an order number", "订单SC20260803117，电话138-1234-5678", "订单SC20260803117，电话[手机号]", "发到 a@example.com", "发到 [邮箱]"))
	s.Params = []spec.Param{
		{Name: "kinds", Kind: spec.Strings, Default: text.PersonalDefaults(), Choices: text.PersonalKinds(), Title: spec.Text{ZH: "种类", EN: "Kinds"}, Help: spec.Text{ZH: "要遮盖哪几种；座机、姓名、地址默认不遮盖", EN: "what to mask; landlines, names and addresses are not by default"}},
		{Name: "allow", Kind: spec.Strings, Default: []string(nil), Title: spec.Text{ZH: "公开号码", EN: "Public numbers"}, Help: spec.Text{ZH: "不算个人信息的号码，例如商家的订座电话", EN: "numbers that are not personal, such as a restaurant's"}},
	}
	return newCell(s, func(v spec.Values) (repair, error) {
		finder := text.NewPersonal(v.Strings("kinds"), v.Strings("allow"))
		return func(s string) (string, string, int) {
			var out strings.Builder
			at, count, code := 0, 0, ""
			finder.Each(s, func(kind string, from, to int) {
				out.WriteString(s[at:from])
				out.WriteString(masks[kind])
				at = to
				count++
				code = "personal." + kind
			})
			if count == 0 {
				return s, "", 0
			}
			out.WriteString(s[at:])
			return out.String(), code, count
		}, nil
	})
}
