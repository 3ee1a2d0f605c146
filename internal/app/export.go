package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"zhuomo/internal/api/command"
	"zhuomo/internal/spec"
)

// exporting are the settings of `zhuomo export`.
type exporting struct {
	bundle, product, release string
	force                    bool
}

func exportCommand() command.Special {
	o := exporting{release: "live"}
	return command.Special{
		Use: "export", ZH: "把一个发布版做成发布包：一个签了名的文件，拿到小盒子上用 zhuomo serve 运行", EN: "make a release a bundle: one signed file that zhuomo serve runs on a small box",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.StringVar(&o.bundle, "bundle", "", say("发布包写到这个文件，名字以 .zhuomo 结尾", "write the bundle to this file, its name ends in .zhuomo"))
			f.StringVarP(&o.product, "product", "p", "", say("产品（默认取 ZHUOMO_PRODUCT，只有一个产品时可省略）", "product (default: ZHUOMO_PRODUCT; not needed when there is only one)"))
			f.StringVar(&o.release, "release", o.release, say("哪个发布版：r3 或 live", "which release: r3 or live"))
			f.BoolVar(&o.force, "force", false, say("覆盖已有的文件", "overwrite an existing file"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return o.run(ctx, e) },
	}
}

// run fetches the bundle, reads it back from the disk, and only then gives it
// its name.
func (o exporting) run(ctx context.Context, e *command.Env) error {
	if !strings.HasSuffix(o.bundle, bundleEnd) {
		return command.Usage.With("problem", e.Text("要用 --bundle 写明文件，如 --bundle speaker.zhuomo", "name the file with --bundle, such as --bundle speaker.zhuomo"), "command", "zhuomo export")
	}
	if err := freeName(o.bundle, o.force); err != nil {
		return err
	}
	if err := hasData(e.Globals); err != nil {
		return err
	}
	client, err := e.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	product, err := client.Product(ctx, e, o.product)
	if err != nil {
		return err
	}
	body, err := client.Download(ctx, e.Lang, "/api/v1/products/"+url.PathEscape(product)+"/releases/"+url.PathEscape(o.release)+"/bundle")
	if err != nil {
		return err
	}
	defer body.Close()
	var told held
	sum, err := saveAs(ctx, o.bundle, body, func(part string) error {
		p, size, err := readBundle(part, "")
		if err == nil {
			p.File = o.bundle
			told = tellBundle(p, size)
		}
		return err
	})
	if err != nil {
		return err
	}
	told.SHA256 = sum
	return e.Print(told)
}

// freeName refuses a file that is there already, unless it may be written over.
func freeName(path string, force bool) error {
	if _, err := os.Lstat(path); path != "" && err == nil && !force {
		return ExportThere.With("file", path)
	}
	return nil
}

// saveAs writes what comes under another name, has it checked there, and only then
// gives it its own. It gives the file's sum.
func saveAs(ctx context.Context, path string, r io.Reader, check func(part string) error) (sum string, err error) {
	part := path + ".part"
	defer os.Remove(part)
	unwritten := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ExportUnwritten.With("file", path, "why", err.Error()).Because(err)
	}
	if sum, err = keepFile(part, r); err != nil {
		return "", unwritten(err)
	}
	if err := check(part); err != nil {
		return "", err
	}
	if err := errors.Join(os.Rename(part, path), syncName(path)); err != nil {
		return "", unwritten(err)
	}
	return sum, nil
}

// keepFile writes what comes to a file, anew, and gives its sum.
func keepFile(path string, r io.Reader) (sum string, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), r)
	if err == nil {
		err = f.Sync()
	}
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}
