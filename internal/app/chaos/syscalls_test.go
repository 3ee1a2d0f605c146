package chaos

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// traced are the system calls that the checker reads, as strace names them.
const traced = "read,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"

// sysCall is one call. begin and end count the lines of the trace: strace
// writes a call that another thread's call interrupts on two lines, so that the
// lines stand in the order of what happened.
type sysCall struct {
	name       string
	file       string // what the first argument names: a path, or TCP:[…]
	texts      []string
	offset     int64 // of pwrite64
	result     int64
	begin, end int
}

var (
	callStart   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	callResumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	callEnd     = regexp.MustCompile(`^(.*)\) += +(-?\d+)`)
	named       = regexp.MustCompile(`^-?\w+<((?:<->|->|[^<>])*)>`)
	quoted      = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	hexByte     = regexp.MustCompile(`\\x([0-9a-f]{2})`)
)

// readTrace reads what strace -f -yy -xx wrote. Calls without an end are left out.
func readTrace(r io.Reader) ([]sysCall, error) {
	var all []sysCall
	open := map[string]sysCall{} // by thread: begun, not ended
	args := map[string]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for n := 0; lines.Scan(); n++ {
		line := lines.Text()
		var thread, rest string
		var c sysCall
		if m := callResumed.FindStringSubmatch(line); m != nil {
			thread = m[1]
			c, rest = open[thread], args[thread]+m[3]
			delete(open, thread)
		} else if m := callStart.FindStringSubmatch(line); m != nil {
			thread = m[1]
			c, rest = sysCall{name: m[2], begin: n}, m[3]
			if before, cut := strings.CutSuffix(rest, "<unfinished ...>"); cut {
				open[thread], args[thread] = c, before
				continue
			}
		}
		m := callEnd.FindStringSubmatch(rest)
		if c.name == "" || m == nil {
			continue // a signal, the end of a thread
		}
		c.end = n
		c.result, _ = strconv.ParseInt(m[2], 10, 64) // digits: cannot fail but by size
		if f := named.FindStringSubmatch(m[1]); f != nil {
			c.file = unhex(f[1])
		}
		for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
			c.texts = append(c.texts, unhex(q[1]))
		}
		if c.name == "pwrite64" {
			last := m[1][strings.LastIndex(m[1], ",")+1:]
			c.offset, _ = strconv.ParseInt(strings.TrimSpace(last), 10, 64)
		}
		all = append(all, c)
	}
	return all, lines.Err()
}

func unhex(s string) string {
	return hexByte.ReplaceAllStringFunc(s, func(x string) string {
		b, _ := strconv.ParseUint(x[2:], 16, 8) // two hex digits: cannot fail
		return string([]byte{byte(b)})
	})
}

func (c sysCall) holds(token string) bool {
	return len(c.texts) > 0 && strings.Contains(c.texts[0], token)
}

func (c sysCall) syncs(file string) bool {
	return (c.name == "fsync" || c.name == "fdatasync") && c.result == 0 && c.file == file
}

// frameHeader is the size of what SQLite writes before each page of its log; in
// it the bytes 4–8 are not zero in the last frame of a transaction.
// Source: sqlite.org/fileformat2.html, section 4.1.
const frameHeader = 24

// covered tells what is wrong with the acknowledgement of the request that bears
// the token: nil when the transaction that holds the token was written to the
// log up to its commit frame and the log was synced, and that sync had returned,
// before the first byte of the answer was written.
func covered(calls []sysCall, token string) error {
	answer, err := answerTo(calls, token)
	if err != nil {
		return err
	}
	page := -1 // the last page with the token that was written before the answer
	for i, c := range calls {
		if c.name == "pwrite64" && strings.HasSuffix(c.file, "-wal") && len(c.texts) == 1 && len(c.texts[0]) > frameHeader && c.holds(token) && c.begin < answer.begin {
			page = i
			break // what a later transaction writes again is not what makes this one durable
		}
	}
	if page < 0 {
		return fmt.Errorf("%s: answered before anything of it was written to the log", token)
	}
	log := calls[page].file
	committed := -1
	for i := headerOf(calls, page); i >= 0 && i < len(calls) && calls[i].begin < answer.begin; i++ {
		c := calls[i]
		if c.name == "pwrite64" && c.file == log && len(c.texts[0]) == frameHeader && binary.BigEndian.Uint32([]byte(c.texts[0])[4:]) != 0 {
			committed = i
			break
		}
	}
	if committed < 0 {
		return fmt.Errorf("%s: answered before the commit was written", token)
	}
	written := calls[committed].end
	for _, c := range calls[committed:] {
		if c.name == "pwrite64" && c.file == log && c.offset == calls[committed].offset+frameHeader {
			written = c.end
			break
		}
	}
	for _, c := range calls {
		if c.syncs(log) && c.begin > written && c.end < answer.begin {
			return nil
		}
	}
	return fmt.Errorf("%s: answered at line %d, and no sync of the log lies between its commit at line %d and that", token, answer.begin+1, written+1)
}

