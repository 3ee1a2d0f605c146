package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWordsForTheEyeBecomeWordsForTheEar(t *testing.T) {
	for _, c := range []struct{ name, shown, said string }{
		{"plain words stay", "好，调大了。", "好，调大了。"},
		{"bold and code lose their marks", "**云栖酒店** `A座`", "云栖酒店A座"},
		{"a link keeps its words", "请看[退改规则](https://example.com/rule?a=1)。", "请看退改规则。"},
		{"a bare address is named", "详情https://example.com/x。", "详情网址。"},
		{"a list becomes sentences", "有两家：\n- 云栖酒店\n- 湖畔居", "有两家：云栖酒店。湖畔居"},
		{"a numbered list is counted", "1. 云栖酒店\n2. 湖畔居", "第1，云栖酒店。第2，湖畔居"},
		{"a date", "2026-08-08入住", "2026年8月8日入住"},
		{"a time", "现在15:04，07:00叫你", "现在15点04分，7点叫你"},
		{"money", "¥1,280起", "1280元起"},
		{"a price a night", "300元/晚", "300元每晚"},
		{"one or the other", "停车/早餐", "停车或早餐"},
		{"percent", "8.5%，10%~20%", "百分之8.5，百分之10到百分之20"},
		{"a range with its unit", "12-22℃", "12到22摄氏度"},
		{"lengths", "离地铁0.8km，房间35㎡", "离地铁0.8公里，房间35平方米"},
		{"a hotline", "请拨12356，急病拨120，或者110。", "请拨幺二三五六，急病拨幺二零，或者幺幺零。"},
		{"a number that is an amount", "放了120首歌，共12800元", "放了120首歌，共12800元"},
		{"an order number", "订单SC20260803117", "订单SC二零二六零八零三幺幺七"},
		{"a telephone number", "电话0571-87654321", "电话零五七幺八七六五四三二幺"},
		{"faces are not read", "好的😀👍🏽！", "好的！"},
		{"a tag is no tag any more", `<speak>你好<audio src="x"/></speak> 3<5`, "你好35"},
		{"nothing", " \n ", ""},
	} {
		if got := Speakable(c.shown); got != c.said {
			t.Errorf("%s: %q, want %q", c.name, got, c.said)
		}
	}
}

// FuzzSpeakable holds what every voice relies on: valid text without tags, and
// words that are fit already do not change again.
func FuzzSpeakable(f *testing.F) {
	for _, s := range []string{"¥1,280/晚 **起**", "1. a\n2) b", "12:00-13:30", "<a>&lt;b", "拨120或12356", "https://a.b/c。好", "😀℃°m²", "\xff\xfe", "5%-%", "1.2.3.4567890", "0571-87654321"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Speakable(s)
		if !utf8.ValidString(once) || strings.ContainsAny(once, "<>`\n") {
			t.Errorf("%q became %q", s, once)
		}
		if len(once) > 12*len(s)+64 {
			t.Errorf("%q grew to %d bytes", s, len(once))
		}
	})
}
