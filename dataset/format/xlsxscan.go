package format

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/spec"
)

// sheetPaths maps sheet names to their files in the workbook.
func sheetPaths(z *zip.Reader) map[string]string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	decode := func(name string, into any) {
		if f, err := z.Open(name); err == nil {
			// A workbook that cannot be decoded here just gets no formula notes.
			_ = xml.NewDecoder(io.LimitReader(f, 16<<20)).Decode(into)
			f.Close()
		}
	}
	decode("xl/workbook.xml", &book)
	decode("xl/_rels/workbook.xml.rels", &links)
	out := map[string]string{}
	for _, s := range book.Sheets {
		for _, l := range links.All {
			if l.ID == s.ID {
				out[s.Name] = strings.TrimPrefix(path.Join("/xl", l.Target), "/")
				if strings.HasPrefix(l.Target, "/") {
					out[s.Name] = l.Target[1:]
				}
			}
		}
	}
	return out
}

var cellName = regexp.MustCompile(`\br="([A-Z]{1,3})([0-9]{1,7})"`)

// scanFormulas reads tag by tag: a formula is an <f> inside a <c r="B2">; one
// that was saved without a value has no <v>.
func scanFormulas(ctx context.Context, f io.Reader, sheet string, out dataset.Sink) error {
	r := bufio.NewReaderSize(f, 64<<10)
	cell, formula, value := "", false, false
	done := func() {
		if !formula {
			return
		}
		line := 0
		if m := cellName.FindStringSubmatch(cell); m != nil {
			fmt.Sscan(m[2], &line)
			cell = m[1] + m[2]
		}
		finding := dataset.Finding{Kind: "formula", Part: sheet, Line: line, Offset: -1, Why: spec.Text{
			ZH: "单元格 " + cell + " 是公式，取了保存时的值", EN: "cell " + cell + " is a formula; the value it was saved with was taken"}}
		if !value {
			finding.Kind = "formula_without_value"
			finding.Why = spec.Text{ZH: "单元格 " + cell + " 是公式，文件里没有它的值，留空", EN: "cell " + cell + " is a formula without a saved value and stays empty"}
		}
		out.Finding(finding)
	}
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tag, err := r.ReadSlice('>')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue // a long text; no tag is that long
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		i := len(tag) - 1
		for i >= 0 && tag[i] != '<' {
			i--
		}
		if i < 0 || len(tag)-i < 3 {
			continue
		}
		switch t := tag[i+1:]; {
		case t[0] == 'c' && (t[1] == ' ' || t[1] == '>'):
			cell, formula, value = string(t), false, false
		case t[0] == 'f' && (t[1] == '>' || t[1] == ' ' || t[1] == '/'):
			formula = true
		case t[0] == 'v' && t[1] == '>':
			value = true
		case t[0] == '/' && t[1] == 'c' && t[2] == '>':
			done()
			formula = false
		}
	}
}
