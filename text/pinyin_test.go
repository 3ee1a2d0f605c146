package text

import (
	"strings"
	"testing"
	"time"
)

func TestPinyin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r        rune
		spelling string
		want     bool
	}{
		{'訓', "xùn", true}, {'训', "xun4", true}, {'训', "XUN", true}, {'训', "xún", false}, {'重', "chóng", true}, {'重', "zhong4", true},
		{'女', "nǚ", true}, {'女', "nv3", true}, {'绿', "lu:4", true}, {'绿', "lü4", true}, {'训', "xu\u0300n", true}, {'好', "", false}, {'a', "a", false},
	} {
		if got := HasReading(c.r, c.spelling); got != c.want {
			t.Errorf("HasReading(%c, %q) = %v", c.r, c.spelling, got)
		}
	}
	for _, marked := range []string{"xùn", "zhuāng", "lǜ", "dōu", "guǐ", "liú", "shí", "nüè", "ma"} {
		plain, tone := SplitTone(marked)
		if got := MarkTone(plain, tone); got != marked {
			t.Errorf("%q → %q %d → %q", marked, plain, tone, got)
		}
	}
}

// TestPairsShareAReading finds slips in the hand-written table: a traditional
// character and its simplified form are read alike.
func TestPairsShareAReading(t *testing.T) {
	t.Parallel()
	strange := 0
	for r, simple := range scriptTables().simple {
		if simple <= askRule || PlainReadings(rune(r)) == nil || PlainReadings(rune(simple)) == nil {
			continue
		}
		shared := false
		for _, a := range PlainReadings(rune(r)) {
			for _, b := range PlainReadings(rune(simple)) {
				shared = shared || a == b
			}
		}
		if !shared {
			strange++
			t.Logf("%c %v, %c %v", r, PlainReadings(rune(r)), simple, PlainReadings(rune(simple)))
		}
	}
	if strange > 6 {
		t.Errorf("%d pairs share no reading", strange)
	}
}

func TestLongTextsAreComparedInTime(t *testing.T) {
	t.Parallel()
	a := strings.Repeat("我想问一下那个订单什么时候发货第三天了还没有动静", 20000)
	began := time.Now()
	if got := Likeness(a, "甲"+a+"乙", 0.85); got < 0.85 {
		t.Errorf("alike texts: %v", got)
	}
	if got := Likeness(a, strings.Repeat("完全是另外的一段话说的也是别的事情跟前面没有半点关系", 20000), 0.85); got != 0 {
		t.Errorf("unlike texts: %v", got)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
