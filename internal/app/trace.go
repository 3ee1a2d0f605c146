package app

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"zhuomo/internal/api/command"
	"zhuomo/track"
)

// trace prints the thread of a turn, a row, or file:record.
func trace(ctx context.Context, e *command.Env, args []string) error {
	if len(args) == 0 {
		return TraceWhat.With()
	}
	client, err := e.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	var t track.Thread
	if err := client.Call(ctx, e.Lang, "GET", "/api/v1/threads/"+url.PathEscape(args[0]), nil, &t); err != nil {
		return err
	}
	if e.JSON {
		return e.Print(t)
	}
	drawThread(e, t)
	return nil
}

// drawThread draws the beads of a thread, top down. ● is there, ○ is missing.
func drawThread(e *command.Env, t track.Thread) {
	w := e.Out
	if t.Turn != nil {
		bead(w, 0, e.Text("回答", "answer"), fmt.Sprintf("%s  「%s」→「%s」", t.Turn.At.Local().Format(time.DateTime), t.Turn.Text, t.Turn.Reply))
		for _, l := range t.Turn.Labels {
			fmt.Fprintf(w, "      %s %.2f\n", l.Label, l.Probability)
		}
		if t.Turn.EntryID != "" {
			bead(w, 0, e.Text("知识", "entry"), t.Turn.EntryID)
		}
	}
	if t.Release != nil {
		bead(w, 0, e.Text("发布", "release"), fmt.Sprintf("r%d  %s", t.Release.Number, t.Release.ID))
		bead(w, 0, e.Text("模型", "model"), t.Release.ModelID)
	}
	for _, r := range t.Rows {
		drawRow(e, r)
	}
	if t.Of.Kind == track.KindRow {
		bead(w, 0, e.Text("影响的回答", "answers it shaped"), fmt.Sprint(len(t.Shaped)))
		for _, s := range t.Shaped {
			fmt.Fprintf(w, "      %.2f  %s  「%s」→「%s」\n", s.Weight, s.Turn.ID, s.Turn.Text, s.Turn.Reply)
		}
	}
	for _, g := range t.Gaps {
		fmt.Fprintf(w, "○ %s %s  %s\n", g.Bead, g.ID, g.Why)
	}
}

func drawRow(e *command.Env, r track.RowThread) {
	w := e.Out
	if r.Witness != nil {
		bead(w, 0, e.Text("样例", "example"), fmt.Sprintf("%+.2f  %s  [%s]", r.Witness.Weight, r.Witness.Text, strings.Join(r.Witness.Labels, " ")))
	}
	for _, a := range r.Annotations {
		who := a.Person
		if a.Simulated {
			who += e.Text("（模拟）", " (simulated)")
		}
		bead(w, 1, e.Text("标注", "annotation"), fmt.Sprintf("%s  [%s]  %s v%d", who, strings.Join(a.Labels, " "), e.Text("规范", "guideline"), a.GuidelineVersion))
	}
	for _, c := range r.Changes {
		what := fmt.Sprintf("%d %s  %s", c.Step, c.Operator, c.Column)
		if c.Aside != "" {
			what += "  " + e.Text("移入隔离区：", "set aside: ") + c.Aside
		} else {
			what += fmt.Sprintf("  「%s」→「%s」", c.Before, c.After)
		}
		bead(w, 1, e.Text("清洗", "cleaning"), what)
	}
	if r.Row != nil {
		part := r.Row.Part
		if part != "" {
			part = "/" + part
		}
		bead(w, 1, e.Text("原始", "raw"), fmt.Sprintf("%s%s:%d  %s", r.Row.File, part, r.Row.Record, rawCells(r.Row.Raw)))
	}
	if len(r.Models) > 0 {
		bead(w, 1, e.Text("用它训练的模型", "models trained on it"), fmt.Sprint(len(r.Models)))
	}
}

func bead(w io.Writer, depth int, name, text string) {
	fmt.Fprintf(w, "%s● %s  %s\n", strings.Repeat("  ", depth), name, strings.ReplaceAll(text, "\n", "⏎"))
}

// rawCells leaves out the empty cells of a record of a sheet or a table, which
// has a tab between any two; a line of text stays as it is in the file.
func rawCells(raw string) string {
	if !strings.Contains(raw, "\t") {
		return raw
	}
	cells := strings.FieldsFunc(raw, func(r rune) bool { return r == '\t' })
	return strings.Join(cells, " │ ")
}
