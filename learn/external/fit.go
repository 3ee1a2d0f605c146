package external

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhuomo/learn"
)

// watchEvery is how often the files that a fit leaves are measured.
const watchEvery = 500 * time.Millisecond

// fitSteps is the total of the progress of a fit.
const fitSteps = 1000

// fit runs the command that learns and gives the archive of what it left.
//
// Faults: NoCommand, Failed, TooSlow, TooLarge, NoModel; ctx.Err() when cancelled.
func (d *Definition) fit(ctx context.Context, l lesson, o learn.Options) ([]byte, error) {
	work, err := os.MkdirTemp("", "zhuomo-trainer-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the trainer: %w", err)
	}
	defer os.RemoveAll(work)
	in, out, home := filepath.Join(work, "in"), filepath.Join(work, "out"), filepath.Join(work, "home")
	if err := errors.Join(l.write(in), os.MkdirAll(filepath.Join(out, modelFolder), 0o700), os.Mkdir(home, 0o700)); err != nil {
		return nil, fmt.Errorf("write the lesson: %w", err)
	}
	if err := d.run(ctx, in, out, home, o); err != nil {
		return nil, err
	}
	archive, err := pack(filepath.Join(out, modelFolder), int64(d.Limits.ModelMB)<<20)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, TooLarge.With("trainer", d.Name, "size", d.Limits.ModelMB)
	case err != nil:
		return nil, NoModel.With("trainer", d.Name, "problem", told(err))
	}
	return archive, nil
}

// modelFolder is the folder in {out} that is kept.
const modelFolder = "model"

// run runs the command that learns to its end, or ends it.
func (d *Definition) run(parent context.Context, in, out, home string, o learn.Options) error {
	late, large := errors.New("late"), errors.New("large")
	limited, forget := context.WithTimeoutCause(parent, time.Duration(d.Limits.Seconds)*time.Second, late)
	defer forget()
	ctx, stop := context.WithCancelCause(limited)
	defer stop(nil)
	cmd, err := d.command(ctx, d.Fit, map[string]string{"{in}": in, "{out}": out}, home, o.Environ)
	if err != nil {
		return err
	}
	lines := &tail{each: listener(o)}
	cmd.Stdout, cmd.Stderr = lines, lines
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if size(out)+size(home) > int64(d.Limits.ModelMB)<<20 {
					stop(large)
					return
				}
			}
		}
	})
	runtime.LockOSThread() // the command dies with the thread that began it
	err = cmd.Run()
	runtime.UnlockOSThread()
	close(done)
	watching.Wait()
	reap(cmd)
	switch cause := context.Cause(ctx); {
	case parent.Err() != nil:
		return parent.Err()
	case err == nil:
		return nil
	case errors.Is(cause, late):
		return TooSlow.With("trainer", d.Name, "seconds", d.Limits.Seconds, "doing", doingFit, "limit", "seconds")
	case errors.Is(cause, large):
		return TooLarge.With("trainer", d.Name, "size", d.Limits.ModelMB)
	}
	return Failed.With("trainer", d.Name, "how", err.Error(), "lines", lines.lines()).Because(err)
}

// listener hands the lines of a command on: "PROGRESS n/m" as progress, which never
// falls, the others as they are.
func listener(o learn.Options) func(line string) {
	reached := 0
	return func(line string) {
		rest, is := strings.CutPrefix(line, "PROGRESS ")
		if !is {
			if o.Said != nil {
				o.Said(line)
			}
			return
		}
		n, m, _ := strings.Cut(strings.TrimSpace(rest), "/")
		done, err := strconv.ParseFloat(n, 64)
		total, err2 := strconv.ParseFloat(m, 64)
		if err != nil || err2 != nil || !(done >= 0 && done <= total && total > 0) {
			return
		}
		// The last hundredth is for what comes after the command.
		if at := int(done / total * fitSteps * .99); at > reached && o.Progress != nil {
			reached = at
			o.Progress(at, fitSteps)
		}
	}
}
