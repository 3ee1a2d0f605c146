package operator

import (
	"strings"
	"testing"
)

func TestAlignedShareSeesASessionThatLacksItsLongestTurn(t *testing.T) {
	t.Parallel()
	say := func(texts ...string) []turn {
		turns := make([]turn, len(texts))
		for i, s := range texts {
			turns[i] = turn{speaker: []string{"顾客", "客服"}[i%2], key: s}
		}
		return turns
	}
	long := strings.Repeat("周边的餐馆有很多家", 30)
	whole := say("我想找一家江边的酒店", "给您推荐澜江大酒店", "周边有什么好吃的吗", long, "好的谢谢你", "不客气")
	whole = append(whole, say("订一间明天的大床房", "已经为您订好了")...)
	lacking := append(append([]turn{}, whole[:3]...), whole[4:]...)
	if got := alignedShare(whole, lacking); got != 7.0/8 {
		t.Errorf("one of eight turns is missing: %v", got)
	}
	if got := alignedShare(lacking, whole); got != 7.0/8 {
		t.Errorf("the other way round: %v", got)
	}
	other := say("我要投诉你们", "非常抱歉给您添麻烦了", "房间里有蟑螂", "马上为您换房", "好的谢谢你", "不客气", "押金退我", "已经退了")
	if got := alignedShare(whole, other); got > 0.3 {
		t.Errorf("another conversation: %v", got)
	}
	if got := alignedShare(whole[:4], whole[:4]); got != 0 {
		t.Errorf("few turns are no proof: %v", got)
	}
}
