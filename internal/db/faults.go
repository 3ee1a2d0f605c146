package db

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"zhuomo/internal/fault"
)

// The faults of storage. NoRow, Taken, Dangling and Rule are what a stage gets
// when it did not check first; stages declare their own, better worded ones.
var (
	InUse = fault.Define("db.in_use", fault.Conflict, fault.Text{
		ZH: "数据文件夹 {folder} 正被另一个琢磨进程使用（{owner}）", FixZH: "停止那个进程，或用 --data 另选一个文件夹",
		EN: "the data folder {folder} is in use by another Zhuomo process ({owner})", FixEN: "stop that process, or choose another folder with --data",
	})
	DiskFull = fault.Define("db.disk_full", fault.Busy, fault.Text{
		ZH: "磁盘已满，这次修改没有保存", FixZH: "腾出磁盘空间后重试；已保存的数据没有受损",
		EN: "the disk is full; this change was not saved", FixEN: "free disk space and try again; what was saved before is unharmed",
	})
	ReadOnly = fault.Define("db.read_only", fault.Denied, fault.Text{
		ZH: "无法写入数据文件夹", FixZH: "检查数据文件夹的写权限，以及磁盘是否以只读方式挂载",
		EN: "the data folder cannot be written", FixEN: "check the permissions of the data folder and whether its disk is mounted read-only",
	})
	Damaged = fault.Define("db.damaged", fault.Broken, fault.Text{
		ZH: "数据库文件已损坏", FixZH: "不要继续写入；保留原文件，从最近的备份恢复",
		EN: "the database file is damaged", FixEN: "stop writing, keep the file, and restore the latest backup",
	})
	Unreadable = fault.Define("db.disk_failed", fault.Broken, fault.Text{
		ZH: "读写磁盘失败", FixZH: "检查磁盘和系统日志，然后重试",
		EN: "reading or writing the disk failed", FixEN: "check the disk and the system log, then try again",
	})
	Locked = fault.Define("db.locked", fault.Busy, fault.Text{
		ZH: "数据库正被其他程序占用", FixZH: "关闭正在打开该数据库文件的其他程序后重试",
		EN: "another program holds the database", FixEN: "close other programs that have the database file open and try again",
	})
	BadURL = fault.Define("db.bad_url", fault.Invalid, fault.Text{
		ZH: "看不懂数据库地址", FixZH: "写成 postgres://用户:密码@主机:5432/库名；密码里的特殊字符要用百分号编码",
		EN: "the address of the database cannot be read", FixEN: "write postgres://user:password@host:5432/name; special characters of the password are percent-encoded",
	})
	Unreachable = fault.Define("db.unreachable", fault.Busy, fault.Text{
		ZH: "连不上数据库", FixZH: "检查数据库服务是否在运行、网络是否通、连接数是否已满，然后重试；已保存的数据没有受损",
		EN: "the database cannot be reached", FixEN: "check that the database server runs, that the network works and that connections are left, then try again; what was saved is unharmed",
	})
	Unsure = fault.Define("db.unsure", fault.Busy, fault.Text{
		ZH: "保存时与数据库断开，不知道这次修改存上了没有", FixZH: "刷新看看；没有存上就再做一次",
		EN: "the connection to the database broke while saving; whether this change was saved is not known", FixEN: "refresh and look; if it is not there, do it again",
	})
	Refused = fault.Define("db.refused", fault.Denied, fault.Text{
		ZH: "数据库拒绝了连接或操作（{why}）", FixZH: "检查 --db 里的用户、密码和库名，以及该用户的权限",
		EN: "the database refuses us ({why})", FixEN: "check user, password and database name in --db, and what the user may do",
	})
	NotUTF8 = fault.Define("db.not_utf8", fault.Conflict, fault.Text{
		ZH: "数据库的编码是 {encoding}，不是 UTF8", FixZH: "新建一个编码为 UTF8 的库：createdb -E UTF8 -T template0 库名",
		EN: "the database's encoding is {encoding}, not UTF8", FixEN: "make a database in UTF8: createdb -E UTF8 -T template0 name",
	})
	Contended = fault.Define("db.contended", fault.Busy, fault.Text{
		ZH: "同时修改同一处的人太多，试了 {times} 次都没有成功", FixZH: "稍后重试；这次修改没有保存",
		EN: "too many change the same thing at once; {times} tries failed", FixEN: "try again in a moment; this change was not saved",
	})
	BadText = fault.Define("db.bad_text", fault.Invalid, fault.Text{
		ZH: "文字里有无法保存的字符（NUL 或残缺的 UTF-8）", FixZH: "去掉这些字符后重试",
		EN: "the text holds a character that cannot be saved (NUL or broken UTF-8)", FixEN: "remove it and try again",
	})
	TooNew = fault.Define("db.too_new", fault.Conflict, fault.Text{
		ZH: "数据由更新版本的程序写成（{stage}：数据 {found}，程序 {known}）", FixZH: "请使用不低于写入该数据的程序版本",
		EN: "the data was written by a newer program ({stage}: data {found}, program {known})", FixEN: "use a program at least as new as the one that wrote the data",
	})
	Closed = fault.Define("db.closed", fault.Busy, fault.Text{
		ZH: "程序正在关闭，不再接受修改", FixZH: "等程序重新启动后重试",
		EN: "the program is shutting down and takes no more changes", FixEN: "try again after it has restarted",
	})
	NoRow = fault.Define("db.not_found", fault.NotFound, fault.Text{
		ZH: "没有找到所要的记录", FixZH: "刷新列表，确认它没有被删除",
		EN: "there is no such record", FixEN: "refresh the list; it may have been deleted",
	})
	Taken = fault.Define("db.taken", fault.Conflict, fault.Text{
		ZH: "已有相同的记录", FixZH: "换一个名称，或修改已有的那一条",
		EN: "such a record exists already", FixEN: "choose another name, or change the existing one",
	})
	Dangling = fault.Define("db.dangling", fault.Conflict, fault.Text{
		ZH: "所引用的记录不存在，或仍被其他记录引用", FixZH: "刷新后重试；先处理引用它的记录",
		EN: "a record that is referred to is missing, or this one is still referred to", FixEN: "refresh and try again; settle the records that refer to it first",
	})
	Rule = fault.Define("db.rule_broken", fault.Invalid, fault.Text{
		ZH: "记录违反了数据表的约束", FixZH: "检查必填项和取值范围",
		EN: "the record breaks a rule of its table", FixEN: "check required fields and allowed values",
	})
)

// Explain turns an error of a driver into a fault that says what to do. Any
// fault inside err, and every other error, stays as it is.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Fault
	var bare *fault.Definition
	if errors.As(err, &known) || errors.As(err, &bare) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return NoRow.With().Because(err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return explainPostgres(err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return Taken.With().Because(err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return Dangling.With().Because(err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return Rule.With().Because(err)
	case sqlite3.SQLITE_FULL:
		return DiskFull.With().Because(err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ReadOnly.With().Because(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return Damaged.With().Because(err)
	case sqlite3.SQLITE_IOERR:
		return Unreadable.With().Because(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return Locked.With().Because(err)
	}
	return err
}

// losesTransaction tells errors after which SQLite may have rolled back the
// whole transaction (https://sqlite.org/lang_transaction.html, section 3.1).
func losesTransaction(err error) bool {
	if errors.Is(err, errDiscard) {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY,
		sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}

// explainFile does the same for an error of the file system.
func explainFile(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ReadOnly.With().Because(err)
	case errors.Is(err, syscall.ENOSPC):
		return DiskFull.With().Because(err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}
