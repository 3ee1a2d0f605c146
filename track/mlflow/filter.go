package mlflow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/spec"
)

// condition is one comparison of a filter: kind.key operator values.
type condition struct {
	kind, key, op string
	values        []string // more than one for IN
	number        float64  // for metrics and times
}

// order is one key of an order.
type order struct {
	kind, key string
	down      bool
}

var (
	// A name may stand in back ticks or double quotes.
	namePattern = "(?:`[^`]+`|\"[^\"]+\"|[A-Za-z0-9_./\\-]+)"
	valuePat    = `(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|-?[0-9.]+(?:[eE][+-]?[0-9]+)?|-?(?i:nan|inf(?:inity)?))`
	comparePat  = regexp.MustCompile(`^\s*(?:([A-Za-z_]+)\s*\.\s*)?(` + namePattern + `)\s*(>=|<=|!=|<>|=|>|<|(?i:NOT\s+IN|IN|NOT\s+LIKE|NOT\s+ILIKE|LIKE|ILIKE|IS\s+NOT\s+NULL|IS\s+NULL))\s*(\([^)]*\)|` + valuePat + `)?`)
	andPattern  = regexp.MustCompile(`^\s*(?i:AND)\b`)
	orderPat    = regexp.MustCompile(`^\s*(?:([A-Za-z_]+)\s*\.\s*)?(` + namePattern + `)(?:\s+((?i:ASC|DESC)))?\s*$`)
	inValue     = regexp.MustCompile(`^\s*(` + valuePat + `)\s*(?:,|$)`)
)

// kinds are the words for what is compared, by what it is.
var kinds = map[string]string{
	"metric": "metric", "metrics": "metric", "param": "param", "params": "param", "parameter": "param", "parameters": "param",
	"tag": "tag", "tags": "tag", "attribute": "attribute", "attributes": "attribute", "attr": "attribute", "run": "attribute", "": "attribute",
	"dataset": "dataset", "datasets": "dataset", "model": "attribute", "trace": "attribute", "metadata": "metadata", "request_metadata": "metadata",
}

// parseFilter reads comparisons joined by AND. Fault: BadFilter.
func parseFilter(filter string) ([]condition, error) {
	var list []condition
	rest := strings.TrimSpace(filter)
	for rest != "" {
		m := comparePat.FindStringSubmatch(rest)
		if m == nil {
			return nil, BadFilter.With("filter", filter, "why", seen(rest)).At("filter")
		}
		kind, ok := kinds[strings.ToLower(m[1])]
		c := condition{kind: kind, key: unquote(m[2]), op: strings.ToUpper(strings.Join(strings.Fields(m[3]), " "))}
		if !ok {
			return nil, BadFilter.With("filter", filter, "why", spec.Text{ZH: "没有「" + m[1] + "」这一类；有 metrics、params、tags、attributes、datasets，追踪有 tags、metadata、trace", EN: "there is no " + m[1] + "; there are metrics, params, tags, attributes, datasets, and of traces tags, metadata, trace"}).At("filter")
		}
		if c.op == "<>" {
			c.op = "!="
		}
		var why spec.Text
		if c.values, why = valuesOf(c.op, m[4]); why.EN == "" && kind == "metric" && len(c.values) == 1 {
			var err error
			if c.number, err = strconv.ParseFloat(c.values[0], 64); err != nil || strings.ContainsAny(m[4], `'"`) {
				why = spec.Text{ZH: "指标只能和数比较，数不加引号", EN: "a metric is compared with a number, without quotes"}
			}
		}
		if why.EN != "" {
			return nil, BadFilter.With("filter", filter, "why", why).At("filter")
		}
		list = append(list, c)
		rest = strings.TrimSpace(rest[len(m[0]):])
		if rest == "" {
			break
		}
		and := andPattern.FindString(rest)
		if and == "" || strings.TrimSpace(rest[len(and):]) == "" {
			return nil, BadFilter.With("filter", filter, "why", spec.Text{ZH: "比较之间只能用 AND，后面还要有一个比较，这里是：" + cut(rest), EN: "comparisons are joined by AND, with one after it; here stands: " + cut(rest)}).At("filter")
		}
		rest = rest[len(and):]
	}
	return list, nil
}

// seen tells from where on a filter is not understood.
func seen(rest string) spec.Text {
	return spec.Text{ZH: "从这里起看不懂：" + cut(rest), EN: "not understood from here on: " + cut(rest)}
}

