package spoil

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"zhuomo/examples"
)

// Names of the files.
const (
	CSVFile  = "chats_1.csv"
	XLSXFile = "chats_2.xlsx"
	DBFile   = "chats_3.db"
)

func said(rec *record, customer, agent string) string {
	switch {
	case rec.noSpeaker:
		return ""
	case rec.speaker == examples.Agent:
		return agent
	}
	return customer
}

// of gives the sessions of one file, in order.
func of(sessions []*session, file int) []*session {
	var found []*session
	for _, s := range sessions {
		if s.file == file {
			found = append(found, s)
		}
	}
	return found
}

// writeCSV writes a log in GB18030 with the header 会话ID,渠道,时间,角色,内容. Line
// n+1 is record n, whatever stands in it.
func writeCSV(folder string, sessions []*session, t *Truth) error {
	var out bytes.Buffer
	encode := simplifiedchinese.GB18030.NewEncoder()
	line := func(text string) error {
		b, err := encode.Bytes([]byte(text))
		if err != nil {
			return fmt.Errorf("encode %s: %w", CSVFile, err)
		}
		out.Write(b)
		out.WriteString("\r\n")
		return nil
	}
	if err := line("会话ID,渠道,时间,角色,内容"); err != nil {
		return err
	}
	n := 0
	for _, s := range of(sessions, fileCSV) {
		for i := range s.records {
			rec := &s.records[i]
			n++
			t.add(CSVFile, "", n, s.id, rec)
			if rec.raw != nil {
				out.Write(rec.raw)
				out.WriteString("\r\n")
				continue
			}
			if err := line(csvLine(s, rec)); err != nil {
				return err
			}
		}
	}
	return t.write(folder, CSVFile, out.Bytes())
}

// csvLine writes one line, whole or as broken as the record says. A line that is
// cut has its end in the middle of the field after the last whole one.
func csvLine(s *session, rec *record) string {
	cells := []string{s.id, s.channel, rec.at.Format("2006-01-02 15:04:05"), said(rec, "用户", "客服"), rec.text}
	switch {
	case rec.fields == unquoted:
		return strings.Join(cells, ",")
	case rec.fields == strayQuote:
		return strings.Join(cells[:4], ",") + `,"` + rec.text
	case rec.fields > 0:
		return strings.Join(cells[:rec.fields], ",")
	case rec.fields < 0:
		return strings.Join(cells[-rec.fields:], ",")
	}
	if strings.ContainsAny(rec.text, ",\"\r\n") {
		cells[4] = `"` + strings.ReplaceAll(rec.text, `"`, `""`) + `"`
	}
	return strings.Join(cells, ",")
}

var sheetColumns = []any{"发送时间", "对话编号", "来源", "发言人", "消息"}

// writeXLSX writes a workbook of two sheets; other words, another order. It does
// without the library's row streams: two of them are packed in the order of a map.
func writeXLSX(folder string, sessions []*session, t *Truth) error {
	book := excelize.NewFile()
	defer book.Close()
	mine := of(sessions, fileXLSX)
	for i, sheet := range []string{"上半部分", "下半部分"} {
		if i == 0 {
			if err := book.SetSheetName("Sheet1", sheet); err != nil {
				return fmt.Errorf("name sheet: %w", err)
			}
		} else if _, err := book.NewSheet(sheet); err != nil {
			return fmt.Errorf("add sheet: %w", err)
		}
		row := func(n int, cells []any) error {
			if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", n), &cells); err != nil {
				return fmt.Errorf("write row %d of %s: %w", n, sheet, err)
			}
			return nil
		}
		if err := row(1, sheetColumns); err != nil {
			return err
		}
		n := 0
		for _, s := range mine[i*len(mine)/2 : (i+1)*len(mine)/2] {
			for j := range s.records {
				rec := &s.records[j]
				n++
				t.add(XLSXFile, sheet, n, s.id, rec)
				if err := row(n+1, []any{rec.at.Format("2006/01/02 15:04"), s.id, s.channel, said(rec, "客户", "坐席"), rec.text}); err != nil {
					return err
				}
			}
		}
		if err := book.SetSheetDimension(sheet, fmt.Sprintf("A1:E%d", n+1)); err != nil {
			return fmt.Errorf("size sheet: %w", err) // some readers believe it
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		return fmt.Errorf("write %s: %w", XLSXFile, err)
	}
	return t.write(folder, XLSXFile, out.Bytes())
}

// writeDB writes a SQLite file with one table.
func writeDB(folder string, sessions []*session, t *Truth) error {
	ctx := context.Background()
	path := filepath.Join(folder, DBFile)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove old %s: %w", DBFile, err)
	}
	d, err := sql.Open("sqlite", path)
	if err != nil {
		return fmt.Errorf("open %s: %w", DBFile, err)
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	if _, err := d.ExecContext(ctx, "CREATE TABLE messages (id INTEGER PRIMARY KEY, session_id TEXT, sender TEXT, body TEXT, sent_at TEXT, channel TEXT)"); err != nil {
		return fmt.Errorf("create table: %w", err)
	}
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	n := 0
	for _, s := range of(sessions, fileDB) {
		for i := range s.records {
			rec := &s.records[i]
			n++
			t.add(DBFile, "messages", n, s.id, rec)
			body := any(rec.text)
			if rec.text == "" {
				body = nil
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO messages (session_id, sender, body, sent_at, channel) VALUES ($1, $2, $3, $4, $5)",
				s.id, said(rec, "user", "agent"), body, rec.at.Format("2006-01-02T15:04:05"), s.channel); err != nil {
				_ = tx.Rollback()
				return fmt.Errorf("insert row: %w", err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("close %s: %w", DBFile, err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", DBFile, err)
	}
	t.seal(DBFile, body)
	return nil
}
