package operator

import (
	"html"
	"regexp"
	"strings"

	"zhuomo/clean"
)

var (
	entity     = regexp.MustCompile(`&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)
	tag        = regexp.MustCompile(`(?i)</?(a|abbr|article|aside|b|big|blockquote|body|button|center|code|dd|div|dl|dt|em|embed|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|mark|meta|nav|object|ol|option|p|pre|s|section|select|small|span|strike|strong|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video|wbr|o:p)(\s[^<>]*)?/?>`)
	brk        = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|li|tr|h[1-6])\s*>`)
	hidden     = regexp.MustCompile(`(?is)<script\b[^<>]*>.*?</script\s*>|<style\b[^<>]*>.*?</style\s*>|<!--.*?-->`)
	ampersands = regexp.MustCompile(`&(?:amp;){2,}`)
	newline    = regexp.MustCompile(`\n{2,}`)
)

// maxRounds bounds how often a text is decoded again: it was never encoded, or
// its tags nested into each other, more often.
const maxRounds = 8

// HTMLEntities returns the operator that decodes entities, also nested ones.
func HTMLEntities() clean.Operator {
	return newCell(describe("clean.html_entities.v1", clean.Markup, "还原 HTML 实体", "Decode HTML entities",
		"把 &amp;、&#39; 之类还原成字符，套了几层也能还原；没有分号的不动，以免误伤网址。",
		"Turns &amp;, &#39; and the like into characters, however often they were encoded; without a semicolon they stay, so that addresses are safe.",
		texts("套了两层的实体", "an entity encoded twice", "&amp;lt;b&amp;gt;&nbsp;好", "<b> 好", "AT&T?a=1&copy=2", "AT&T?a=1&copy=2")),
		always(func(s string) (string, string, int) {
			count := 0
			// Each round undoes one layer but of &amp;amp;…, which goes at once, so
			// that a hostile megabyte of it costs no more than a real text.
			for round := 0; round < maxRounds && strings.Contains(s, "&") && strings.Contains(s, ";"); round++ {
				s = ampersands.ReplaceAllString(s, "&amp;")
				next := entity.ReplaceAllStringFunc(s, func(e string) string {
					out := html.UnescapeString(e)
					if out == e {
						return e
					}
					count++
					return strings.ReplaceAll(out, "\u00a0", " ")
				})
				if next == s {
					break
				}
				s = next
			}
			return s, "html.entity", count
		}))
}

// HTMLTags returns the operator that removes tags and what they hide.
func HTMLTags() clean.Operator {
	return newCell(describe("clean.html_tags.v1", clean.Markup, "去掉 HTML 标签", "Remove HTML tags",
		"去掉认得的标签、注释、脚本和样式，换行标签变成换行；“3<5”这样的文字不动。",
		"Removes known tags, comments, scripts and styles; line-breaking tags become line breaks; text such as 3<5 stays.",
		texts("标签与注释", "tags and a comment", "<p>你好<br/>我要<b>退款</b></p><!-- x -->", "你好\n我要退款", "3<5 且 a>b", "3<5 且 a>b")),
		always(func(s string) (string, string, int) {
			count := 0
			for round := 0; round < maxRounds && strings.Contains(s, "<") && strings.Contains(s, ">"); round++ {
				before := s
				drop := func(re *regexp.Regexp, with string) {
					s = re.ReplaceAllStringFunc(s, func(string) string { count++; return with })
				}
				drop(hidden, "")
				drop(brk, "\n")
				drop(tag, "")
				if s == before {
					break
				}
			}
			if count > 0 {
				s = strings.Trim(newline.ReplaceAllString(s, "\n"), "\n")
			}
			return s, "html.tag", count
		}))
}
