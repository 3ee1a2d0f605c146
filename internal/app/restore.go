package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/backup"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

type restoreOptions struct {
	digest string
	check  bool
}

func restoreCommand() command.Special {
	var o restoreOptions
	return command.Special{
		Use: "restore FILE", Args: 1, ZH: "把备份恢复到空文件夹（--data）或空库（--db）", EN: "restore a backup into an empty folder (--data) and an empty database (--db)",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&o.digest, "digest", "", say("备份时打印的摘要；不同就不恢复", "the digest that was printed with the backup; another one is refused"))
			f.BoolVar(&o.check, "check", false, say("只核对备份，什么也不恢复", "only check the backup, restore nothing"))
		},
		Run: func(ctx context.Context, e *command.Env, args []string) error { return runRestore(ctx, e, o, args) },
	}
}

// runRestore reads the backup to its end before it touches anything, then brings
// it back, then looks whether every file that a row names is there.
func runRestore(ctx context.Context, e *command.Env, o restoreOptions, args []string) error {
	began := time.Now()
	if len(args) == 0 {
		return RestoreWhat.With()
	}
	if e.Server != "" {
		return RestoreHere.With()
	}
	file, size, err := openBackup(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	show, end := e.Meter(e.Text("核对备份", "checking the backup"))
	v, err := backup.Verify(ctx, file, args[0], func(done int64) { show(done, 0) })
	end()
	if err != nil {
		return err
	}
	if o.digest != "" && o.digest != v.Manifest.DigestSHA256 {
		return backup.OtherDigest.With("file", args[0], "found", v.Manifest.DigestSHA256, "wanted", o.digest)
	}
	if o.check {
		return e.Print(tellBackup(args[0], size, v, time.Since(began)))
	}
	folder, err := folderOf(e.Globals)
	if err != nil {
		return err
	}
	show, end = e.Meter(e.Text("恢复", "restoring"))
	found, err := restore(ctx, args[0], v, Options{DataFolder: folder, Database: e.DB, Files: e.Blobs, Log: fileLog(folder), Workers: -1}, func(done int64) {
		show(done, v.Manifest.BlobBytes)
	})
	end()
	if err != nil {
		return err
	}
	if err := e.Print(tellBackup(args[0], size, v, time.Since(began))); err != nil {
		return err
	}
	if found.Problems > 0 {
		return RestoredUnwell.With("count", found.Problems)
	}
	if !e.JSON && !e.Quiet {
		fmt.Fprintln(e.Err, e.Text("已恢复到 ", "restored into ")+folder)
	}
	return nil
}

// restore brings a backup that was found whole into the empty place that o names,
// and gives what a first look at the result finds. What it has made before an
// error it removes again.
func restore(ctx context.Context, path string, v backup.Verified, o Options, progress backup.Progress) (found checkup, err error) {
	if err := emptyPlace(o.DataFolder); err != nil {
		return found, err
	}
	known := migrations()
	for stage, version := range v.Head.Stages {
		newest := int64(0)
		if files := known[stage]; files != nil {
			if newest, err = db.Newest(files); err != nil {
				return found, err
			}
		}
		if version > newest {
			return found, backup.TooNew.With("file", path, "found", fmt.Sprintf("%s %d", stage, version))
		}
	}
	if err := restoreInto(ctx, path, v, o, progress); err != nil {
		return found, errors.Join(err, clearPlace(o.DataFolder))
	}
	a, err := Open(ctx, o)
	if err != nil {
		return found, err
	}
	found, err = a.examine(ctx, checkupArgs{}, func(int, int, string, string) {})
	if err == nil {
		err = a.Stages.People.Keep(ctx, api.Act{Actor: a.Owner.Actor(), Action: "restore", Outcome: api.Done, Details: map[string]string{
			"digest_sha256": v.Manifest.DigestSHA256, "made_us": fmt.Sprint(v.Head.MadeUS),
		}})
	}
	return found, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

func restoreInto(ctx context.Context, path string, v backup.Verified, o Options, progress backup.Progress) (err error) {
	d, err := db.Open(ctx, db.Options{Path: filepath.Join(o.DataFolder, databaseName), URL: o.Database, Now: o.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	unlock, err := d.Lock(ctx, "start")
	if err != nil {
		return err
	}
	defer unlock()
	blobs, release, err := o.openBlobs(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	err = blobs.Walk(ctx, func(blob.Hash, int64) error { return backup.NotEmpty.With("place", cmp.Or(o.Files, o.DataFolder)) })
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // what lies in the folder goes with it; this goes from a bucket too
			err = errors.Join(err, blobs.Walk(context.WithoutCancel(ctx), func(h blob.Hash, _ int64) error { return blobs.Delete(context.WithoutCancel(ctx), h) }))
		}
	}()
	return backup.Restore(ctx, func() (io.ReadCloser, error) { f, _, err := openBackup(path); return f, err }, path, v, backup.Target{
		DB: d, Blobs: blobs, After: jobs.Restored,
		Migrate: func(ctx context.Context, stage string, version int64) error {
			if version == 0 {
				return nil
			}
			return d.MigrateTo(ctx, stage, migrations()[stage], version)
		},
	}, progress)
}

// mayLie is what an empty folder may hold: the root of a disk has this one.
const mayLie = "lost+found"

// emptyPlace makes sure that nothing lies in the folder. Fault: backup.NotEmpty.
func emptyPlace(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() != mayLie {
			return backup.NotEmpty.With("place", folder)
		}
	}
	return nil
}

// clearPlace removes what was put into a folder that was empty.
func clearPlace(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if entry.Name() != mayLie {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}
