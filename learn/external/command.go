package external

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// killTime is how long a command has between being asked to end and being killed.
const killTime = 300 * time.Millisecond

// command makes a command of the trainer ready to start: in the trainer's folder,
// with its limits, in a process group of its own that dies as one when ctx ends.
// holes are what {in}, {out} and {model} stand for; home is a folder it may write to.
// Fault: NoCommand.
func (d *Definition) command(ctx context.Context, argv []string, holes map[string]string, home string, environ []string) (*exec.Cmd, error) {
	var pairs []string
	for hole, path := range holes {
		pairs = append(pairs, hole, path)
	}
	fill := strings.NewReplacer(pairs...)
	args := make([]string, len(argv))
	for i, arg := range argv {
		args[i] = fill.Replace(arg)
	}
	if strings.ContainsAny(args[0], `/\`) && !filepath.IsAbs(args[0]) {
		args[0] = filepath.Join(d.folder, args[0])
	}
	found, err := exec.LookPath(args[0])
	if err != nil {
		return nil, NoCommand.With("trainer", d.Name, "command", argv[0]).Because(err)
	}
	args[0] = found
	args = bounded(args, d.Limits)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.folder
	cmd.Env = d.environ(home, environ)
	cmd.WaitDelay = killTime
	group(cmd)
	return cmd, nil
}

// environ is what a command sees of the environment: enough to run, what the
// definition asks for, and what the caller adds.
func (d *Definition) environ(home string, more []string) []string {
	env := []string{"HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0"}
	for _, name := range append([]string{"PATH"}, d.Env...) {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return append(env, more...)
}

// tail takes what a command prints, line by line: it hands lines on up to a bound and
// keeps the last few for a fault.
type tail struct {
	each func(line string) // may be nil

	mu   sync.Mutex // guards what follows
	part []byte     // a line that has not ended
	last []string
	told int // bytes handed on
}

const (
	maxLine   = 4 << 10 // bytes of a line that are kept
	maxTold   = 1 << 20 // bytes that are handed on
	lastLines = 12
)

// Write takes a piece of output.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, ended := strings.Cut(string(rest), "\n")
		t.part = append(t.part, line[:min(len(line), maxLine-len(t.part))]...)
		if ended {
			t.line()
		}
		rest = []byte(after)
	}
	return len(p), nil
}

// line ends a line; the caller holds mu.
func (t *tail) line() {
	line := strings.ToValidUTF8(strings.TrimRight(string(t.part), "\r"), "\uFFFD")
	t.part = t.part[:0]
	if t.last = append(t.last, line); len(t.last) > lastLines {
		t.last = t.last[1:]
	}
	if t.told += len(line) + 1; t.each != nil && t.told <= maxTold {
		t.each(line)
	}
}

// lines are the last that were printed, for people.
func (t *tail) lines() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.part) > 0 {
		t.line()
	}
	if len(t.last) == 0 {
		return "—"
	}
	return strings.Join(t.last, " ⏎ ")
}
