package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/backup"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

func (a *App) doctorRoutes() []api.Route {
	return []api.Route{
		api.Op("POST", "/api/v1/checkups", "", api.Owner, "体检：文件夹、数据库、每个文件和引用；结果在作业里", "a checkup of folder, database, every file and reference; the job has what was found", a.beginCheckup),
		api.Upload("POST", "/api/v1/repairs/{hash}", "", api.Owner, "送回缺失或损坏的文件", "bring back a file that is missing or damaged", a.bringBack),
	}
}

type checkupIn struct{ Body checkupArgs }

type checkupOut struct{ Body api.Started }

func (a *App) beginCheckup(ctx context.Context, in *checkupIn) (*checkupOut, error) {
	out := &checkupOut{}
	api.Tell(ctx, "repair", fmt.Sprint(in.Body.Repair))
	return out, a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out.Body.JobID, err = a.Jobs.Enqueue(ctx, tx, doctorKind, in.Body, jobs.By(api.Who(ctx).ID), jobs.MaxFailures(1))
		return err
	})
}

type repairIn struct {
	Hash string `path:"hash" doc:"文件的校验值 sha256:…|hash of the file, sha256:…"`
}

type repairOut struct{ Body repaired }

type repaired struct {
	Hash   string `json:"hash" doc:"校验值|hash"`
	Stored bool   `json:"stored" doc:"存下了；否则它本来就完好|whether it was stored; otherwise it was whole"`
}

// bringBack takes a file only if it is missed: it is no way to store others.
func (a *App) bringBack(ctx context.Context, in *repairIn, file api.Incoming) (*repairOut, error) {
	h, err := blob.ParseHash(in.Hash)
	if err != nil {
		return nil, err
	}
	out := &repairOut{Body: repaired{Hash: string(h)}}
	switch err := blob.Verify(ctx, a.Blobs, h); {
	case err == nil:
		return out, nil
	case !errors.Is(err, blob.NotFound) && !errors.Is(err, blob.Damaged):
		return nil, err
	}
	got, _, err := a.Blobs.Put(ctx, file)
	if err != nil {
		return nil, err
	}
	if got != h {
		return nil, OtherBytes.With("hash", h.Short())
	}
	out.Body.Stored = true
	return out, nil
}

type doctorOptions struct {
	checkupArgs
	from string
}

func doctorCommand() command.Special {
	var o doctorOptions
	return command.Special{
		Use: "doctor", ZH: "体检：文件夹权限、磁盘空间、数据库、每个被引用的文件", EN: "a checkup: folder rights, room, the database, every file that something refers to",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.BoolVar(&o.Deep, "deep", false, say("逐个核对文件内容和数据版本的清单", "check the bytes of every file and the manifest of every data version"))
			f.BoolVar(&o.Repair, "repair", false, say("能修的就修，不丢任何东西：损坏的文件移到一旁", "mend what can be mended and lose nothing: damaged files are set aside"))
			f.StringVar(&o.from, "from", "", say("从这个备份取回缺失和损坏的文件（自动带上 --repair）", "fetch missing and damaged files from this backup (implies --repair)"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return runDoctor(ctx, e, o) },
	}
}

// runDoctor has the program that holds the data look itself over, brings it the
// files that it misses and a backup has, and lets it look again.
func runDoctor(ctx context.Context, e *command.Env, o doctorOptions) error {
	if o.from != "" {
		o.Repair = true
		file, _, err := openBackup(o.from) // before anything else is done
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	if err := hasData(e.Globals); err != nil {
		return err
	}
	client, err := e.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	found, err := checkUp(ctx, e, client, o.checkupArgs)
	if err != nil {
		return err
	}
	if o.from != "" {
		brought, err := bringFrom(ctx, e, client, o.from, found)
		if err != nil {
			return err
		}
		again, err := checkUp(ctx, e, client, o.checkupArgs)
		if err != nil {
			return err
		}
		for _, i := range found.Items { // what is well now is told as mended
			if i.Mended || brought[i.Blob] {
				i.Mended = true
				again.Items = append(again.Items, i)
			}
		}
		found = again
	}
	if e.JSON {
		err = e.Print(found)
	} else {
		drawCheckup(e, found)
	}
	if err != nil {
		return err
	}
	if found.Problems > 0 {
		return Unwell.With("count", found.Problems)
	}
	return nil
}

// drawCheckup lists what was found, whole, and what was looked at. ● is grave, ○
// is not, ✓ is mended.
func drawCheckup(e *command.Env, c checkup) {
	for _, i := range c.Items {
		mark := "○"
		switch {
		case i.Mended:
			mark = "✓"
		case i.Grave:
			mark = "●"
		}
		fmt.Fprintf(e.Out, "%s %s\n  %s  %s\n", mark, i.Message.In(e.Lang), i.Where, i.Code)
		if i.Blob != "" {
			fmt.Fprintf(e.Out, "  %s\n", i.Blob)
		}
		if !i.Mended {
			fmt.Fprintf(e.Out, "  %s%s\n", e.Text("办法：", "fix: "), i.Fix.In(e.Lang))
		}
	}
	depth := e.Text("，没有核对内容（--deep 核对）", ", their bytes not checked (--deep does)")
	if c.Deep {
		depth = fmt.Sprintf(e.Text("，内容逐个核对过，%d 个无人引用", ", the bytes of each checked, %d that nothing names"), c.Unnamed)
	}
	fmt.Fprintf(e.Out, e.Text("%s · %d 个文件 %s%s · 磁盘剩 %s · %.1f 秒\n", "%s · %d files, %s%s · %s free · %.1f s\n"),
		c.Database, c.Blobs, spec.Size(c.BlobBytes), depth, spec.Size(c.FreeBytes), c.Seconds)
	if c.Problems == 0 {
		fmt.Fprintln(e.Out, e.Text("没有问题", "no problems"))
	}
}

func checkUp(ctx context.Context, e *command.Env, client *command.Client, args checkupArgs) (found checkup, err error) {
	var started api.Started
	if err := client.Call(ctx, e.Lang, "POST", "/api/v1/checkups", args, &started); err != nil {
		return found, err
	}
	result, err := e.Follow(ctx, client, started.JobID)
	if err != nil {
		return found, err
	}
	return found, json.Unmarshal(result, &found)
}

// bringFrom sends every file that was found missing or damaged and that the
// backup has, and tells which were stored.
func bringFrom(ctx context.Context, e *command.Env, client *command.Client, path string, found checkup) (map[blob.Hash]bool, error) {
	wanted, brought := map[blob.Hash]bool{}, map[blob.Hash]bool{}
	for _, i := range found.Items {
		if i.Blob != "" {
			wanted[i.Blob] = true
		}
	}
	if len(wanted) == 0 {
		return brought, nil
	}
	file, _, err := openBackup(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return brought, backup.Blobs(ctx, file, path, wanted, func(h blob.Hash, size int64, body io.Reader) error {
		var done repaired
		err := client.Send(ctx, e.Lang, "/api/v1/repairs/"+url.PathEscape(string(h)), body, size, &done)
		var p *api.Problem
		if errors.As(err, &p) && p.Code == OtherBytes.Code { // it was damaged when the backup was made
			return nil
		}
		brought[h] = done.Stored
		return err
	})
}
