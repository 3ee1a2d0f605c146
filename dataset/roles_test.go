package dataset_test

import (
	"testing"

	"zhuomo/dataset"
)

func TestGuessRoles(t *testing.T) {
	rows := []dataset.Row{
		{Values: []string{"1", "客户", "我上周订的酒店想改到下周六，可以吗", "x"}},
		{Values: []string{"1", "坐席", "可以的，请提供订单号", "x"}},
	}
	for name, c := range map[string]struct {
		columns []string
		want    map[dataset.Role]string
	}{
		"Chinese headers": {[]string{"会话ID", "角色", "内容", "渠道"},
			map[dataset.Role]string{"session": "会话ID", "speaker": "角色", "text": "内容", "channel": "渠道"}},
		"English headers": {[]string{"session_id", "sender", "body", "channel"},
			map[dataset.Role]string{"session": "session_id", "speaker": "sender", "text": "body", "channel": "channel"}},
		"labels longer than texts": {[]string{"A", "intent"},
			map[dataset.Role]string{"text": "A", "label": "intent"}},
		"headers that say nothing": {[]string{"A", "B", "C", "D"},
			map[dataset.Role]string{"speaker": "B", "text": "C"}},
	} {
		got := map[dataset.Role]string{}
		for _, g := range dataset.GuessRoles(c.columns, rows) {
			got[g.Role] = g.Column
			if g.Why.ZH == "" || g.Why.EN == "" || g.Confidence <= 0 {
				t.Errorf("%s: %s says not why", name, g.Role)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v", name, got)
		}
		for role, column := range c.want {
			if got[role] != column {
				t.Errorf("%s: %s is %q, want %q", name, role, got[role], column)
			}
		}
	}
	customer, agent, ok := dataset.Sides([]string{"客户", "坐席", "", "客户", "??"})
	if !ok || len(customer) != 1 || agent[0] != "坐席" {
		t.Errorf("sides %v %v %v", customer, agent, ok)
	}
}
