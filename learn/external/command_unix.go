//go:build unix

package external

import (
	"fmt"
	"os/exec"
	"syscall"
)

// bounded puts the limits of the operating system before a command. What a system
// cannot bound stays unbounded.
func bounded(argv []string, l Limits) []string {
	const shell = `ulimit -c 0; [ "$1" = 0 ] || ulimit -v "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; shift 2; exec "$@"`
	// Kilobytes of address space; blocks of 512 bytes of a file.
	return append([]string{"/bin/sh", "-c", shell, "sh", fmt.Sprint(l.MemoryMB << 10), fmt.Sprint(l.ModelMB << 11)}, argv...)
}

// group lets a command and its children be ended together: by asking, when the
// context ends.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	withParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// reap kills what is left of a command's group.
func reap(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nothing may be left
	}
}
