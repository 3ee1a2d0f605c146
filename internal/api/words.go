package api

import (
	"regexp"
	"strings"
)

// chinese gives huma's validation messages in Chinese; $1 … stand for what the
// pattern caught. A test makes huma say each of them.
var chinese = []struct {
	en *regexp.Regexp
	zh string
}{
	{regexp.MustCompile(`^unexpected property$`), "不认识这个字段"},
	{regexp.MustCompile(`^unknown query parameter$`), "不认识这个查询参数"},
	{regexp.MustCompile(`^required (\w+) parameter is missing$`), "缺少这个参数"},
	{regexp.MustCompile(`^expected required property (\S+) to be present$`), "缺少字段 $1"},
	{regexp.MustCompile(`^expected boolean$`), "应为 true 或 false"},
	{regexp.MustCompile(`^expected integer$`), "应为整数"},
	{regexp.MustCompile(`^expected number$`), "应为数字"},
	{regexp.MustCompile(`^expected string$`), "应为文字"},
	{regexp.MustCompile(`^expected array$`), "应为列表"},
	{regexp.MustCompile(`^expected object$`), "应为对象"},
	{regexp.MustCompile(`^expected string to be base64 encoded$`), "应为 base64"},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), "应为其中之一：$1"},
	{regexp.MustCompile(`^expected number >= (\S+)$`), "应不小于 $1"},
	{regexp.MustCompile(`^expected number > (\S+)$`), "应大于 $1"},
	{regexp.MustCompile(`^expected number <= (\S+)$`), "应不大于 $1"},
	{regexp.MustCompile(`^expected number < (\S+)$`), "应小于 $1"},
	{regexp.MustCompile(`^expected number to be a multiple of (\S+)$`), "应为 $1 的倍数"},
	{regexp.MustCompile(`^expected length >= (\d+)$`), "至少 $1 个字"},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "至多 $1 个字"},
	{regexp.MustCompile(`^expected array length >= (\d+)$`), "至少 $1 项"},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), "至多 $1 项"},
	{regexp.MustCompile(`^expected array items to be unique$`), "各项不能重复"},
	{regexp.MustCompile(`^expected string to (?:match pattern|be) (.+)$`), "格式应为 $1"},
	{regexp.MustCompile(`^expected value to match (.+)$`), "不符合要求的形式（$1）"},
	{regexp.MustCompile(`^invalid (integer|float|boolean|date/time|url)(.*)$`), "写法不对（应为 $1）"},
	{regexp.MustCompile(`^request body is required$`), "缺少请求内容"},
	{regexp.MustCompile(`^(unknown content type.*)$`), "不认识的内容类型，应为 application/json"},
	{regexp.MustCompile(`^invalid character (.+) (after|looking for|in) (.+)$`), "不是合法的 JSON：遇到了 $1"},
	{regexp.MustCompile(`^unexpected end of JSON input$`), "不是合法的 JSON：没有写完"},
	{regexp.MustCompile(`^json: (.+)$`), "不是合法的 JSON：$1"},
	{regexp.MustCompile(`^validation failed$`), "没有通过检查"},
}

// inWords tells one of huma's messages in lang. A message that nobody foresaw
// stays English rather than being hidden.
func inWords(message, lang string) string {
	if lang == "en" {
		return message
	}
	for _, w := range chinese {
		if w.en.MatchString(message) {
			return strings.TrimSpace(w.en.ReplaceAllString(message, w.zh))
		}
	}
	return message
}
