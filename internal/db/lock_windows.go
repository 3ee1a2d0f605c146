package db

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock or fails at once. It locks one byte far behind the
// text, so that others can still read who holds it.
func lockFile(file *os.File) error {
	return windows.LockFileEx(windows.Handle(file.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		&windows.Overlapped{OffsetHigh: 1 << 20})
}
