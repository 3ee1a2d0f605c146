package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"zhuomo/internal/fault"
)

// The faults of stored files.
var (
	NotFound = fault.Define("blob.not_found", fault.NotFound, fault.Text{
		ZH: "没有文件 {hash}", FixZH: "重新导入原始文件，或从备份恢复文件夹 blobs",
		EN: "there is no file {hash}", FixEN: "import the original file again, or restore the folder blobs from a backup",
	})
	Damaged = fault.Define("blob.damaged", fault.Broken, fault.Text{
		ZH: "文件 {hash} 的内容与其校验值不符", FixZH: "检查磁盘；重新导入同一原始文件即可修复，或从备份恢复",
		EN: "the bytes of file {hash} do not match its hash", FixEN: "check the disk; importing the same original file again repairs it, or restore a backup",
	})
	BadHash = fault.Define("blob.bad_hash", fault.Invalid, fault.Text{
		ZH: "“{hash}”不是文件校验值", FixZH: "校验值形如 sha256: 加 64 位十六进制数字，请完整复制",
		EN: "“{hash}” is not the hash of a file", FixEN: "a hash is sha256: and 64 hexadecimal digits; copy all of it",
	})
	DiskFull = fault.Define("blob.disk_full", fault.Busy, fault.Text{
		ZH: "磁盘已满，文件没有保存", FixZH: "腾出磁盘空间后重试；已保存的文件没有受损",
		EN: "the disk is full; the file was not saved", FixEN: "free disk space and try again; what was saved before is unharmed",
	})
	ReadOnly = fault.Define("blob.read_only", fault.Denied, fault.Text{
		ZH: "无法写入文件仓库", FixZH: "检查数据文件夹的写权限，以及磁盘是否以只读方式挂载",
		EN: "the file store cannot be written", FixEN: "check the permissions of the data folder and whether its disk is mounted read-only",
	})
)

// explain turns an error of the file system into a fault.
func explain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return DiskFull.With().Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ReadOnly.With().Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
