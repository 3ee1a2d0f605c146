package clean_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/text"
)

// spoken are turns as people write them: the standard recipe must leave them as
// they are, and bring them back after they were spoilt.
var spoken = []string{
	"你好呀，五一想带爸妈去湖边上住两晚，有没有推窗能看见水的", "成 给我订一间，两晚", "OK，5月9号渡口带阳台那间 一晚", "付的时候一直转圈圈？？", "女生混住会不会尴尬啊。。",
	"凭啥扣我一晚房费！！！", "已为您提交，订单号SC20260411208，请在30分钟内支付。", "订单SC20260803117，28退房", "Hello 我是外国学生 我想找旅馆", "够意思👍", "共1,200元，13:30到15:40，评分4.5分",
	"后来干脆在皇后酒店里吃了碗面，头发都湿了", "嗯", "？", "乐多港旁边的餐厅(二楼)电话是010-67498258", "哈哈哈～那什么，重庆小面乐意不",
}

func spoil(kind, s string) string {
	via := func(e encoding.Encoding, s string) string {
		out, err := e.NewDecoder().String(s)
		if err != nil {
			return s
		}
		if back, err := e.NewEncoder().String(out); err != nil || back != s {
			return s // bytes were lost: nobody can bring them back
		}
		return out
	}
	switch kind {
	case "traditional":
		return text.Traditional(s)
	case "full width":
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r + 0xFEE0
			}
			return r
		}, s)
	case "pinyin":
		var out strings.Builder
		for i, r := range []rune(s) {
			out.WriteRune(r)
			if readings := text.Readings(r); len(readings) > 0 && i%3 == 0 {
				out.WriteString("(" + readings[i%len(readings)] + ")")
			}
		}
		return out.String()
	case "gbk":
		return via(simplifiedchinese.GB18030, s)
	case "windows-1252":
		return via(charmap.Windows1252, s)
	case "latin-1 twice":
		return via(charmap.ISO8859_1, via(charmap.ISO8859_1, s))
	case "invisible":
		return strings.ReplaceAll("\ufeff"+s, "，", "\u200b，\u00ad")
	case "html":
		return "<p>" + strings.NewReplacer("，", "&#65292;", "？", "&amp;#65311;").Replace(s) + "</p>"
	}
	return s
}

func TestStandardRecipeBringsBackWhatWasSpoilt(t *testing.T) {
	t.Parallel()
	p := plan(t, clean.StandardRecipe(), chatSchema)
	for _, kind := range []string{"as written", "traditional", "full width", "pinyin", "gbk", "windows-1252", "latin-1 twice", "invisible", "html"} {
		var rows []dataset.Row
		touched := 0
		for i, s := range spoken {
			dirty := spoil(kind, s)
			if dirty != s {
				touched++
			}
			rows = append(rows, dataset.Row{ID: dataset.NewRowID("x", "", i+1), Values: []string{fmt.Sprint(i), "顾客", dirty}})
		}
		if touched == 0 && kind != "as written" {
			t.Errorf("%s: nothing was spoilt", kind)
		}
		got, err := p.Run(t.Context(), rows, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Rows) != len(spoken) {
			t.Errorf("%s: %d rows were set aside: %+v", kind, len(got.Aside), got.Aside)
			continue
		}
		for i, r := range got.Rows {
			if r.Values[2] != spoken[i] {
				t.Errorf("%s: %q became %q, want %q", kind, rows[i].Values[2], r.Values[2], spoken[i])
			}
		}
	}
}

func TestStandardRecipeSetsAside(t *testing.T) {
	t.Parallel()
	var rows []dataset.Row
	want := map[dataset.RowID]string{}
	add := func(session, speaker, said, code string) {
		r := dataset.Row{ID: dataset.NewRowID("x", "", len(rows)+1), Values: []string{session, speaker, said}}
		rows = append(rows, r)
		if code != "" {
			want[r.ID] = code
		}
	}
	for i, s := range spoken[:8] {
		session := fmt.Sprint("s", i)
		add(session, "客服", fmt.Sprintf("您好，工号10%d很高兴为您服务，请问有什么可以帮您？", i), "template.agent")
		add(session, "顾客", s, "")
		add(session, "客服", fmt.Sprintf("第%s家店我马上帮您核实一下，请稍等。", string([]rune("甲乙丙丁戊己庚辛")[i])), "")
		if i == 2 {
			add(session, "顾客", "那就麻烦你快一点帮我确认一下吧", "")
			add(session, "顾客", "那就麻烦你快一点帮我确认一下把", "duplicate.turn")
			add(session, "顾客", "我要订3间大床房，两晚，湖景的", "")
			add(session, "顾客", "我要订4间大床房，两晚，湖景的", "")
		}
	}
	add("s3", "系统", "系统提示：会话已超时自动结束", "notice.system")
	add("s3", "", "有人吗", "broken.empty")
	add("s4", "顾客", "\ufffd\ufffd\ufffd\ufffd好", "broken.damaged")
	for i, r := range append([]dataset.Row(nil), rows...) {
		if r.Values[0] == "s0" && want[r.ID] == "" {
			add("copy", r.Values[1], r.Values[2]+strings.Repeat("！", i%2), "duplicate.session")
		}
	}
	p := plan(t, clean.StandardRecipe(), chatSchema)
	got, err := p.Run(t.Context(), rows, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got.Aside {
		if want[a.Row.ID] != a.Reason.Code {
			t.Errorf("%q: %q, want %q", a.Row.Values, a.Reason.Code, want[a.Row.ID])
		}
		delete(want, a.Row.ID)
	}
	for id, code := range want {
		t.Errorf("row %s stayed, want %s", id, code)
	}
}
