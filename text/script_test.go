package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSimplify(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"隨著時間過去":         "随着时间过去",
		"這裏那裡":           "这里那里",
		"臺灣颱風與檯燈":        "台湾台风与台灯",
		"那么怎麼辦":          "那么怎么办",
		"甚麼":             "什么",
		"乾隆喜歡乾淨的乾坤殿":     "乾隆喜欢干净的乾坤殿",
		"瞭望塔，我瞭解":        "瞭望塔，我了解",
		"著名作家的著作，他看著我":   "著名作家的著作，他看着我",
		"鲁迅著":            "鲁迅著",
		"頭髮發現後來皇后":       "头发发现后来皇后",
		"沈先生沈默了":         "沈先生沉默了",
		"回覆与覆盖":          "回复与覆盖",
		"狼藉的藉口":          "狼藉的借口",
		"彷彿彷徨":           "仿佛彷徨",
		"餐廳麵條，標準徵收":      "餐厅面条，标准征收",
		"𠮷野家 a\xff鬱\xfe": "𠮷野家 a\xff郁\xfe",
	} {
		if got := Simplify(in); got != want {
			t.Errorf("Simplify(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSimplifyLeavesSimplifiedTextAlone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"那么什么要么多么", "乾坤已定", "著名景点", "瞭望台", "慰藉", "沈阳的沈先生", "宫商角徵羽", "神祇", "复杂的重复", "彷徨"} {
		if got := Simplify(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestTraditional(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"头发后来发现皇后": "頭髮後來發現皇后",
		"干净的干部":    "乾淨的幹部",
		"吃碗牛肉面":    "吃碗牛肉麵",
		"这里五公里":    "這裡五公里",
		"别的网站":     "別的網站",
		"一只猫只是":    "一隻貓只是",
		"周末周围":     "週末周圍",
	} {
		if got := Traditional(in); got != want {
			t.Errorf("Traditional(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	tables := scriptTables()
	pairs := 0
	for r, simple := range tables.simple {
		if simple <= askRule {
			continue
		}
		pairs++
		if tables.simple[simple] > askRule {
			t.Errorf("%c leads to %c, which leads on", r, simple)
		}
	}
	if pairs < 2600 {
		t.Errorf("only %d pairs", pairs)
	}
	for r, form := range tables.traditional {
		if form != 0 && tables.simple[form] > askRule && tables.simple[form] != uint16(r) {
			t.Errorf("%c becomes %c, which comes back as %c", r, form, tables.simple[form])
		}
	}
	for _, s := range []string{"我想订一间明天晚上的双人房，要能看见湖的，谢谢", "发票什么时候能开出来？钱已经付了三天了", "你们这个系统太慢了，转圈圈转了半小时"} {
		if got := Simplify(Traditional(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	}
}

// TestOpenCC compares with the golden texts of OpenCC.
func TestOpenCC(t *testing.T) {
	t.Parallel()
	sets := os.Getenv("ZHUOMO_SETS")
	if sets == "" {
		t.Skip("needs the set opencc-st: set ZHUOMO_SETS")
	}
	read := func(name string) []rune {
		b, err := os.ReadFile(filepath.Join(sets, "opencc-st", "golden", name))
		if err != nil {
			t.Fatal(err)
		}
		return []rune(string(b))
	}
	want := read("us_constitution_zhs.txt")
	for _, name := range []string{"us_constitution_zhs.s2t.txt", "us_constitution_zhs.s2tw.txt"} {
		if share := agreement(t, []rune(Simplify(string(read(name)))), want); share < 0.995 {
			t.Errorf("%s: %.4f of the characters agree", name, share)
		}
	}
	// Both spell correctly; OpenCC prefers older variants of these characters.
	variants := strings.NewReplacer("爲", "為", "衆", "眾", "啓", "啟", "僞", "偽", "裏", "裡", "祕", "秘")
	forward := agreement(t, []rune(Traditional(string(want))), []rune(variants.Replace(string(read("us_constitution_zhs.s2t.txt")))))
	t.Logf("simplified to traditional agrees on %.4f", forward)
	if forward < 0.99 {
		t.Errorf("simplified to traditional: %.4f of the characters agree", forward)
	}
}

func agreement(t *testing.T, got, want []rune) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d characters, want %d", len(got), len(want))
	}
	same, wrong := 0, map[string]int{}
	for i := range got {
		if got[i] == want[i] {
			same++
		} else {
			wrong[string(got[i])+"≠"+string(want[i])]++
		}
	}
	if len(wrong) > 0 {
		t.Log(wrong)
	}
	return float64(same) / float64(len(got))
}

func BenchmarkSimplify(b *testing.B) {
	text := strings.Repeat("我想問一下那個訂單什麼時候發貨，已經等了三天了，谢谢。", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Simplify(text)
	}
}
