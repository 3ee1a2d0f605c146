package text

import (
	"strings"
	"testing"
)

func TestPersonal(t *testing.T) {
	t.Parallel()
	p := NewPersonal(PersonalKinds(), []string{"13900001111"})
	for in, want := range map[string]string{
		"我手机13812345678，谢谢": "我手机[phone]，谢谢",
		"+86 138-1234-5678": "[phone]",
		"8613812345678":     "[phone]",
		"138 1234 5678或者１３９１２３４５６７８": "[phone]或者[phone]",
		"电话一三八零零一三八零零零":              "电话[phone]",
		"13800l38OOO":                      "[phone]",
		"138OO138OOO打给我":                   "[phone]打给我",
		"1 3 8 1 2 3 4 5 6 7 8":            "[phone]",
		"13812345678 13912345678":          "[phone] [phone]",
		"身份证11010519491231002X":            "身份证[id_card]",
		"440524188001010014":               "[id_card]",
		"证件号110105 19491231 002x":          "证件号[id_card]",
		"身份证号是110105491231002":             "身份证号是[id_card]",
		"卡号6222020200112230000":            "卡号[bank_card]",
		"4111 1111 1111 1111":              "[bank_card]",
		"邮箱zhang.san@example.com.cn，":      "邮箱[email]，",
		"13812345678@qq.com":               "[email]",
		"车牌京A12345":                        "车牌[plate]",
		"粤B·D12345停哪":                      "[plate]停哪",
		"微信号：zhang_san88":                  "微信号：[wechat]",
		"加我vx abc12345":                    "加我vx [wechat]",
		"QQ号 123456789":                    "QQ号 [qq]",
		"护照E12345678":                      "护照[passport]",
		"我叫张伟，":                            "我叫[name]，",
		"家在南京市鼓楼区中山路18号3栋501室":             "家在[address]",
		"010-88886666":                     "[landline]",
		"客服电话13900001111":                  "客服电话13900001111",
		"SC20260803117":                    "SC20260803117",
		"订单20260803117001":                 "订单20260803117001",
		"订单号13812345678":                   "订单号13812345678",
		"请给我单号。短信已发到13812345678":           "请给我单号。短信已发到[phone]",
		"订单号1234，手机13812345678":            "订单号1234，手机[phone]",
		"2026-08-03 13:30到15:40":           "2026-08-03 13:30到15:40",
		"价格13800元，满1588减100":               "价格13800元，满1588减100",
		"400-820-8820":                     "400-820-8820",
		"微信支付失败了":                          "微信支付失败了",
		"13 14 15 16 17 1":                 "13 14 15 16 17 1",
		"一三五七":                             "一三五七",
		"京东":                               "京东",
		"138****5678":                      "138****5678",
		"20260803 11:20 订单SC13812345678取消": "20260803 11:20 订单SC13812345678取消",
		"3.14159265358979":                 "3.14159265358979",
		"9787111213826":                    "9787111213826",
	} {
		var out strings.Builder
		at := 0
		p.Each(in, func(kind string, from, to int) {
			out.WriteString(in[at:from] + "[" + kind + "]")
			at = to
		})
		out.WriteString(in[at:])
		if out.String() != want {
			t.Errorf("%q: got %q, want %q", in, out.String(), want)
		}
	}
	if got := p.Scan("我𠮷13812345678"); len(got) != 1 || got[0] != (PersonalSpan{Phone, 2, 13}) {
		t.Errorf("offsets in characters: %v", got)
	}
}

func FuzzPersonal(f *testing.F) {
	f.Add("我手机13812345678 6222 a@b.co 京A12345 +86 O l \xff")
	p := NewPersonal(PersonalKinds(), nil)
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		p.Each(s, func(kind string, from, to int) {
			if from < at || to <= from || to > len(s) {
				t.Fatalf("%s at %d–%d after %d in %q", kind, from, to, at, s)
			}
			at = to
		})
	})
}

func BenchmarkPersonal(b *testing.B) {
	for name, text := range map[string]string{
		"ordinary": strings.Repeat(strings.Repeat("我想问一下那个酒店二楼的餐厅晚上几点关门，三个人坐得下吗？人均120元是吧，好的，谢谢啊。", 12)+"电话13812345678。", 20),
		"dense":    strings.Repeat("订单SC20260803117什么时候发货，电话13812345678，三天了，人均120元，2026年8月3日。", 100),
	} {
		b.Run(name, func(b *testing.B) {
			p := NewPersonal(nil, nil)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				p.Each(text, func(string, int, int) {})
			}
		})
	}
}