// headerOf is the write of the frame header that belongs to a page, -1 if none.
func headerOf(calls []sysCall, page int) int {
	for i := page; i >= 0; i-- {
		if c := calls[i]; c.name == "pwrite64" && c.file == calls[page].file && c.offset == calls[page].offset-frameHeader {
			return i
		}
	}
	return -1
}

// answerTo is the write of a 2xx answer on the connection on which the token came.
func answerTo(calls []sysCall, token string) (sysCall, error) {
	var asked sysCall
	for _, c := range calls {
		switch {
		case !strings.HasPrefix(c.file, "TCP"):
		case asked.name == "" && c.name == "read" && c.holds(token):
			asked = c
		case asked.name != "" && c.name == "write" && c.file == asked.file && c.begin > asked.end:
			if !strings.HasPrefix(strings.Join(c.texts, ""), "HTTP/1.1 2") {
				return c, fmt.Errorf("%s: was not acknowledged: %.40q", token, c.texts)
			}
			return c, nil
		}
	}
	return asked, fmt.Errorf("%s: no request or no answer of it in the trace", token)
}

// blobCovered is covered for the bytes of an upload: synced under their
// temporary name, then renamed, then the folder synced, all before the answer.
func blobCovered(calls []sysCall, token string) error {
	answer, err := answerTo(calls, token)
	if err != nil {
		return err
	}
	step, file, folder := "written", "", ""
	for _, c := range calls {
		if c.end >= answer.begin {
			continue
		}
		switch {
		case c.name == "write" && strings.Contains(c.file, "/blobs/tmp/") && c.holds(token):
			step, file = "synced", c.file
		case step == "synced" && c.syncs(file):
			step = "renamed"
		case step == "renamed" && strings.HasPrefix(c.name, "rename") && c.result == 0 && len(c.texts) == 2 && c.texts[0] == file:
			step, folder = "listed durably", filepath.Dir(c.texts[1])
		case step == "listed durably" && c.syncs(folder):
			return nil
		}
	}
	return fmt.Errorf("%s: answered before its blob was %s", token, step)
}

// story writes a trace as strace would.
type story struct{ bytes.Buffer }

func (s *story) line(format string, args ...any) *story {
	fmt.Fprintf(&s.Buffer, format+"\n", args...)
	return s
}

func hexed(text string) (out string) {
	for _, b := range []byte(text) {
		out += fmt.Sprintf(`\x%02x`, b)
	}
	return `"` + out + `"`
}

const (
	testSocket = "9<TCP:[127.0.0.1:7788->127.0.0.1:5000]>"
	testLog    = "7</data/zhuomo.db-wal>"
)

func frame(commit byte) string {
	return hexed("\x00\x00\x00\x05\x00\x00\x00" + string(commit) + strings.Repeat("s", 16))
}

// The steps of a sound acknowledgement, in their order.
func soundSteps() map[string]string {
	return map[string]string{
		"ask":    `11 read(` + testSocket + `, ` + hexed("POST /x token-1") + `, 4096) = 15`,
		"head":   `12 pwrite64(` + testLog + `, ` + frame(0) + `, 24, 32) = 24`,
		"page":   `12 pwrite64(` + testLog + `, ` + hexed(strings.Repeat("p", 30)+"token-1") + `, 37, 56) = 37`,
		"commit": `12 pwrite64(` + testLog + `, ` + frame(9) + `, 24, 4152) = 24`,
		"last":   `12 pwrite64(` + testLog + `, ` + hexed(strings.Repeat("q", 30)) + `, 30, 4176) = 30`,
		"sync":   `12 fdatasync(` + testLog + `) = 0`,
		"answer": `13 write(` + testSocket + `, ` + hexed("HTTP/1.1 200 OK") + `, 15) = 15`,
	}
}

