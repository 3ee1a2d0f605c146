//go:build unix && !linux

package external

import "syscall"

// withParent does nothing where the system has no such thing.
func withParent(*syscall.SysProcAttr) {}
