package format

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// dialect is how a delimited text is written.
type dialect struct {
	delimiter string
	header    bool
	columns   int // the most common number of fields
	skip      int // lines before the first record: Excel's "sep=;"
}

const sampleRecords = 200

// settle decides the dialect from the head of the text and the settings.
func settle(f *textFile, standard string, out dataset.Sink) (dialect, error) {
	lines, err := sampleLines(f)
	if err != nil {
		return dialect{}, err
	}
	d := dialect{delimiter: f.o.Settings.Delimiter}
	if d.delimiter == `\t` || d.delimiter == "tab" {
		d.delimiter = "\t"
	}
	if strings.ContainsAny(d.delimiter, "\"\r\n") || len(d.delimiter) > 8 {
		return d, dataset.BadSetting.With("setting", "delimiter", "got", f.o.Settings.Delimiter, "known", `, ; | tab`).At("delimiter")
	}
	if len(lines) > 0 && regexp.MustCompile(`^sep=.$`).MatchString(lines[0]) {
		d.skip = 1
		if d.delimiter == "" {
			d.delimiter = lines[0][4:]
		}
		lines = lines[1:]
	}
	given := d.delimiter != ""
	best, confidence, others := d.delimiter, 1.0, []string(nil)
	if !given {
		best, confidence, others = delimiterOf(lines, standard)
		d.delimiter = best
	}
	records := cut(lines, best)
	d.columns, _ = usual(records)
	why := spec.Text{ZH: fmt.Sprintf("前 %d 条记录多数有 %d 个字段", len(records), d.columns), EN: fmt.Sprintf("most of the first %d records have %d fields", len(records), d.columns)}
	if given {
		why = spec.Text{ZH: "由你或文件首行指定", EN: "set by you or by the file's first line"}
	}
	out.Detected(dataset.Detected{What: "delimiter", Value: best, Confidence: confidence, Why: why, Alternatives: others})
	d.settleHeader(records, f.o.Settings.Header, out)
	return d, nil
}

func (d *dialect) settleHeader(records [][]string, setting string, out dataset.Sink) {
	detected := dataset.Detected{What: "header", Alternatives: []string{"yes", "no"}}
	switch setting {
	case "yes", "no":
		d.header, detected.Confidence = setting == "yes", 1
		detected.Why = spec.Text{ZH: "由你指定", EN: "set by you"}
	default:
		d.header, detected.Confidence, detected.Why = headerOf(records)
	}
	detected.Value = "no"
	if d.header {
		detected.Value = "yes"
	}
	out.Detected(detected)
}

func sampleLines(f *textFile) ([]string, error) {
	in, err := f.upTo(4 * headBytes)
	if err != nil {
		return nil, err
	}
	var out []string
	for len(out) < sampleRecords {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, f.place(err)
		}
		if line.End == "" && f.in.Size() > 4*headBytes && len(out) > 0 {
			break // cut off by the sample, not by the file
		}
		out = append(out, line.Text)
	}
	return out, nil
}

// cut makes records of sample lines, quotes understood.
func cut(lines []string, delimiter string) (records [][]string) {
	f := fields{delimiter: delimiter}
	f.reset()
	for i := 0; i < len(lines); i++ {
		if lines[i] == "" && !f.inside {
			continue
		}
		if s := f.feed(lines[i], "\n"); s == open && i+1 < len(lines) {
			continue
		} else if s == broken {
			f.plain(lines[i])
		}
		records = append(records, append([]string(nil), f.values...))
		f.reset()
	}
	return records
}

// usual is the most common number of fields and its share.
func usual(records [][]string) (count int, share float64) {
	tally := map[int]int{}
	for _, r := range records {
		tally[len(r)]++
	}
	best := 0
	for n, times := range tally {
		if times > best || times == best && n > count {
			count, best = n, times
		}
	}
	if len(records) == 0 {
		return 1, 0
	}
	return count, float64(best) / float64(len(records))
}

