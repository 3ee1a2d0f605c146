package external

import "os/exec"

// bounded leaves a command as it is: there is nothing to bound it with.
func bounded(argv []string, _ Limits) []string { return argv }

// group leaves a command alone: it is killed without its children.
func group(*exec.Cmd) {}

// reap kills a command that is left.
func reap(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill() // it may have ended
	}
}
