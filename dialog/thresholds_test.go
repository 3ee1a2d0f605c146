package dialog

import (
	"strings"
	"testing"
)

func TestThresholdsAreChangedAndAllElseStays(t *testing.T) {
	t.Parallel()
	const rest = "# 开头的话\nname: 小流程\nstart: hi\n"
	const nodes = "\n# 节点\nnodes:\n  hi: {say: 你好} # 问候\n"
	for name, old := range map[string]string{
		"in one line": "thresholds: {answer: 0.5, offer: 0.15, knowledge: 0.55}\n",
		"as a block":  "thresholds:\n  answer: 0.5 # 敢答\n  offer: 0.15\n  knowledge: 0.55\n",
		"none":        "",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := withThresholds([]byte(rest+old+nodes), Thresholds{Answer: .62, Offer: .2, Knowledge: .55})
			if err != nil {
				t.Fatal(err)
			}
			flow, err := ReadFlow(got)
			if err != nil {
				t.Fatalf("%v in\n%s", err, got)
			}
			if flow.Thresholds != (Thresholds{Answer: .62, Offer: .2, Knowledge: .55}) {
				t.Errorf("got %v", flow.Thresholds)
			}
			if !strings.HasPrefix(string(got), rest) || !strings.Contains(string(got), nodes) {
				t.Errorf("something else changed:\n%s", got)
			}
		})
	}
}
