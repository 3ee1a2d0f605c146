package text

import (
	"strings"
	"testing"
	"time"
)

// TestHostileMegabytes holds every scan to time in proportion to the text: one
// long line must not stop the program.
func TestHostileMegabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds: run without -short")
	}
	t.Parallel()
	p := NewPersonal(PersonalKinds(), []string{"10086"})
	for _, unit := range []string{"1", "1 ", "1-", "a1", "a@", "a.b@c.", "l3", "一", "一 ", "京A1", "微信", "微信号：", "qq", "我叫", "路1号", "１", "+", "+86", "138 ", "13812345678", "O0", "(", "&amp;", "\xff", "ä½", "浣犲", "Ã", "訂", "著", "x", "@", "姓名：王", "6222 "} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		began := time.Now()
		p.Each(text, func(string, int, int) {})
		scan := time.Since(began)
		began = time.Now()
		RepairMojibake(text)
		repair := time.Since(began)
		began = time.Now()
		Simplify(text)
		CompareKey(text)
		MinHash(text, 3)
		if rest := time.Since(began); scan > 3*time.Second || repair > 10*time.Second || rest > 3*time.Second {
			t.Errorf("1 MiB of %q: personal data %v, mojibake %v, the rest %v", unit, scan, repair, rest)
		}
	}
}
