package format

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
	"zhuomo/text"
)

// HTML returns the format of web pages: each table is a part, the rest of the
// text is the part "text", a row a block.
func HTML() dataset.Format {
	return page{describe("html", "网页", "Web page", "每个表格一部分，其余正文按段落成行；脚本和样式不读。",
		"Each table is a part and the other text one row a block; scripts and styles are not read.", "", false, ".html", ".htm")}
}

type page struct{ spec dataset.FormatSpec }

func (p page) Spec() dataset.FormatSpec { return p.spec }

var pageStart = regexp.MustCompile(`(?is)^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table)[\s>]`)

func (p page) Sniff(b []byte, name string) dataset.Guess {
	g := sure(pageStart.Match(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))) || named(p.spec, name) && bytes.IndexByte(b, '<') >= 0,
		"以网页标记开头或文件名是网页", "it begins with the tags of a web page or is named like one")
	g.Confidence *= 0.96
	return g
}

// pageBytes is the largest page; a tree takes many times its text.
const pageBytes = 64 << 20

var declared = regexp.MustCompile(`(?i)<meta[^>]+charset=["']?([\w-]+)`)

func (p page) Read(ctx context.Context, in dataset.File, o dataset.ReadOptions, out dataset.Sink) error {
	if in.Size() > pageBytes {
		return dataset.LineTooLong.With("name", o.Name, "line", 1, "byte", 0, "limit", spec.Size(pageBytes))
	}
	raw := make([]byte, in.Size())
	if _, err := in.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read page: %w", err)
	}
	if o.Settings.Encoding == "" {
		// What the page says of itself counts when it fits the bytes.
		if m := declared.FindSubmatch(raw[:min(len(raw), 4096)]); m != nil {
			if name := text.CanonicalEncoding(string(m[1])); name != "" {
				if _, _, bad, err := text.Decode(raw, name); err == nil && bad == 0 {
					o.Settings.Encoding = name
				}
			}
		}
	}
	f, err := openText(in, o, out)
	if err != nil {
		return err
	}
	decoded, _, bad, err := text.Decode(raw, f.guess.Name)
	if err != nil {
		return f.place(err)
	}
	f.note(text.Line{Bad: bad, Length: in.Size()}, 0, out)
	tree, err := goquery.NewDocumentFromReader(strings.NewReader(decoded))
	if err != nil {
		return dataset.Damaged.With("name", o.Name, "format", "HTML", "where", anywhere).Because(err)
	}
	tree.Find("script, style, noscript, template").Remove()
	return p.parts(ctx, tree, o, out)
}

func (p page) parts(ctx context.Context, tree *goquery.Document, o dataset.ReadOptions, out dataset.Sink) error {
	tables := tree.Find("table").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return s.Find("table").Length() == 0 && s.Find("tr").Length() > 0
	})
	var names []string
	var failed error
	tables.EachWithBreak(func(i int, table *goquery.Selection) bool {
		name := "table " + itoa(i+1)
		names = append(names, name)
		if !wanted(o, name) {
			return true
		}
		var rows [][]string
		var lines []int
		table.Find("tr").Each(func(n int, tr *goquery.Selection) {
			var cells []string
			tr.Find("th, td").Each(func(_ int, td *goquery.Selection) { cells = append(cells, blockText(td.Nodes[0])) })
			if len(cells) > 0 {
				rows, lines = append(rows, cells), append(lines, n+1)
			}
		})
		if len(rows) == 0 {
			return true
		}
		inside := o
		if o.Settings.Header == "" && table.Find("tr").First().Find("th").Length() > 0 {
			inside.Settings.Header = "yes"
		}
		failed = (&grid{ctx: ctx, part: name, o: inside, out: out}).begin(rows, lines)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	tables.Remove()
	var blocks []string
	if body := tree.Find("body"); body.Length() > 0 {
		blocks = blocksOf(body.Nodes[0])
	}
	if len(blocks) > 0 {
		names = append(names, "text")
	}
	if err := missing(o, names); err != nil || len(blocks) == 0 || !wanted(o, "text") {
		return err
	}
	if err := out.Part("text", []string{"text"}); err != nil {
		return err
	}
	for i, block := range blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := out.Record(dataset.Record{Number: i + 1, Offset: -1, Values: []string{block}}); err != nil {
			return err
		}
	}
	return nil
}

const inlineTags = " a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strong sub sup time u var wbr label img "

// blocksOf cuts the text under n where block elements begin and end.
func blocksOf(n *html.Node) (blocks []string) {
	var b strings.Builder
	end := func() {
		if s := strings.Join(strings.Fields(b.String()), " "); s != "" {
			blocks = append(blocks, s)
		}
		b.Reset()
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.Type != html.ElementNode:
			case strings.Contains(inlineTags, " "+c.Data+" "):
				walk(c)
			default:
				end()
				walk(c)
				end()
			}
		}
	}
	walk(n)
	end()
	return blocks
}

func blockText(n *html.Node) string { return strings.Join(blocksOf(n), "\n") }
