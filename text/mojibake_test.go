package text

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var sentences = []string{
	"你好，我想订一间房", "请问地铁几点停运？", "订单SC20260803117还没发货！", "谢谢您的耐心等待", "有没有靠窗的位置啊",
	"退款什么时候到账", "好的", "嗯嗯，知道了", "麻烦转人工客服。", "附近有什么好吃的火锅店吗", "隨著時間過去，這裡的餐廳變多了",
	"酒店健身房收费吗", "我订了3间，都要大床", "气死我了，等了快40分钟", "café 在哪里", "温度是25°C", "萨翡瑭酒店", "魑魅魍魉",
	"能延期么", "会做生意", "啊？我自己填的？",
}

func misread(t *testing.T, s string, table encoding.Encoding) string {
	t.Helper()
	out, err := table.NewDecoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestRepairMojibake(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]encoding.Encoding{"gbk": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030, "windows-1252": charmap.Windows1252, "latin-1": charmap.ISO8859_1} {
		for _, s := range sentences {
			once := misread(t, s, table)
			if back, ok := reencode(once, table, true); !ok || back != s {
				continue // the reading lost bytes: no one can restore it whole
			}
			if got, layers := RepairMojibake(once); got != s {
				t.Errorf("%s: %q became %q by %v, want %q", name, once, got, layers, s)
			}
			twice := misread(t, once, table)
			if back, ok := reencode(twice, table, true); !ok || back != once {
				continue
			}
			if got, layers := RepairMojibake(twice); got != s || len(layers) != 2 {
				t.Errorf("%s twice: %q became %q by %v, want %q", name, twice, got, layers, s)
			}
		}
	}
}

func TestRepairMojibakeLeavesSoundTextAlone(t *testing.T) {
	t.Parallel()
	for _, s := range append([]string{"naïve café", "Ünïcödé", "£5 £6", "½ × ²", "100€", "他说“好”……", "㎡", "😀👍🏻", "한국어", "こんにちは", "皞堃喆垚", "饕餮",
		"粽子饺子馄饨", "鎏金", "锟斤拷", "a\xff\xfeb", "Köln", "São Paulo", "Übergröße"}, sentences...) {
		if got, layers := RepairMojibake(s); got != s {
			t.Errorf("%q became %q by %v", s, got, layers)
		}
	}
}
