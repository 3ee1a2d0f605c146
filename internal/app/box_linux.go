package app

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropStartPages gives the system back the pages of the program file that only
// its start has touched: all that the stages of a workbench set up and a box
// never uses. They are clean copies of the file; one that is needed after all
// comes back by itself from the page cache.
func dropStartPages() error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uintptr
		var mode string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &mode); n < 3 || !strings.HasSuffix(lines.Text(), " "+path) {
			continue
		}
		if strings.Contains(mode, "w") { // those pages are no copies any more
			continue
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED); errno != 0 {
			return errno
		}
	}
	return nil
}
