package db

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const lockName = "zhuomo.lock"

// folderLock keeps other processes out of a data folder. The system drops it
// when the process ends, however it ends; the file stays.
type folderLock struct{ file *os.File }

// lockFolder takes the folder. Errors: InUse, with what the owner wrote.
func lockFolder(folder string) (*folderLock, error) {
	path := filepath.Join(folder, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explainFile(err, path)
	}
	if err := lockFile(file); err != nil {
		defer file.Close()
		owner, _ := os.ReadFile(path)
		return nil, InUse.With("folder", folder, "owner", strings.TrimSpace(string(owner))).Because(err)
	}
	l := &folderLock{file: file}
	if err := l.announce(""); err != nil {
		_ = l.release()
		return nil, err
	}
	return l, nil
}

// HoldFolder takes a folder, which it makes, for this process, and gives what lets
// it go again. Errors: InUse.
func HoldFolder(folder string) (release func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, explainFile(err, folder)
	}
	l, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	return l.release, nil
}

// announce writes who holds the lock: the process and its address, if any.
func (l *folderLock) announce(address string) error {
	text := strings.TrimSpace(fmt.Sprintf("pid %d %s", os.Getpid(), address)) + "\n"
	if err := l.file.Truncate(0); err != nil {
		return explainFile(err, l.file.Name())
	}
	if _, err := l.file.WriteAt([]byte(text), 0); err != nil {
		return explainFile(err, l.file.Name())
	}
	return nil
}

func (l *folderLock) release() error {
	if err := l.file.Truncate(0); err != nil {
		_ = l.file.Close()
		return err
	}
	return l.file.Close()
}
