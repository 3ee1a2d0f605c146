//go:build unix

package app

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes of the disk under a folder are free for us, and how
// many it has.
func freeSpace(folder string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, 0, &os.PathError{Op: "statfs", Path: folder, Err: err}
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), nil
}

// openToOthers tells whether other users of the machine may look into a folder.
func openToOthers(folder string) (bool, error) {
	info, err := os.Stat(folder)
	return err == nil && info.Mode().Perm()&0o077 != 0, err
}
