package examples

import (
	"fmt"
	"slices"
	"testing"
)

func TestTidyIsTheHouseStyle(t *testing.T) {
	for name, c := range map[string][2]string{
		"full-width letters and digits":       {"订单ＳＣ２０２６", "订单SC2026"},
		"half-width marks beside hanzi":       {"你好,有房吗?有!", "你好，有房吗？有！"},
		"marks after a number before hanzi":   {"298,含早", "298，含早"},
		"marks inside numbers and times stay": {"13:30到,1,200元", "13:30到，1,200元"},
		"a smiley and an address stay":        {"好的:) 见 http://a.cn/?q=1", "好的:) 见 http://a.cn/?q=1"},
		"English stays":                       {"Hello, world!", "Hello, world!"},
		"spaces between hanzi go":             {" 我 想　订\u00a0房 ", "我想订房"},
		"spaces between words collapse":       {"buy  two   tickets", "buy two tickets"},
		"spaces beside full-width marks go":   {"好的 ， 谢谢", "好的，谢谢"},
		"a space beside a digit stays":        {"307 冻成狗", "307 冻成狗"},
		"what nobody sees goes":               {"你\u200b好\ufeff\u200e", "你好"},
		"joiners inside emoji stay":           {"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		"a full stop at the end":              {"不客气.", "不客气。"},
		"an empty text":                       {"", ""},
	} {
		if got := Tidy(c[0]); got != c[1] {
			t.Errorf("%s: Tidy(%q) = %q, want %q", name, c[0], got, c[1])
		}
		if Tidy(c[1]) != c[1] {
			t.Errorf("%s: twice is not once: %q", name, Tidy(c[1]))
		}
	}
}

func FuzzTidyTwiceIsOnce(f *testing.F) {
	for _, s := range []string{"你好 , 在吗?", "a,,b 好", "：:好", "\u200b ,好", "好 .", "１２：３０"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Tidy(s)
		if twice := Tidy(once); twice != once {
			t.Errorf("Tidy(%q) = %q, then %q", s, once, twice)
		}
	})
}

func TestSplitKeepsConversationsWhole(t *testing.T) {
	if a, b := Split("KF2026030044", 1), Split("KF2026030044", 7); a != Train || b != Train {
		t.Errorf("a conversation moved: %s, %s; trained models would meet their test rows", a, b)
	}
	count := map[string]int{}
	for i := range 10000 {
		id := fmt.Sprint("KF", i)
		count[Split(id, 1)]++
	}
	if count[Train] < 6800 || count[Train] > 7200 || count[Dev] < 850 || count[Dev] > 1150 || count[Test] < 1850 || count[Test] > 2150 {
		t.Errorf("shares: %v", count)
	}
	moved := 0
	for i := range 1000 {
		if id := fmt.Sprint("KF", i); Split(id, 1) != Split(id, 2) {
			moved++
		}
	}
	if moved < 300 {
		t.Errorf("another seed moved only %d of 1000", moved)
	}
}

func TestPublicNumbersComeFromTheTables(t *testing.T) {
	m := Material{Tables: []Table{{Name: "hotels", Columns: []string{"名称", "电话"}, Rows: [][]string{{"云栖酒店", "0579-81203316"}, {"两号", "010-51979888, 13800138000"}, {"无", "无"}}}}}
	if got, want := m.PublicNumbers(), []string{"010-51979888", "0579-81203316", "13800138000"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