func valuesOf(op, said string) (values []string, why spec.Text) {
	said = strings.TrimSpace(said)
	if strings.HasPrefix(op, "IS ") {
		if said != "" {
			return nil, spec.Text{ZH: op + " 后面不跟值", EN: "nothing follows " + op}
		}
		return nil, why
	}
	if said == "" {
		return nil, spec.Text{ZH: op + " 后面缺值", EN: "a value is missing after " + op}
	}
	in := strings.HasSuffix(op, "IN")
	if in != strings.HasPrefix(said, "(") {
		return nil, spec.Text{ZH: "括号里的列表只跟在 IN 后面", EN: "a list in brackets belongs to IN, and to nothing else"}
	}
	if !in {
		return []string{unquote(said)}, why
	}
	for rest := strings.TrimSpace(said[1 : len(said)-1]); rest != ""; {
		m := inValue.FindStringSubmatch(rest)
		if m == nil {
			return nil, seen(rest)
		}
		values, rest = append(values, unquote(m[1])), strings.TrimSpace(rest[len(m[0]):])
	}
	if len(values) == 0 {
		return nil, spec.Text{ZH: "列表是空的", EN: "the list is empty"}
	}
	return values, why
}

func unquote(s string) string {
	if len(s) >= 2 && strings.ContainsRune("`'\"", rune(s[0])) && s[len(s)-1] == s[0] {
		q := s[:1]
		return strings.ReplaceAll(s[1:len(s)-1], q+q, q)
	}
	return s
}

// parseOrders reads keys of an order. Fault: BadFilter.
func parseOrders(said []string) ([]order, error) {
	var list []order
	for _, one := range said {
		m := orderPat.FindStringSubmatch(one)
		kind, ok := "", false
		if m != nil {
			kind, ok = kinds[strings.ToLower(m[1])]
		}
		if !ok {
			return nil, BadFilter.With("filter", one, "why", spec.Text{ZH: "排序是 metrics.x、params.x、tags.x 或属性，后面可跟 ASC 或 DESC", EN: "an order is metrics.x, params.x, tags.x or an attribute, then ASC or DESC"}).At("order_by")
		}
		list = append(list, order{kind, unquote(m[2]), strings.EqualFold(m[3], "DESC")})
	}
	return list, nil
}

// like tells whether a text matches a pattern of SQL: % is any text, _ one character.
func like(text, pattern string, folded bool) bool {
	if folded {
		text, pattern = strings.ToLower(text), strings.ToLower(pattern)
	}
	return likeRunes([]rune(text), []rune(pattern))
}

// likeRunes goes back to the last % only, so that no pattern takes long.
func likeRunes(text, pattern []rune) bool {
	t, p, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '%':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '_' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '%' {
		p++
	}
	return p == len(pattern)
}

// holds compares a text, or its absence.
func (c condition) holds(text string, there bool) bool {
	switch c.op {
	case "IS NULL":
		return !there
	case "IS NOT NULL":
		return there
	}
	if !there {
		return false
	}
	switch c.op {
	case "=":
		return text == c.values[0]
	case "!=":
		return text != c.values[0]
	case "<":
		return text < c.values[0]
	case "<=":
		return text <= c.values[0]
	case ">":
		return text > c.values[0]
	case ">=":
		return text >= c.values[0]
	case "LIKE", "ILIKE":
		return like(text, c.values[0], c.op == "ILIKE")
	case "NOT LIKE", "NOT ILIKE":
		return !like(text, c.values[0], c.op == "NOT ILIKE")
	}
	for _, v := range c.values {
		if v == text {
			return c.op == "IN"
		}
	}
	return c.op == "NOT IN"
}

// holdsNumber compares a number that is there; the values of c must be numbers.
func (c condition) holdsNumber(v float64) bool {
	switch c.op {
	case "IS NULL", "IS NOT NULL":
		return c.op == "IS NOT NULL"
	case "IN", "NOT IN":
		return slices.ContainsFunc(c.values, func(said string) bool { want, _ := strconv.ParseFloat(said, 64); return v == want }) == (c.op == "IN")
	}
	switch want, _ := strconv.ParseFloat(c.values[0], 64); c.op {
	case "=":
		return v == want
	case "!=":
		return v != want
	case "<":
		return v < want
	case "<=":
		return v <= want
	case ">":
		return v > want
	case ">=":
		return v >= want
	}
	return false
}

// areNumbers tells that a condition can be asked of a number.
func (c condition) areNumbers() bool {
	return !strings.Contains(c.op, "LIKE") && !slices.ContainsFunc(c.values, func(said string) bool { _, err := strconv.ParseFloat(said, 64); return err != nil })
}
