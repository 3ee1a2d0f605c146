package app

import (
	"os"

	"golang.org/x/sys/windows"
)

// freeSpace is how many bytes of the disk under a folder are free for us, and how
// many it has.
func freeSpace(folder string) (free, total int64, err error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, 0, err
	}
	var ours, all uint64
	if err := windows.GetDiskFreeSpaceEx(name, &ours, &all, nil); err != nil {
		return 0, 0, &os.PathError{Op: "GetDiskFreeSpaceEx", Path: folder, Err: err}
	}
	return int64(ours), int64(all), nil
}

// openToOthers cannot be told from a file's mode here: the folder of a user's
// profile is his own.
func openToOthers(string) (bool, error) { return false, nil }
