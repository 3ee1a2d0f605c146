package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestErrorsOfTheFileSystemBecomeFaults(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]error{
		syscall.ENOSPC:   DiskFull,
		syscall.EDQUOT:   DiskFull,
		syscall.EROFS:    ReadOnly,
		fs.ErrPermission: ReadOnly,
		syscall.EIO:      syscall.EIO,
	} {
		err := explain("write a blob", fmt.Errorf("copy: %w", &os.PathError{Op: "write", Path: "x", Err: cause}))
		if !errors.Is(err, want) || !errors.Is(err, cause) {
			t.Errorf("%v became %v", cause, err)
		}
	}
	if explain("", nil) != nil {
		t.Error("nil became an error")
	}
}
