package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/examples"
	"zhuomo/feedback"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/people"
	"zhuomo/serve"
)

// living is what the live steps leave to those behind them.
type living struct {
	flow   dialog.Saved
	report evaluate.Report
	fixed  feedback.Fix
}

// saveFlow keeps the flow with its stories.
func (d *demo) saveFlow(ctx context.Context) (dialog.Saved, error) {
	text, err := d.example.File("flow.yaml")
	if err != nil {
		return dialog.Saved{}, err
	}
	saved, problems, err := d.a.Stages.Dialog.Save(ctx, d.product.ID, "", 0, text)
	if err != nil {
		return saved, err
	}
	if err := dialog.Refuse(problems); err != nil {
		return saved, err
	}
	if text, err = d.example.File("stories.yaml"); err != nil {
		return saved, err
	}
	d.flow, err = d.a.Stages.Dialog.SaveStories(ctx, d.product.ID, saved.ID, saved.Revision, text)
	return d.flow, err
}

// converse plays the stories with the real model and shows what they cover.
func (d *demo) converse(ctx context.Context) (string, error) {
	report, err := d.a.Stages.Dialog.Stories(ctx, d.product.ID, d.flow.ID, false)
	if err != nil {
		return "", err
	}
	d.figures.StoriesPassed, d.figures.StoriesTotal = report.Passed, report.Total
	for _, r := range report.Results {
		if !r.Passed {
			d.warn(fmt.Sprintf("  ✗ %s  %s", r.Name, r.Failed))
		}
	}
	c := report.Coverage
	return fmt.Sprintf(d.say("故事 %d/%d · 覆盖 %.0f%% 节点 %.0f%% 边", "stories %d/%d · cover %.0f %% of nodes, %.0f %% of edges"),
		report.Passed, report.Total, 100*c.NodeShare, 100*c.EdgeShare), nil
}

// publish releases model, knowledge, flow and guideline as one.
func (d *demo) publish(ctx context.Context) (string, error) {
	knowledge, _, err := d.a.Stages.Knowledge.Freeze(ctx, d.product.ID)
	if err != nil {
		return "", err
	}
	made, err := d.a.Stages.Serve.Create(ctx, serve.Contents{
		ProductID: d.product.ID, ModelID: d.made.ID, Knowledge: knowledge, Flow: d.flow.Hash,
		GuidelineID: d.guide.ID, GuidelineVersion: d.guide.Version, ReportID: d.report.ID,
	}, d.say("演示", "demo"), serve.Ready{})
	if err != nil {
		return "", err
	}
	if d.release, err = d.a.Stages.Serve.Publish(ctx, d.product.ID, made.ID, "", false); err != nil {
		return "", err
	}
	d.figures.Release = d.release.Name
	return fmt.Sprintf(d.say("%s 已上线，门禁 %s", "%s is live, gate %s"), d.release.Name, d.figures.Gate), nil
}

const (
	talkTurns    = 400
	talkSessions = 8
)

