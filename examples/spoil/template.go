package spoil

import (
	"fmt"
	"math/rand/v2"
	"time"

	"zhuomo/examples"
)

// opening and closing are what machines and agents paste into conversations; %d
// takes a number that varies. They stand for a material that has none of its own.
var (
	opening = []string{
		"【系统消息】您已进入人工服务队列，当前排队第%d位，预计等待%d分钟",
		"系统提示：客服%d号已接入会话，本次服务将被录音",
		"欢迎使用拾程旅行在线客服，我是%d号服务专员，很高兴为您服务，本店已接待%d位旅客",
		"温馨提示：为保障您的资金安全，请勿向任何人透露验证码，客服工号%d",
		"【自动回复】您的消息我们已收到，客服正在忙线，前面还有%d位客人",
	}
	middle = []string{
		"系统提示：由于您长时间未回复，会话将在%d秒后自动关闭",
		"【系统消息】客服%d号邀请您查看订单卡片，点击即可打开",
		"旅途无忧，尽在拾程！会员日满%d减%d，点击领取限时优惠，详情见活动页",
	}
	closing = []string{
		"请对本次服务作出评价：1非常满意2满意3一般4不满意，回复数字即可，编号%d",
		"本次会话已结束，服务编号%d，感谢您选择拾程旅行，期待再次为您服务",
		"诚邀您为客服%d号打分，您的评价是我们前进的动力，完成评价可得%d积分",
		"关注拾程旅行公众号，新人立减%d元，还有%d城特价酒店等您来抢，退订回T",
	}
)

// addTemplates pastes notices, requests and advertisements into sessions. They
// must be set aside.
func (w *works) addTemplates(n *examples.Notices) {
	if n == nil {
		n = &examples.Notices{Opening: opening, Middle: middle, Closing: closing}
	}
	r := w.stream(streamNotice)
	for _, s := range w.sessions {
		if r.Float64() < 0.30 {
			s.insert(0, notice(r, n.Opening, s.records[0].at.Add(-time.Second)))
		}
		if r.Float64() < 0.12 && len(s.records) > 3 {
			at := 2 + r.IntN(len(s.records)-2)
			s.insert(at, notice(r, n.Middle, s.records[at-1].at.Add(time.Second)))
		}
		if r.Float64() < 0.30 {
			s.insert(len(s.records), notice(r, n.Closing, s.records[len(s.records)-1].at.Add(time.Second)))
		}
	}
}

func notice(r *rand.Rand, from []string, at time.Time) record {
	form := pick(r, from)
	numbers := []any{}
	for i := 0; i+1 < len(form); i++ {
		if form[i] == '%' && form[i+1] == 'd' {
			numbers = append(numbers, 1+r.IntN(300))
		}
	}
	return record{at: at, speaker: examples.Agent, text: fmt.Sprintf(form, numbers...), kinds: []string{Template}}
}

func (s *session) insert(at int, rec record) {
	s.records = append(s.records[:at], append([]record{rec}, s.records[at:]...)...)
}
