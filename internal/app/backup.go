package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/backup"
)

// filesLock is held by who deletes files, and by who counts on none being deleted.
const filesLock = "files"

const zstd = "application/zstd" // media type of a backup

func (a *App) backupRoutes() []api.Route {
	return []api.Route{
		api.Download("GET", "/api/v1/backup", "", api.Owner, "全部数据的备份：一个文件，边用边做", "a backup of everything in one file, made while work goes on", a.backUp, api.Sends(zstd), api.Look()),
	}
}

// backUp streams a backup. Files that a deleted product leaves stay until it ends.
func (a *App) backUp(ctx context.Context, _ *struct{}) (*api.Outgoing, error) {
	return &api.Outgoing{Name: backupName(a.options.Now()), Type: zstd, Write: func(w io.Writer) error {
		unlock, err := a.DB.Lock(ctx, filesLock)
		if err != nil {
			return err
		}
		defer unlock()
		_, err = backup.Write(ctx, w, backup.Source{
			DB: a.DB, Blobs: a.Blobs, Stages: slices.Sorted(maps.Keys(migrations())), Program: Version, Now: a.options.Now,
		})
		return err
	}}, nil
}

func backupName(now time.Time) string {
	return "zhuomo-" + now.UTC().Format("20060102-150405") + ".tar.zst"
}

func backupCommand() command.Special {
	return command.Special{
		Use: "backup FILE|FOLDER", Args: 1, ZH: "把全部数据备份成一个文件，服务照常运行", EN: "back up everything into one file while the server works on",
		Run: runBackup,
	}
}

// saved tells what a backup holds.
type saved struct {
	File      string   `json:"file" table:"文件|file"`
	SizeBytes int64    `json:"size_bytes" table:"字节|bytes"`
	MadeUS    int64    `json:"made_us" table:"时刻|as of"`
	Program   string   `json:"program" table:"程序版本|program"`
	Rows      int64    `json:"row_count" table:"行|rows"`
	Blobs     int64    `json:"blob_count" table:"文件数|files"`
	BlobBytes int64    `json:"blob_bytes" table:"文件字节|bytes of files"`
	Digest    string   `json:"digest_sha256" table:"摘要|digest"`
	Damaged   []string `json:"damaged" table:"已损坏、未备份|damaged, not saved"`
	Seconds   float64  `json:"seconds" table:"用时（秒）|seconds"`
}

func tellBackup(file string, size int64, v backup.Verified, took time.Duration) saved {
	m := v.Manifest
	return saved{file, size, v.Head.MadeUS, v.Head.Program, m.RowCount, m.BlobCount, m.BlobBytes, m.DigestSHA256, m.Damaged, round(took.Seconds())}
}

// runBackup fetches a backup from the program that has the data, reads back what
// is on the disk, and only then gives it its name.
func runBackup(ctx context.Context, e *command.Env, args []string) error {
	began := time.Now()
	if len(args) == 0 {
		return BackupWhere.With()
	}
	path := args[0]
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, backupName(began))
	}
	if _, err := os.Lstat(path); err == nil {
		return BackupThere.With("file", path)
	}
	if err := hasData(e.Globals); err != nil {
		return err
	}
	client, err := e.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	part, err := os.OpenFile(path+".part", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return BackupUnwritten.With("file", path, "why", err.Error())
	}
	defer os.Remove(part.Name())
	defer part.Close()
	if err := fetchBackup(ctx, e, client, part); err != nil {
		return err
	}
	size, err := part.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = part.Seek(0, io.SeekStart)
	}
	if err != nil {
		return BackupUnwritten.With("file", path, "why", err.Error())
	}
	show, end := e.Meter(e.Text("核对备份", "reading it back"))
	v, err := backup.Verify(ctx, part, path, func(done int64) { show(done, 0) })
	end()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return BackupThere.With("file", path)
	}
	if err := errors.Join(part.Close(), os.Rename(part.Name(), path), syncName(path)); err != nil {
		return BackupUnwritten.With("file", path, "why", err.Error())
	}
	if err := e.Print(tellBackup(path, size, v, time.Since(began))); err != nil {
		return err
	}
	if n := len(v.Manifest.Damaged); n > 0 {
		return BackupWithout.With("file", path, "count", n)
	}
	return nil
}

func fetchBackup(ctx context.Context, e *command.Env, client *command.Client, into *os.File) error {
	body, err := client.Download(ctx, e.Lang, "/api/v1/backup")
	if err != nil {
		return err
	}
	defer body.Close()
	show, end := e.Meter(e.Text("备份", "backup"))
	defer end()
	done := int64(0)
	for chunk := make([]byte, 1<<20); ; {
		n, err := body.Read(chunk)
		if _, wrong := into.Write(chunk[:n]); wrong != nil {
			return BackupUnwritten.With("file", into.Name(), "why", wrong.Error())
		}
		done += int64(n)
		show(done, 0)
		switch {
		case err == io.EOF:
			return into.Sync()
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return BackupCutOff.With("server", client.Base).Because(err)
		}
	}
}

// syncName makes the name of a new file durable, where the system can do that.
func syncName(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = folder.Sync() // some systems refuse; the file itself is on the disk
	return folder.Close()
}

// openBackup gives a backup at its beginning, and its size in bytes.
func openBackup(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, command.NoFile.With("path", path, "reason", err.Error()).Because(err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", path)
	}
	if err != nil {
		return nil, 0, command.NoFile.With("path", path, "reason", err.Error()).Because(errors.Join(err, f.Close()))
	}
	return f, info.Size(), nil
}
