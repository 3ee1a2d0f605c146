// Package backup writes every row and every blob into one file while work goes
// on, and reads it back into an empty place on either database.
//
//	in:   db.DB, blob.Store          out: one file; docs/formats/backup.md draws it
//	read: backup.go → write.go → read.go → restore.go; values.go tells how a row is written
package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"zhuomo/internal/fault"
)

// Format is the name of the form that this program writes and reads.
const Format = "zhuomo.backup.v1"

// Names within the file, in the order in which they come.
const (
	headName     = "backup.json"
	rowsFolder   = "rows/"
	blobsFolder  = "blobs/"
	manifestName = "manifest.json"
)

// Head is the first entry of a backup.
type Head struct {
	Format  string           `json:"format"`
	MadeUS  int64            `json:"made_us"` // after this moment rows were read, UTC microseconds
	Program string           `json:"program"` // version of the program that made it
	Stages  map[string]int64 `json:"stages"`  // how far the tables of each had been brought
}

// Manifest is the last entry: what has come before it.
type Manifest struct {
	Format       string           `json:"format"`
	Tables       map[string]int64 `json:"tables"` // rows of each
	RowCount     int64            `json:"row_count"`
	BlobCount    int64            `json:"blob_count"`
	BlobBytes    int64            `json:"blob_bytes"`
	Damaged      []string         `json:"damaged"` // blobs that were damaged where they came from and are not in here
	EntryCount   int64            `json:"entry_count"`
	DigestSHA256 string           `json:"digest_sha256"` // over the lines of all entries before, see roll
}

// roll adds up entries: a line "sha256 size name" for each, in their order, so
// that one digest vouches for every byte and for nothing being left out.
type roll struct {
	sum   hash.Hash
	count int64
}

func newRoll() *roll { return &roll{sum: sha256.New()} }

func (r *roll) add(name string, size int64, sum []byte) {
	fmt.Fprintf(r.sum, "%x %d %s\n", sum, size, name)
	r.count++
}

func (r *roll) digest() string { return hex.EncodeToString(r.sum.Sum(nil)) }

// Progress is told how far things are, in bytes of blobs and rows.
type Progress func(bytes int64)

// The faults of backups.
var (
	NotOne = fault.Define("backup.not_one", fault.Invalid, fault.Text{
		ZH: "{file} 不是琢磨的备份", FixZH: "给出 zhuomo backup 写成的文件",
		EN: "{file} is no backup of Zhuomo", FixEN: "name a file that zhuomo backup wrote",
	})
	Torn = fault.Define("backup.torn", fault.Broken, fault.Text{
		ZH: "备份 {file} 不完整：后面的部分缺失", FixZH: "多半是复制或下载中断了：重新复制，或用另一份备份；什么也没有恢复",
		EN: "the backup {file} is torn: its end is missing", FixEN: "a copy or a download was probably cut off: copy it again, or take another backup; nothing was restored",
	})
	Damaged = fault.Define("backup.damaged", fault.Broken, fault.Text{
		ZH: "备份 {file} 已损坏或被改动（{where}）", FixZH: "用另一份备份；什么也没有恢复",
		EN: "the backup {file} is damaged or was changed ({where})", FixEN: "take another backup; nothing was restored",
	})
	OtherDigest = fault.Define("backup.other_digest", fault.Conflict, fault.Text{
		ZH: "备份 {file} 的摘要是 {found}，不是所给的 {wanted}", FixZH: "这不是当时做的那一份：找到那一份，或核对摘要",
		EN: "the digest of the backup {file} is {found}, not {wanted} as given", FixEN: "it is not the one that was made then: find that one, or check the digest",
	})
	TooNew = fault.Define("backup.too_new", fault.Conflict, fault.Text{
		ZH: "备份 {file} 由更新版本的程序写成（{found}）", FixZH: "请使用不低于写入该备份的程序版本",
		EN: "the backup {file} was written by a newer program ({found})", FixEN: "use a program at least as new as the one that wrote it",
	})
	NotEmpty = fault.Define("backup.not_empty", fault.Conflict, fault.Text{
		ZH: "{place} 里已有数据，恢复不会覆盖它", FixZH: "用 --data 指定一个空文件夹；用 PostgreSQL 时用 --db 指定一个空库",
		EN: "{place} holds data, which a restore does not overwrite", FixEN: "name an empty folder with --data, and with PostgreSQL an empty database with --db",
	})
)
