package command

import (
	"fmt"
	"strings"
	"time"

	"zhuomo/internal/spec"
)

// bar is one progress line on the error stream. It draws on a terminal only,
// at most ten times a second.
type bar struct {
	e     *Env
	title string
	bytes bool
	began time.Time
	drawn time.Time
	on    bool
}

const barWidth = 24

func newBar(e *Env, title string, bytes bool) *bar {
	return &bar{e: e, title: title, bytes: bytes, began: time.Now(), on: e.Terminal && !e.Quiet && !e.JSON}
}

// Meter is a bar for bytes: show tells how many of how many (0 or less when
// unknown), end wipes it.
func (e *Env) Meter(title string) (show func(done, total int64), end func()) {
	b := newBar(e, title, true)
	return func(done, total int64) { b.show(done, total, -1, "") }, b.close
}

// show draws done of total; total ≤ 0 means unknown. left is the time left as
// the server measured it, negative when unknown.
func (b *bar) show(done, total int64, left time.Duration, note string) {
	if !b.on || time.Since(b.drawn) < 100*time.Millisecond && done != total {
		return
	}
	b.drawn = time.Now()
	line := b.title + "  "
	if total > 0 {
		full := int(int64(barWidth) * min(done, total) / total)
		line += strings.Repeat("█", full) + strings.Repeat("░", barWidth-full) + fmt.Sprintf(" %3d%%", 100*min(done, total)/total)
	}
	if b.bytes {
		line += "  " + spec.Size(done)
	} else if done > 0 || total > 0 {
		line += fmt.Sprintf("  %d", done)
		if total > 0 {
			line += fmt.Sprintf("/%d", total)
		}
	}
	if left < 0 && b.bytes && total > 0 && done > 0 {
		left = time.Duration(float64(time.Since(b.began)) * float64(total-done) / float64(done))
	}
	if left > 0 {
		line += b.e.Text("  剩 ", "  left ") + left.Round(time.Second).String()
	}
	if note != "" {
		line += "  " + note
	}
	fmt.Fprintf(b.e.Err, "\r\x1b[2K%s", shorten(clean(line), 110))
}

// close wipes the line, so that what follows stands alone.
func (b *bar) close() {
	if b.on && !b.drawn.IsZero() {
		fmt.Fprint(b.e.Err, "\r\x1b[2K")
	}
	b.on = false
}