// delimiterOf chooses the delimiter that cuts most records into the same number
// of fields, at least two.
func delimiterOf(lines []string, standard string) (best string, confidence float64, others []string) {
	best, top := standard, 0.0
	for _, d := range []string{",", "\t", ";", "|", "\x01", "，"} {
		count, share := usual(cut(lines, d))
		if count < 2 || share < 0.5 {
			continue
		}
		score := share
		if d == standard {
			score += 0.05
		}
		if d == "，" { // the Chinese comma is punctuation far more often
			score -= 0.3
		}
		if score > top {
			if top > 0 {
				others = append(others, best)
			}
			best, top = d, score
		} else {
			others = append(others, d)
		}
	}
	if top == 0 {
		return standard, 0.5, []string{"\t", ";", "|"}
	}
	return best, min(0.99, top), others
}

var (
	numeric   = regexp.MustCompile(`^[+-]?[0-9][0-9,]*(\.[0-9]+)?%?$`)
	headWords = regexp.MustCompile(`(?i)^(id|no|序号|编号|.*_?id|.*编号|name|姓名|text|label|labels|content|内容|文本|标签|意图|intent|category|类别|分类|question|answer|问题|答案|回答|标题|title|time|date|时间|日期|role|角色|domain|领域|speaker|来源|source|url|phone|电话|地址|会话.*|消息.*|客户.*|订单.*)$`)
)

// headerOf judges whether the first record names the columns.
func headerOf(records [][]string) (bool, float64, spec.Text) {
	if len(records) == 0 {
		return false, 0.5, spec.Text{ZH: "没有记录", EN: "there are no records"}
	}
	first, body := records[0], records[1:]
	seen, known, differs := map[string]bool{}, 0, 0
	for i, name := range first {
		name = strings.TrimSpace(name)
		if name == "" && len(first) > 1 && i == 0 {
			continue // pandas writes its index without a name
		}
		switch {
		case name == "" || seen[name]:
			return false, 0.8, spec.Text{ZH: "首行有空的或重复的值", EN: "the first record has empty or repeated values"}
		case numeric.MatchString(name):
			return false, 0.95, spec.Text{ZH: "首行有数字", EN: "the first record has numbers"}
		case utf8.RuneCountInString(name) > 40 || strings.ContainsAny(name, "。？！?!"):
			return false, 0.9, spec.Text{ZH: "首行像一句话，不像列名", EN: "the first record reads like a sentence, not like names"}
		}
		seen[name] = true
		if headWords.MatchString(name) {
			known++
		}
		if typed(body, i) {
			differs++
		}
	}
	switch {
	case known > 0:
		return true, 0.97, spec.Text{ZH: fmt.Sprintf("首行有 %d 个常见列名", known), EN: fmt.Sprintf("the first record has %d common column names", known)}
	case differs > 0:
		return true, 0.95, spec.Text{ZH: fmt.Sprintf("有 %d 列下面是数字而首行不是", differs), EN: fmt.Sprintf("%d columns hold numbers below but not in the first record", differs)}
	case len(body) == 0:
		return true, 0.6, spec.Text{ZH: "只有一行短文本", EN: "there is one record of short texts"}
	case repeats(first, body):
		return false, 0.8, spec.Text{ZH: "首行的值在下面再次出现", EN: "values of the first record occur again below"}
	case len(first) == 1:
		return false, 0.6, spec.Text{ZH: "只有一列，首行不像列名", EN: "there is one column and the first record is no known name"}
	}
	return true, 0.7, spec.Text{ZH: "首行都是互不相同的短文本", EN: "the first record consists of short texts that all differ"}
}

// typed reports whether column i holds numbers in nearly all records.
func typed(body [][]string, i int) bool {
	numbers, filled := 0, 0
	for _, r := range body {
		if i < len(r) && r[i] != "" {
			filled++
			if numeric.MatchString(strings.TrimSpace(r[i])) {
				numbers++
			}
		}
	}
	return filled > 0 && numbers*10 >= filled*9
}

func repeats(first []string, body [][]string) bool {
	for _, r := range body {
		for i := range min(len(first), len(r)) {
			if first[i] == r[i] {
				return true
			}
		}
	}
	return false
}
