package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

const packPath = "/api/v1/feedback-file" // of a box

// packed streams what was said to the product of a box.
func (a *App) packed(ctx context.Context, _ *struct{}) (*api.Outgoing, error) {
	product, err := a.Stages.Serve.OnlyLive(ctx)
	if err != nil {
		return nil, err
	}
	return &api.Outgoing{Name: "home" + packEnd, Write: func(w io.Writer) error {
		return a.Stages.Serve.Pack(ctx, w, product)
	}}, nil
}

const packEnd = ".zhuomo-feedback"

func packCommand() command.Special {
	var output string
	var force bool
	return command.Special{
		Use: "feedback pack", ZH: "在小盒子上：把说过的话和评价装成一个文件，带回工作台用 feedback bring 收进来",
		EN: "on a box: put what was said and rated into one file, for feedback bring at the workbench",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVarP(&output, "output", "o", "", say("存成这个文件；默认写到标准输出", "write to this file; standard output by default"))
			f.BoolVar(&force, "force", false, say("覆盖已有的文件", "overwrite an existing file"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return runPack(ctx, e, output, force) },
	}
}

// runPack asks the box that runs over the folder, or opens the folder itself.
func runPack(ctx context.Context, e *command.Env, output string, force bool) error {
	if err := freeName(output, force); err != nil {
		return err
	}
	folder, err := packFolder(e.Globals)
	if err != nil {
		return err
	}
	body, err := openPack(ctx, e, folder)
	if err != nil {
		return err
	}
	defer body.Close()
	if output == "" {
		_, err := io.Copy(e.Out, body)
		return err
	}
	_, err = saveAs(ctx, output, body, func(string) error { return nil })
	return err
}

// packFolder finds the folder of the box: that of --data, else the only one that
// there is. Faults: NoBox.
func packFolder(g command.Globals) (string, error) {
	if g.Data != "" {
		if _, err := os.Stat(filepath.Join(g.Data, boxDatabase)); err != nil {
			return "", NoBox.With("folder", g.Data)
		}
		return filepath.Abs(g.Data)
	}
	base, err := DefaultFolder()
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(base+"-box", "*", boxDatabase))
	if err == nil && len(found) != 1 {
		err = NoBox.With("folder", base+"-box")
	}
	if err != nil {
		return "", err
	}
	return filepath.Dir(found[0]), nil
}

func openPack(ctx context.Context, e *command.Env, folder string) (io.ReadCloser, error) {
	only := boxProduct{}
	a := &App{options: Options{DataFolder: folder, Now: time.Now}, Events: api.NewBroadcaster(time.Now)}
	err := a.openBoxStage(ctx, only)
	if errors.Is(err, db.InUse) {
		up, fileErr := readServerFile(folder)
		if fileErr != nil {
			return nil, errors.Join(err, a.Close(ctx))
		}
		return remote(up.Address, up.Token).Download(ctx, e.Lang, packPath)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	product, err := a.Stages.Serve.OnlyLive(ctx)
	if err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	r, w := io.Pipe()
	go func() {
		err := a.Stages.Serve.Pack(ctx, w, product)
		w.CloseWithError(errors.Join(err, a.Close(context.WithoutCancel(ctx)))) // nil: the end
	}()
	return r, nil
}
