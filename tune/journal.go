package tune

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// A journal is where programs outside keep what they do to their own studies, line
// by line: Optuna's journal storage, for one. This program does not read the lines.
// All who append see one order, without gaps.

// Line is one line of a journal.
type Line struct {
	Number int    `json:"number" table:"序号|number"`
	Line   string `json:"line" table:"内容|line"`
}

const (
	longestLine = 1 << 20  // bytes
	longestPage = 16 << 20 // bytes of lines; a page has at least one
)

// Append adds lines at the end of a journal, all or none; they are durable when it
// returns. key marks the lines: sent again with it they are there once. The number
// of the first line is given back. Fault: BadLine, Crowded.
func (s *Service) Append(ctx context.Context, product, journal, key string, lines []string) (first int, err error) {
	for _, line := range lines {
		if len(line) > longestLine || strings.ContainsAny(line, "\n\r\x00") {
			return 0, BadLine.With("most", longestLine).At("lines")
		}
	}
	for range 50 { // of processes that meet on a number, one wins each time
		err = s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			first, err = appendLines(ctx, tx, product, journal, key, lines)
			return err
		})
		if !errors.Is(err, db.Taken) {
			return first, err
		}
	}
	return 0, Crowded.With("study", journal)
}

// JournalPath names a journal of a product in a path.
type JournalPath struct {
	ProductPath
	Journal string `path:"journal" maxLength:"200" doc:"日志的名字|name of the journal"`
}

type appendIn struct {
	JournalPath
	Body struct {
		Key   string   `json:"key,omitempty" maxLength:"200" doc:"这一批的记号：用同一个再发，只算一次|mark of these lines: sent again with it they count once"`
		Lines []string `json:"lines" minItems:"1" maxItems:"10000" doc:"一行一条，不含换行|the lines, without line breaks"`
	}
}

// Appended tells where lines stand.
type Appended struct {
	First int `json:"first" doc:"第一行的序号|number of the first line"`
}

func (s *Service) appendJournal(ctx context.Context, in *appendIn) (*out[Appended], error) {
	first, err := s.Append(ctx, in.Product, in.Journal, in.Body.Key, in.Body.Lines)
	return &out[Appended]{Appended{first}}, err
}

type linesIn struct {
	JournalPath
	From  int `query:"from" minimum:"0" default:"0" doc:"从第几行起；接着读就用上一页的 next|from which line; to go on, the next of the page before"`
	Limit int `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"最多几行|how many lines"`
}

func (s *Service) readJournal(ctx context.Context, in *linesIn) (*out[api.Page[Line]], error) {
	items, more, err := s.Lines(ctx, in.Product, in.Journal, in.From, in.Limit)
	page := api.Page[Line]{Items: items}
	if more {
		page.Next = strconv.Itoa(items[len(items)-1].Number + 1)
	}
	return &out[api.Page[Line]]{page}, err
}
