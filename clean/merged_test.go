package clean

import (
	"strings"
	"testing"
)

func TestMergedTextHoldsBothEndsAndHidesPersonalData(t *testing.T) {
	before := "电话１３８00135520，４．５分(fēn)"
	wide := "电话13800135520，4.5分(fēn)"
	plain := "电话13800135520，4.5分"
	masked := "电话[手机号]，4.5分"
	parts := merge([]Part{{Text: before}}, Diff(before, wide), 1, false)
	parts = merge(parts, Diff(wide, plain), 2, false)
	parts = merge(parts, Diff(plain, masked), 3, true)
	var read, result strings.Builder
	for _, p := range parts {
		if p.Added == 0 {
			read.WriteString(p.Text)
		}
		if p.Removed == 0 {
			result.WriteString(p.Text)
		}
	}
	if read.String() != before || result.String() != masked {
		t.Fatalf("parts read %q and %q", read.String(), result.String())
	}
	for _, p := range maskParts(parts, []int{1, 2, 3}) {
		if strings.Contains(p.Text, "13800135520") || strings.ContainsAny(p.Text, "１３８") || strings.Contains(p.Text, "0013") {
			t.Errorf("part shows personal data: %+v", p)
		}
		if p.Masked && p.Text != "138••••5520" {
			t.Errorf("masked as %q", p.Text)
		}
	}
}
