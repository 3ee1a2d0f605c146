//go:build unix

package db

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile takes the lock or fails at once. Two opens in one process exclude
// each other as well.
func lockFile(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