// talk lets customers of the held-back conversations speak over HTTP, and
// measures each turn.
func (d *demo) talk(ctx context.Context) (string, error) {
	d.asked = sentences(d.material)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: d.a, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() { defer close(stopped); _ = server.Serve(listener) }() // ends by Shutdown below
	defer func() {
		_ = server.Shutdown(context.WithoutCancel(ctx))
		<-stopped
	}()
	customers := newLoad("http://"+listener.Addr().String(), d.product.ID, d.asked, talkSessions)
	sessions, err := customers.sessions(ctx, talkSessions)
	if err != nil {
		return "", err
	}
	took := make([]time.Duration, 0, talkTurns)
	for i := range talkTurns {
		began := time.Now()
		if err := customers.turn(ctx, sessions[i%talkSessions], d.asked[i%len(d.asked)]); err != nil {
			return "", err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	d.figures.TurnP50MS, d.figures.TurnP99MS = round(quantile(took, .5)), round(quantile(took, .99))
	return fmt.Sprintf(d.say("%d 轮经 HTTP，落盘后才回答 · p50 %.2f ms p99 %.2f ms", "%d turns over HTTP, durable before answered · p50 %.2f ms p99 %.2f ms"),
		talkTurns, d.figures.TurnP50MS, d.figures.TurnP99MS), nil
}

// sentences are what customers of the material say, each once.
func sentences(m examples.Material) []string {
	var out []string
	for _, c := range m.Conversations {
		for _, t := range c.Turns {
			if t.Speaker == examples.Customer {
				out = append(out, t.Text)
			}
		}
	}
	return out
}

// fix takes a wrong answer from what was said live, corrects it, and takes the
// correction back and forth again. What the gate refuses stays off, as it should;
// then the next wrong answer is tried.
func (d *demo) fix(ctx context.Context) (string, error) {
	wrong, err := d.wrongTurns(ctx)
	if err != nil {
		return "", err
	}
	mend := d.a.Stages.Feedback
	if err := mend.Warm(ctx, d.product.ID); err != nil {
		return "", err
	}
	items, _, err := mend.Inbox(ctx, d.product.ID, feedback.Open, 500)
	if err != nil {
		return "", err
	}
	var f feedback.Fix
	var right []string
	for _, w := range wrong {
		if f, err = mend.Fix(ctx, w.turn, w.labels, d.by.ID); err != nil {
			return "", err
		}
		if right = w.labels; f.State == feedback.Live {
			break
		}
	}
	if f.State != feedback.Live {
		return "", fmt.Errorf("the gate refused each of %d fixes, the last one: %s", len(wrong), f.Why)
	}
	d.figures.FixLoopS = round(f.Seconds)
	began := time.Now()
	if _, err := mend.TakeBack(ctx, f.ID, d.by.ID); err != nil {
		return "", err
	}
	d.figures.TakeBackMS = round(ms(time.Since(began)))
	if d.fixed, err = mend.Fix(ctx, f.TurnID, right, d.by.ID); err != nil {
		return "", err
	}
	c := f.Clock
	return fmt.Sprintf(d.say("反馈箱 %d 条 · %v → %v · 改标 %.2f 训练 %.2f 回归 %.2f 门禁 %.2f 上线 %.2f = %.2f s · 撤回 %.0f ms",
		"inbox %d · %v → %v · relabel %.2f train %.2f test %.2f gate %.2f release %.2f = %.2f s · take back %.0f ms"),
		len(items), f.Before, f.After, c.Relabel, c.Train, c.Test, c.Gate, c.Release, f.Seconds, d.figures.TakeBackMS), nil
}

// wrongTurn is a live turn and what it meant.
type wrongTurn struct {
	turn   string
	labels []string
}

// fixesTried is how many wrong answers the demo would correct until one passes.
const fixesTried = 10

// wrongTurns finds live turns that the model took for another intent than the
// material says: real errors, which a person would correct.
func (d *demo) wrongTurns(ctx context.Context) (wrong []wrongTurn, err error) {
	right := map[string][]string{}
	for _, c := range d.material.Conversations {
		for _, t := range c.Turns {
			if t.Speaker == examples.Customer {
				right[t.Text] = t.Labels
			}
		}
	}
	turns, err := d.a.Stages.Serve.TurnsAfter(ctx, d.product.ID, "", talkTurns)
	if err != nil {
		return nil, err
	}
	for _, t := range turns {
		if len(t.Trace.Labels) == 0 || len(right[t.Text]) != 1 || len(wrong) == fixesTried {
			continue
		}
		if top := t.Trace.Labels[0]; top.Name != right[t.Text][0] && top.Probability > .3 {
			wrong = append(wrong, wrongTurn{t.ID, right[t.Text]})
		}
	}
	if len(wrong) == 0 {
		return nil, errors.New("no live turn was understood wrong: nothing to fix")
	}
	return wrong, nil
}

// trace follows the fixed answer to its raw lines and one of them back.
func (d *demo) trace(ctx context.Context) (string, error) {
	session, _, err := d.a.Stages.Serve.Begin(ctx, d.product.ID, "demo", "")
	if err != nil {
		return "", err
	}
	turn, err := d.a.Stages.Serve.Turn(ctx, d.fixed.TurnID)
	if err != nil {
		return "", err
	}
	answer, err := d.a.Stages.Serve.Say(ctx, session.ID, serve.Message{Text: turn.Text, TurnID: db.NewID(time.Now())})
	if err != nil {
		return "", err
	}
	thread, err := d.a.Stages.Track.OfTurn(ctx, answer.ID)
	if err != nil {
		return "", err
	}
	for _, r := range thread.Rows {
		if r.Row == nil || r.Row.File == "" {
			continue
		}
		back, err := d.a.Stages.Track.OfRow(ctx, d.product.ID, r.Row.ID)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf(d.say("「%s」← 样例 %d · 标注 %d · 清洗 %d 步 · %s:%d；反向 %d 句回答 · zhuomo trace %s",
			"“%s” ← %d rows · %d annotations · %d cleaning steps · %s:%d; back: %d answers · zhuomo trace %s"),
			turn.Text, len(thread.Rows), len(r.Annotations), len(r.Changes), r.Row.File, r.Row.Record, len(back.Shaped), answer.ID), nil
	}
	return "", errors.New("no witness of the answer leads to a raw line")
}

// printFigures tells the figures: one object with --json.
func printFigures(e *command.Env, f Figures, folder string) error {
	if e.JSON {
		text, err := json.Marshal(f)
		if err != nil {
			return err
		}
		_, err = e.Out.Write(append(text, '\n'))
		return err
	}
	fmt.Fprintf(e.Out, e.Text("全程 %.1f s · 数据 %s\n", "%.1f s in all · data %s\n"), f.WallS, folder)
	return nil
}

// serveDemo opens the pages on the demo's data.
func serveDemo(ctx context.Context, e *command.Env, a *App, folder, listen string, made []dataset.Product) error {
	l, err := door{listen: listen}.open()
	if err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	address := "http://" + l.Addr().String()
	if err := a.announce(folder, address, address); err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	secret, _, err := a.Stages.People.NewLink(ctx, a.Owner.ID)
	if err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	for _, p := range made {
		fmt.Fprintln(e.Out, e.Text("和它聊天  ", "talk to it  ")+address+"/chat/"+p.ID+"  "+p.Name)
	}
	fmt.Fprintln(e.Out, e.Text("工作台（一次性登录链接）  ", "workbench (one-time sign-in link)  ")+address+people.LinkPath(secret))
	fmt.Fprintln(e.Out, e.Text("停止：Ctrl-C", "stop: Ctrl-C"))
	return a.Serve(ctx, []net.Listener{l}, func() { _ = os.Remove(filepath.Join(folder, serverFileName)) })
}
