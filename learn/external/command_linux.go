package external

import "syscall"

// withParent lets a command die when this program is killed.
func withParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