func TestTheTraceCheckerFindsAnAnswerThatCameTooEarly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, steps, problem string
		change               func(map[string]string)
	}{
		{"sound", "ask head page commit last sync answer", "", nil},
		{"the answer before the sync", "ask head page commit last answer sync", "no sync", nil},
		{"no sync at all", "ask head page commit last answer", "no sync", nil},
		{"the sync before the commit frame", "ask head page sync commit last answer", "no sync", nil},
		{"the sync before the last page", "ask head page commit sync last answer", "no sync", nil},
		{"no commit frame", "ask head page sync answer", "before the commit", nil},
		{"nothing written", "ask sync answer", "before anything", nil},
		{"written after the answer", "ask answer head page commit last sync", "before anything", nil},
		{"a sync that failed", "ask head page commit last sync answer", "no sync", func(s map[string]string) {
			s["sync"] = strings.Replace(s["sync"], "= 0", "= -1 EIO (Input/output error)", 1)
		}},
		{"a sync of another file", "ask head page commit last sync answer", "no sync", func(s map[string]string) {
			s["sync"] = strings.Replace(s["sync"], "db-wal", "db", 1)
		}},
		{"a sync that returns after the answer", "ask head page commit last sync answer returned", "no sync", func(s map[string]string) {
			s["sync"] = `12 fdatasync(` + testLog + ` <unfinished ...>`
			s["returned"] = `12 <... fdatasync resumed>) = 0`
		}},
		{"a sync that began before the last page was written", "ask head page commit sync last returned answer", "no sync", func(s map[string]string) {
			s["sync"] = `14 fdatasync(` + testLog + ` <unfinished ...>`
			s["returned"] = `14 <... fdatasync resumed>) = 0`
		}},
		{"a refusal", "ask head page commit last sync answer", "not acknowledged", func(s map[string]string) {
			s["answer"] = `13 write(` + testSocket + `, ` + hexed("HTTP/1.1 409 Conflict") + `, 21) = 21`
		}},
		{"an answer on another connection", "ask head page commit last sync answer", "no request or no answer", func(s map[string]string) {
			s["answer"] = strings.Replace(s["answer"], "5000", "5001", 1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps := soundSteps()
			if c.change != nil {
				c.change(steps)
			}
			var s story
			for name := range strings.FieldsSeq(c.steps) {
				s.line("%s", steps[name])
			}
			expect(t, s.Bytes(), covered, c.problem)
		})
	}
}

func TestTheTraceCheckerFindsABlobThatIsNotDurable(t *testing.T) {
	t.Parallel()
	steps := map[string]string{
		"ask":    `11 read(` + testSocket + `, ` + hexed("POST /x token-1") + `, 4096) = 15`,
		"write":  `12 write(8</data/blobs/tmp/put-1>, ` + hexed("rows token-1") + `, 12) = 12`,
		"sync":   `12 fsync(8</data/blobs/tmp/put-1>) = 0`,
		"rename": `12 renameat(AT_FDCWD</>, ` + hexed("/data/blobs/tmp/put-1") + `, AT_FDCWD</>, ` + hexed("/data/blobs/ab/cd") + `) = 0`,
		"folder": `12 fsync(8</data/blobs/ab>) = 0`,
		"answer": `13 write(` + testSocket + `, ` + hexed("HTTP/1.1 202 Accepted") + `, 21) = 21`,
	}
	for order, problem := range map[string]string{
		"ask write sync rename folder answer": "",
		"ask write rename folder answer":      "synced",
		"ask write rename sync folder answer": "renamed",
		"ask write sync rename answer folder": "listed durably",
		"ask write sync folder rename answer": "listed durably",
		"ask answer write sync rename folder": "written",
	} {
		var s story
		for name := range strings.FieldsSeq(order) {
			s.line("%s", steps[name])
		}
		expect(t, s.Bytes(), blobCovered, problem)
	}
}

func expect(t *testing.T, trace []byte, check func([]sysCall, string) error, problem string) {
	t.Helper()
	calls, err := readTrace(bytes.NewReader(trace))
	if err != nil {
		t.Fatal(err)
	}
	got := check(calls, "token-1")
	if (got == nil) != (problem == "") || got != nil && !strings.Contains(got.Error(), problem) {
		t.Errorf("want %q, got %v", cmp.Or(problem, "nothing wrong"), got)
	}
}
