package external

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

var (
	doingFit    = spec.Text{ZH: "训练", EN: "to learn"}
	doingStart  = spec.Text{ZH: "启动", EN: "to start"}
	doingAnswer = spec.Text{ZH: "回答", EN: "to answer"}
)

const (
	idleTime   = 10 * time.Minute // a process that nobody asks ends
	mostRest   = time.Minute      // between two starts of one that fails
	maxAnswer  = 64 << 20         // bytes of a line that is read
	keptTries  = 2                // starts in a row without a rest between them
	batchRows  = 256
	batchBytes = 4 << 20
)

// process answers for one model, by the trainer's command. Its goroutine, run, owns
// the command: it starts it with the first question and anew after a failure, and
// ends it when idle and at the end.
type process struct {
	key        string
	definition *Definition
	archive    []byte
	labels     []string
	now        func() time.Time
	ctx        context.Context
	end        context.CancelFunc
	requests   chan request // unbuffered: one question at a time
}

type request struct {
	rows   []line
	answer chan answer // of size 1: the one who asked may have gone
}

type answer struct {
	p   [][]float32
	err error
}

// ask gives the probabilities of rows. Faults: those of the command; Ended.
func (p *process) ask(ctx context.Context, rows []line) ([][]float32, error) {
	r := request{rows, make(chan answer, 1)}
	select {
	case p.requests <- r:
	case <-p.ctx.Done():
		return nil, Ended.With()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-r.answer:
		return a.p, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run answers until ctx ends.
func (p *process) run() {
	runtime.LockOSThread() // the command dies with the thread that began it; this one ends with run
	var live *conversation
	defer func() { live.stop() }()
	idle := time.NewTimer(idleTime)
	defer idle.Stop()
	failures := 0
	var until time.Time // before which nothing is started
	var lines string
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-idle.C:
			live.stop()
			live = nil
		case r := <-p.requests:
			idle.Reset(idleTime)
			if wait := until.Sub(p.now()); live == nil && wait > 0 {
				r.answer <- answer{err: Resting.With("trainer", p.definition.Name, "seconds", math.Ceil(wait.Seconds()), "lines", lines)}
				continue
			}
			var a answer
			again := live != nil // one that answered before and died meanwhile is started again at once
			for {
				if live == nil {
					live, a.err = p.start()
				}
				if live == nil {
					break
				}
				if a.p, a.err = live.ask(p.ctx, r.rows); live.broken && again {
					live.stop()
					live, again = nil, false
					continue
				}
				break
			}
			if live != nil && live.broken {
				lines = live.lines.lines()
				live.stop()
				live = nil
			}
			if live == nil {
				if failures++; failures >= keptTries {
					until = p.now().Add(min(mostRest, time.Second<<min(failures-keptTries, 10)))
				}
			} else {
				failures = 0
			}
			r.answer <- a
		}
	}
}

// conversation is a running command that answers.
type conversation struct {
	definition *Definition
	labels     int
	cmd        *exec.Cmd
	work       string
	in         io.WriteCloser
	out        *bufio.Reader
	lines      *tail
	cancel     context.CancelFunc
	number     int
	broken     bool // it ended, or said what it must not
	ended      bool // and was waited for
}

// start starts the command and waits until it is ready. Faults: NoCommand, Failed,
// TooSlow, WrongLabels.
func (p *process) start() (*conversation, error) {
	d := p.definition
	work, err := os.MkdirTemp("", "zhuomo-trainer-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the model: %w", err)
	}
	c := &conversation{definition: d, labels: len(p.labels), work: work, lines: &tail{}}
	ctx, cancel := context.WithCancel(p.ctx)
	c.cancel = cancel
	model, home := filepath.Join(work, modelFolder), filepath.Join(work, "home")
	begin := func() error {
		if err := errors.Join(unpack(p.archive, model), os.Mkdir(home, 0o700)); err != nil {
			return err
		}
		if c.cmd, err = d.command(ctx, d.Predict, map[string]string{"{model}": model}, home, nil); err != nil {
			return err
		}
		c.cmd.Cancel = func() error { reap(c.cmd); return nil } // it keeps nothing that it could lose
		c.cmd.Stderr = c.lines
		if c.in, err = c.cmd.StdinPipe(); err != nil {
			return err
		}
		out, err := c.cmd.StdoutPipe()
		if err != nil {
			return err
		}
		c.out = bufio.NewReaderSize(out, 64<<10)
		if err := c.cmd.Start(); err != nil {
			return Failed.With("trainer", d.Name, "how", err.Error(), "lines", "—").Because(err)
		}
		return c.ready(p.labels)
	}
	if err := begin(); err != nil {
		c.stop()
		if p.ctx.Err() != nil {
			err = Ended.With()
		}
		return nil, err
	}
	return c, nil
}

// ready waits for the first line, which tells the labels.
func (c *conversation) ready(labels []string) error {
	var said struct {
		Ready  bool     `json:"ready"`
		Labels []string `json:"labels"`
	}
	err := c.within(c.definition.Limits.StartSeconds, "start_seconds", doingStart, func() error { return c.read(&said) })
	switch {
	case err != nil:
		return err
	case !said.Ready:
		return BadAnswer.With("trainer", c.definition.Name, "problem", spec.Text{ZH: `第一行要是 {"ready": true, "labels": […]}`, EN: `its first line must be {"ready": true, "labels": […]}`})
	case !slices.Equal(said.Labels, labels):
		return WrongLabels.With("trainer", c.definition.Name, "problem", fmt.Sprintf("%.200q ≠ %.200q", said.Labels, labels))
	}
	return nil
}

