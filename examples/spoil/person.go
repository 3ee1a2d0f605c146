package spoil

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"zhuomo/examples"
)

// personal is one kind of personal data: how it is made, the word that stands
// for it after cleaning, and the wordings in which people give it; %s is its place.
type personal struct {
	mask     string
	make     func(r *rand.Rand) string
	customer []string
	agent    []string
}

var personals = []personal{
	{"[手机号]", mobile,
		[]string{"我电话%s", "手机号是%s，有消息打给我", "打我手机%s吧", "联系方式：%s", "你记一下，%s", "我老公的号码%s也行", "预留的是%s", "留个电话给你%s，随时能接"},
		[]string{"您预留的手机号%s对吗？", "稍后会有专员拨打%s联系您。", "短信已发到%s，请查收。", "司机电话%s，到了会打给您。"}},
	{"[身份证号]", idCard,
		[]string{"身份证%s", "证件号码是%s", "入住人身份证号：%s", "给你身份证%s，查一下"},
		[]string{"登记的证件号是%s，请核对。", "为您查到身份证%s名下的订单。"}},
	{"[邮箱]", email,
		[]string{"发票发到%s", "邮箱是%s", "我的邮箱：%s", "发%s这个邮箱就成"},
		[]string{"发票已发送至%s，请查收。", "请确认邮箱%s是否正确。"}},
	{"[银行卡号]", bankCard,
		[]string{"退到我卡上，卡号%s", "银行卡%s", "我付款的卡是%s", "卡号：%s，什么时候到账"},
		[]string{"款项将退回到银行卡%s。", "您尾款支付的卡号是%s吗？"}},
	{"[车牌]", plate,
		[]string{"车牌%s", "我车是%s，白色的", "帮我登记下车牌号：%s", "停车的车牌是%s"},
		[]string{"接您的车是%s，请留意。", "车牌%s已登记，免费停一辆。"}},
	{"[微信号]", weChat,
		[]string{"加我微信：%s", "微信号%s", "微信%s，加一下", "我的微信号是%s"},
		[]string{"您可以添加顾问微信：%s", "顾问的微信号是%s，可以直接沟通。"}},
}

// addPersons weaves personal data into what people said.
func (w *works) addPersons() {
	r := w.stream(streamPerson)
	for _, s := range w.sessions {
		for i := range s.records {
			rec := &s.records[i]
			if rec.turn == 0 || r.Float64() >= 0.04 {
				continue
			}
			p := pick(r, personals)
			wordings := p.customer
			if rec.speaker == examples.Agent {
				wordings = p.agent
			}
			form, data := pick(r, wordings), p.make(r)
			said := rec.text
			weave := func(with string) string {
				clause := strings.Replace(form, "%s", with, 1)
				last := []rune(said)[len([]rune(said))-1]
				if strings.ContainsRune("，。？！；：…~～", last) {
					return said + clause
				}
				return said + "，" + clause
			}
			rec.text, rec.want = weave(data), []string{weave(p.mask)}
			rec.plant(Personal)
		}
	}
}

func digits(r *rand.Rand, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte('0' + r.IntN(10))
	}
	return string(out)
}

func mobile(r *rand.Rand) string {
	n := pick(r, []string{"130", "131", "135", "136", "138", "139", "150", "152", "158", "166", "176", "177", "180", "186", "187", "188", "189", "191", "198"}) + digits(r, 8)
	switch r.IntN(9) {
	case 0:
		return n[:3] + "-" + n[3:7] + "-" + n[7:]
	case 1:
		return n[:3] + " " + n[3:7] + " " + n[7:]
	case 2:
		return "+86 " + n
	case 3:
		return "+86-" + n
	case 4:
		return fullDigits(n)
	case 5:
		return strings.NewReplacer("0", "零", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九").Replace(n)
	}
	return n
}

func fullDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c + 0xFEE0
		}
		return c
	}, s)
}

// idCard makes an identity number with a right check digit (GB 11643).
func idCard(r *rand.Rand) string {
	area := pick(r, []string{"110105", "310104", "330702", "440305", "510107", "420106", "320583", "350203", "610113", "370202"})
	body := area + fmt.Sprintf("%04d%02d%02d", 1950+r.IntN(58), 1+r.IntN(12), 1+r.IntN(28)) + digits(r, 3)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(body[i]-'0')
	}
	check := string("10X98765432"[sum%11])
	if r.IntN(3) == 0 {
		check = strings.ToLower(check)
	}
	return body + check
}

// bankCard makes a card number with a right last digit (Luhn).
func bankCard(r *rand.Rand) string {
	body := pick(r, []string{"622202", "621700", "622848", "621661", "622588", "625912"}) + digits(r, pick(r, []int{9, 12}))
	sum := 0
	for i := range body {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	number := body + string(rune('0'+(10-sum%10)%10))
	if r.IntN(3) > 0 {
		return number
	}
	var groups []string
	for len(number) > 4 {
		groups, number = append(groups, number[:4]), number[4:]
	}
	return strings.Join(append(groups, number), " ")
}

func email(r *rand.Rand) string {
	name := pick(r, []string{"lan", "tea", "sky", "rain.9", "go_home", "mika", "x.zhang", "panda", "h2o"}) + digits(r, 1+r.IntN(4))
	return name + "@" + pick(r, []string{"example.com", "mail.example.cn", "example.org", "corp.example.com.cn"})
}

func plate(r *rand.Rand) string {
	letters := "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
	head := pick(r, []string{"浙", "沪", "苏", "粤", "京", "皖", "闽"}) + string(letters[r.IntN(7)])
	tail := []byte(digits(r, 5))
	for range r.IntN(3) { // GA 36: at most two letters, the last is often a digit
		tail[r.IntN(4)] = letters[r.IntN(len(letters))]
	}
	switch r.IntN(4) {
	case 0:
		return head + "·" + string(tail)
	case 1:
		return head + pick(r, []string{"D", "F"}) + digits(r, 5) // electric cars
	}
	return head + string(tail)
}

func weChat(r *rand.Rand) string {
	return pick(r, []string{"lanzhou_", "sunny-", "tea_time", "wx_9", "xiaoyu", "Mango_"}) + digits(r, 2+r.IntN(4)) // six characters at least, as the service asks
}
