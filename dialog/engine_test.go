package dialog

import (
	"encoding/json"
	"strings"
	"testing"
)

// want checks that every piece is in the reply.
func (c *talk) want(reply string, pieces ...string) {
	c.t.Helper()
	for _, p := range pieces {
		if !strings.Contains(reply, p) {
			c.t.Errorf("the reply %q does not contain %q", reply, p)
		}
	}
}

func TestABookingAsksOnlyForWhatIsMissing(t *testing.T) {
	c := newTalk(t)
	reply, trace := c.say("订云栖酒店，周六入住，住两晚", "hotel_book")
	c.want(reply, "几位")
	if len(trace.Slots) != 3 {
		t.Errorf("slots %+v, want hotel, checkin and nights", trace.Slots)
	}
	reply, _ = c.say("三个人", "inform")
	c.want(reply, "云栖酒店", "8月8日（周六）", "住2晚", "3位", "以上信息对吗")
	reply, _ = c.say("对", "affirm")
	c.want(reply, "待支付")
}

func TestACorrectionChangesTheSlotItMeans(t *testing.T) {
	c := newTalk(t)
	c.say("订云栖酒店，周五入住，住两晚，3个人", "hotel_book")
	reply, trace := c.say("不是周五是周六", "inform")
	c.want(reply, "已经改过来了", "8月8日（周六）")
	if len(trace.Slots) != 1 || trace.Slots[0].Slot != "checkin" || trace.Slots[0].Before != "2026-08-07" || trace.Slots[0].After != "2026-08-08" {
		t.Errorf("changes %+v", trace.Slots)
	}
}

func TestAQuestionInsideAFormIsAnsweredAndTheFormGoesOn(t *testing.T) {
	c := newTalk(t)
	reply, _ := c.say("帮我订云栖酒店", "hotel_book")
	c.want(reply, "哪天入住")
	reply, trace := c.say("鹤鸣山庄有泳池吗", "hotel_facility")
	c.want(reply, "鹤鸣山庄", "没有登记泳池", "接着刚才的", "哪天入住")
	if got := c.state.Slots["hotel"].Text; got != "云栖酒店" {
		t.Errorf("the booking is now for %s; trace %+v", got, trace)
	}
	reply, _ = c.say("后天住一晚，两位", "inform")
	c.want(reply, "云栖酒店", "8月4日", "住1晚", "2位")
}

func TestGivingUpEndsTheForm(t *testing.T) {
	c := newTalk(t)
	c.say("帮我订云栖酒店", "hotel_book")
	reply, _ := c.say("算了不订了", "deny")
	c.want(reply, "先不办了")
	if c.state.At.Node != "" {
		t.Errorf("still waiting at %+v", c.state.At)
	}
}

func TestAnswersThatDoNotFitAreAskedAgainThenAPersonIsOffered(t *testing.T) {
	c := newTalk(t)
	c.say("我要查订单", "order_status")
	reply, _ := c.say("就是那个呀", "inform")
	c.want(reply, "SC开头加11位")
	c.say("蓝色的那单", "inform")
	reply, _ = c.say("你自己看嘛", "inform")
	c.want(reply, "转给人工")
	c.say("我要查订单", "order_status")
	reply, _ = c.say("订单是sc20260803117", "inform")
	c.want(reply, "SC20260803117")
}

func TestTheThreeBands(t *testing.T) {
	c := newTalk(t)
	_, trace := c.sayLabels("便宜点的住处", []Label{{Name: "hotel_search", Probability: .9}})
	if trace.Band != Answer {
		t.Errorf("band %s, want answer", trace.Band)
	}
	c = newTalk(t)
	reply, trace := c.sayLabels("湖边那片周六", []Label{{Name: "hotel_search", Probability: .4}, {Name: "weather", Probability: .3}, {Name: "taxi", Probability: .05}})
	if trace.Band != Offer {
		t.Errorf("band %s, want offer: %s", trace.Band, reply)
	}
	c.want(reply, "[帮我找酒店]", "[查天气]")
	if strings.Contains(reply, "叫车") {
		t.Errorf("offers what is below the border: %s", reply)
	}
	reply, _ = c.say("帮我找酒店")
	c.want(reply, "家符合")
	if got := c.state.Slots["area"].Text; got != "湖西区" { // from the line before
		t.Errorf("area is %q", got)
	}
	c = newTalk(t)
	_, trace = c.sayLabels("嘎嘎呜呜咔", nil)
	if trace.Band != Fallback {
		t.Errorf("band %s, want fallback", trace.Band)
	}
	reply, _ = c.sayLabels("哇啦哇啦嘿", nil)
	c.want(reply, "[转人工]")
}

