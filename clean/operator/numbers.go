package operator

import (
	"math"
	"math/big"
	"regexp"
	"strings"

	"zhuomo/clean"
)

var (
	grouped = regexp.MustCompile(`(^|[^0-9.,，])([0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?($|[^0-9,])`)
	scaled  = regexp.MustCompile(`([0-9]{1,9}(?:\.[0-9]{1,6})?)(万|萬|亿|億)`)
	capital = regexp.MustCompile(`[零壹贰貳叁參肆伍陆陸柒捌玖][零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億]*[元圆圓](?:整|正|[零壹贰貳叁參肆伍陆陸柒捌玖]角(?:[零壹贰貳叁參肆伍陆陸柒捌玖]分)?整?)?`)
)

// Numbers returns the operator that writes numbers in plain digits.
func Numbers() clean.Operator {
	return newCell(describe("clean.numbers.v1", clean.Quality, "统一数字", "Unify numbers",
		"把 1,200 写成 1200，3.5万 写成 35000，大写金额 壹仟贰佰元整 写成 1200元。",
		"Writes 1,200 as 1200, 3.5万 as 35000, and amounts in formal characters in digits.",
		texts("三种写法", "three ways", "共1,234,567元", "共1234567元", "3.5万人", "35000人", "壹仟贰佰叁拾元整", "1230元")),
		always(func(s string) (string, string, int) {
			count := 0
			replace := func(re *regexp.Regexp, with func(m []string) string) {
				s = re.ReplaceAllStringFunc(s, func(found string) string {
					out := with(re.FindStringSubmatch(found))
					if out != found {
						count++
					}
					return out
				})
			}
			for before := ""; before != s && strings.Contains(s, ","); { // neighbours share a border character
				before = s
				replace(grouped, func(m []string) string { return m[1] + strings.ReplaceAll(m[2], ",", "") + m[3] + m[4] })
			}
			replace(scaled, func(m []string) string {
				factor := int64(1e4)
				if m[2] == "亿" || m[2] == "億" {
					factor = 1e8
				}
				n, ok := new(big.Rat).SetString(m[1])
				if !ok {
					return m[0]
				}
				n.Mul(n, new(big.Rat).SetInt64(factor))
				if !n.IsInt() {
					return m[0]
				}
				return n.Num().String()
			})
			replace(capital, func(m []string) string { return formalAmount(m[0]) })
			return s, "number.form", count
		}))
}

// formalAmount reads 壹仟贰佰叁拾元伍角; as it stands when it is malformed.
func formalAmount(s string) string {
	whole, rest, _ := strings.Cut(strings.NewReplacer("圆", "元", "圓", "元").Replace(s), "元")
	total, section, current := 0, 0, 0
	for _, r := range whole {
		switch r {
		case '拾', '佰', '仟':
			section += max(1, current) * map[rune]int{'拾': 10, '佰': 100, '仟': 1000}[r]
			current = 0
		case '万', '萬':
			total += (section + current) * 1e4
			section, current = 0, 0
		case '亿', '億':
			total = (total + section + current) * 1e8
			section, current = 0, 0
		default:
			current = formalDigit(r)
		}
		if total > math.MaxInt64/1_000_000_000 {
			return s
		}
	}
	amount := big.NewInt(int64(total + section + current)).String()
	cents := [2]int{}
	digit := 0
	for _, r := range rest {
		switch r {
		case '角':
			cents[0] = digit
		case '分':
			cents[1] = digit
		default:
			digit = formalDigit(r)
		}
	}
	if cents == [2]int{} {
		return amount + "元"
	}
	amount += "." + string(rune('0'+cents[0]))
	if cents[1] > 0 {
		amount += string(rune('0' + cents[1]))
	}
	return amount + "元"
}

func formalDigit(r rune) int {
	for i, forms := range []string{"零", "壹", "贰貳", "叁參", "肆", "伍", "陆陸", "柒", "捌", "玖"} {
		if strings.ContainsRune(forms, r) {
			return i
		}
	}
	return 0
}