// ask asks about rows in one line.
func (c *conversation) ask(ctx context.Context, rows []line) ([][]float32, error) {
	c.number++
	var question bytes.Buffer
	lines := json.NewEncoder(&question)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(struct {
		ID   int    `json:"id"`
		Rows []line `json:"rows"`
	}{c.number, rows}); err != nil {
		return nil, fmt.Errorf("encode a question: %w", err)
	}
	var said struct {
		ID    int         `json:"id"`
		P     [][]float64 `json:"p"`
		Error string      `json:"error"`
	}
	err := c.within(c.definition.Limits.AnswerSeconds, "answer_seconds", doingAnswer, func() error {
		if _, err := c.in.Write(question.Bytes()); err != nil {
			return c.died(err)
		}
		return c.read(&said)
	})
	if err != nil {
		c.broken = true
		if ctx.Err() != nil {
			err = Ended.With()
		}
		return nil, err
	}
	wrong := func(zh, en string) ([][]float32, error) {
		return nil, BadAnswer.With("trainer", c.definition.Name, "problem", spec.Text{ZH: zh, EN: en})
	}
	switch {
	case said.ID != c.number:
		c.broken = true
		return wrong(fmt.Sprintf("答的是第 %d 问，问的是第 %d 问", said.ID, c.number), fmt.Sprintf("it answers question %d, asked was %d", said.ID, c.number))
	case said.Error != "":
		return wrong(fmt.Sprintf("%.500s", said.Error), fmt.Sprintf("%.500s", said.Error))
	case len(said.P) != len(rows):
		return wrong(fmt.Sprintf("问了 %d 行，答了 %d 行", len(rows), len(said.P)), fmt.Sprintf("%d answers to %d texts", len(said.P), len(rows)))
	}
	out := make([][]float32, len(rows))
	for i, row := range said.P {
		if len(row) != c.labels {
			return wrong(fmt.Sprintf("有 %d 个概率，标签有 %d 个", len(row), c.labels), fmt.Sprintf("%d probabilities for %d labels", len(row), c.labels))
		}
		out[i] = make([]float32, len(row))
		for k, v := range row {
			if !(v >= -1e-6 && v <= 1+1e-6) {
				return wrong(fmt.Sprintf("概率 %v", v), fmt.Sprintf("probability %v", v))
			}
			out[i][k] = float32(v)
		}
	}
	return out, nil
}

// within does what reads or writes; after so many seconds the command is killed.
func (c *conversation) within(seconds int, limit string, doing spec.Text, do func() error) error {
	var late atomic.Bool
	timer := time.AfterFunc(time.Duration(seconds)*time.Second, func() {
		late.Store(true)
		c.cancel()
		reap(c.cmd)
	})
	err := do()
	timer.Stop()
	if err != nil && late.Load() {
		return TooSlow.With("trainer", c.definition.Name, "seconds", seconds, "doing", doing, "limit", limit)
	}
	return err
}

// read reads the next line that is JSON; others are what libraries print.
func (c *conversation) read(into any) error {
	for {
		var text []byte
		for {
			part, err := c.out.ReadSlice('\n')
			text = append(text, part...)
			if len(text) > maxAnswer {
				return BadAnswer.With("trainer", c.definition.Name, "problem", spec.Text{ZH: "一行太长", EN: "a line is too long"})
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil {
				return c.died(err)
			}
			break
		}
		if text = bytes.TrimSpace(text); !bytes.HasPrefix(text, []byte("{")) {
			_, _ = c.lines.Write(append(text, '\n')) // it cannot fail
			continue
		}
		// Python writes NaN and Infinity, which are no JSON.
		if err := json.Unmarshal(text, into); err != nil {
			return BadAnswer.With("trainer", c.definition.Name, "problem", spec.Text{ZH: "不是 JSON：" + err.Error(), EN: "no JSON: " + err.Error()})
		}
		return nil
	}
}

// died tells how the command ended.
func (c *conversation) died(err error) error {
	c.cancel()
	reap(c.cmd)
	if ended := c.cmd.Wait(); ended != nil {
		err = ended
	}
	c.ended = true
	return Failed.With("trainer", c.definition.Name, "how", err.Error(), "lines", c.lines.lines()).Because(err)
}

// stop ends the command and removes its folder. It may be called on nil.
func (c *conversation) stop() {
	if c == nil {
		return
	}
	c.cancel()
	if c.cmd != nil && c.cmd.Process != nil && !c.ended {
		reap(c.cmd)
		_ = c.cmd.Wait() // how it ended does not matter any more, or was told
	}
	_ = os.RemoveAll(c.work) // what is left is the system's to clean up
}

// linesOf makes the lines of questions.
func linesOf(inputs []learn.Input) []line {
	rows := make([]line, len(inputs))
	for i, in := range inputs {
		rows[i] = line{Text: in.Text, History: in.History, Vector: in.Vector}
	}
	return rows
}