func TestSeveralIntentsAreAnsweredInOrder(t *testing.T) {
	c := newTalk(t)
	reply, trace := c.say("你好，镇海楼门票多少，那边有啥好吃的，谢谢", "sight_detail", "greet", "thanks")
	c.want(reply, "服务", "35元", "不客气")
	if got := strings.Join(trace.Intents, ","); got != "greet,sight_detail,thanks" && got != "greet,sight_detail" {
		t.Errorf("order %s", got)
	}
}

func TestAnEmergencyEndsEverything(t *testing.T) {
	c := newTalk(t)
	c.say("帮我订云栖酒店", "hotel_book")
	reply, _ := c.say("我被困电梯了！", "emergency")
	c.want(reply, "110", "0579-80006600")
	if !c.state.Human || c.state.At.Node != "" {
		t.Errorf("state %+v", c.state)
	}
	reply, _ = c.say("快点", "inform")
	c.want(reply, "已经记下")
	reply, _ = c.say("机器人")
	c.want(reply, "小拾")
}

func TestRowsAreSpokenOfByTheirPlace(t *testing.T) {
	c := newTalk(t)
	reply, _ := c.say("湖西区400以内的酒店", "hotel_search")
	c.want(reply, "家符合")
	second := c.state.Found.Keys[1]
	reply, _ = c.say("第二家有停车场吗", "hotel_facility")
	c.want(reply, second)
	reply, _ = c.say("那家多少钱一晚", "hotel_price")
	c.want(reply, second, "元起")
	reply, _ = c.say("那300以内的呢", "inform")
	_ = reply
}

func TestANewWishNarrowsTheLastSearch(t *testing.T) {
	c := newTalk(t)
	c.say("大学城附近有什么吃的", "restaurant_search")
	before := c.state.Found.Total
	reply, trace := c.say("50块以内的呢", "inform")
	if len(trace.Path) == 0 || trace.Path[0].Why != "correct" || c.state.Found.Total >= before {
		t.Errorf("path %+v, %d → %d: %s", trace.Path, before, c.state.Found.Total, reply)
	}
}

func TestRepeatSaysTheLastReplyAgain(t *testing.T) {
	c := newTalk(t)
	first, _ := c.say("镇海楼门票", "sight_detail")
	again, _ := c.say("啥？没听清", "repeat")
	if first != again {
		t.Errorf("said %q, then %q", first, again)
	}
}

func TestTheStateStaysSmall(t *testing.T) {
	c := newTalk(t)
	lines := []struct{ text, intent string }{
		{"湖西区400以内的酒店", "hotel_search"}, {"第二家有停车场吗", "hotel_facility"}, {"订云栖酒店", "hotel_book"},
		{"镇海楼门票多少", "sight_detail"}, {"帮我查订单", "order_status"}, {"附近吃什么", "restaurant_search"}, {"周六", "inform"},
	}
	size := 0
	for i := range 2000 {
		l := lines[i%len(lines)]
		c.say(l.text, l.intent)
		if text, _ := json.Marshal(c.state); i == 100 {
			size = len(text)
		} else if i > 100 && len(text) > 2*size+4000 {
			t.Fatalf("the state has %d bytes after %d turns, %d after 100", len(text), i, size)
		}
	}
}

func TestStepChangesNoArgumentAndRepeats(t *testing.T) {
	c := newTalk(t)
	c.say("帮我订云栖酒店", "hotel_book")
	before, _ := json.Marshal(c.state)
	turn := Turn{Text: "后天，两晚，鹤鸣山庄有早餐吗", At: sunday}
	labels := []Label{{Name: "hotel_facility", Probability: .8}}
	var first string
	for range 3 {
		next, parts, trace, err := Step(t.Context(), c.parts, c.state, turn, labels)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := json.Marshal([]any{next, parts, trace})
		if first == "" {
			first = string(all)
		}
		if string(all) != first {
			t.Fatalf("another answer:\n%s\n%s", first, all)
		}
	}
	if after, _ := json.Marshal(c.state); string(after) != string(before) {
		t.Errorf("the state was changed:\n%s\n%s", before, after)
	}
}

func BenchmarkStep(b *testing.B) {
	p := Parts{Flow: exampleFlow(b), Knowledge: exampleKnowledge(b)}
	s, _, _, _ := Begin(b.Context(), p, Turn{At: sunday})
	labels := []Label{{Name: "hotel_search", Probability: .9}}
	for b.Loop() {
		if _, _, _, err := Step(b.Context(), p, s, Turn{Text: "湖西区400以内带泳池的酒店", At: sunday}, labels); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
}
