package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/blob"
	"zhuomo/internal/builtin"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/serve"
	"zhuomo/serve/bundle"
)

// box runs one bundle alone: `zhuomo serve FILE.zhuomo`.
type box struct {
	key   string // the only signer that is taken, "" = any the first time
	keep  int    // turns
	check bool
}

const (
	boxDatabase = "box.db" // not the name of a workbench's: neither opens the other's
	bundleEnd   = ".zhuomo"

	// What the heap of a box may grow to before the collector works harder, and how
	// early it works: memory is scarce there, and a turn leaves little behind.
	boxMemory  = 32 << 20
	boxGC      = 20
	boxReaders = 1
)

// isFile tells the file of a bundle from a verb of the stage.
func isFile(arg string) bool {
	return strings.HasSuffix(arg, bundleEnd) || strings.ContainsAny(arg, `/\`)
}

func (b *box) flags(f *pflag.FlagSet, lang string) {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	f.StringVar(&b.key, "key", "", say("发布包：只认这个签名人（zhuomo serve key 查看）；不写时第一次认谁，以后就只认谁", "bundle: take this signer only (zhuomo serve key shows it); without it the first one is taken, and nobody else from then on"))
	f.IntVar(&b.keep, "keep-turns", 20_000, say("发布包：本机最多留多少轮对话，旧的先删", "bundle: how many turns are kept here at most, the oldest go first"))
	f.BoolVar(&b.check, "check", false, say("发布包：只检查并说明里面是什么，不运行", "bundle: only check it and tell what it holds, do not run it"))
}

// held tells what a bundle holds.
type held struct {
	File      string `json:"file" table:"文件|file"`
	SizeBytes int64  `json:"size_bytes" table:"字节|bytes"`
	Product   string `json:"product" table:"产品|product"`
	ProductID string `json:"product_id" table:"产品编号|product id"`
	Release   string `json:"release" table:"发布版|release"`
	ReleaseID string `json:"release_id" table:"发布版编号|release id"`
	ModelID   string `json:"model_id" table:"模型编号|model id"`
	Signer    string `json:"signer" table:"签名人|signer"`
	SHA256    string `json:"sha256,omitempty" table:"摘要|digest"`
}

func tellBundle(p *serve.Parcel, size int64) held {
	return held{
		File: p.File, SizeBytes: size, Product: p.Product.Name, ProductID: p.Product.ID, Release: p.Release().Name, ReleaseID: p.ReleaseID,
		ModelID: p.Contents.ModelID, Signer: p.Signer,
	}
}

// readBundle reads and checks a bundle on the disk.
func readBundle(path, key string) (*serve.Parcel, int64, error) {
	if key != "" {
		var err error
		if key, err = bundle.ParseSigner(key); err != nil {
			return nil, 0, err
		}
	}
	f, size, err := openBackup(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	p, err := serve.ReadBundle(f, size, path, key)
	return p, size, err
}

func (b *box) run(ctx context.Context, e *command.Env, path string, d door, w watching) error {
	p, size, err := readBundle(path, b.key)
	if err != nil {
		return err
	}
	told := tellBundle(p, size)
	if b.check {
		return e.Print(told)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(boxMemory)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(boxGC)
	}
	folder, err := boxFolder(e.Globals, p.Product.ID)
	if err != nil {
		return err
	}
	log, err := w.log(e.Err)
	if err != nil {
		return err
	}
	l, err := d.open()
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := openBox(ctx, Options{DataFolder: folder, Log: log, door: d}, p, b)
	if err != nil {
		return err
	}
	p = nil // its bytes are not needed any more
	debug.FreeOSMemory()
	if err := dropStartPages(); err != nil {
		log.Warn("the pages of the start stay in memory", "error", err)
	}
	return a.serveAt(ctx, d, l, folder, func() error { return greetAlone(e, told, b.key != "", folder, d.address(l)) })
}

// boxFolder is where a box keeps what is said to it. The id of the product comes
// from a file, so its sum stands in the path.
func boxFolder(g command.Globals, product string) (string, error) {
	if g.Data != "" {
		return filepath.Abs(g.Data)
	}
	base, err := DefaultFolder()
	sum := sha256.Sum256([]byte(product))
	return filepath.Join(base+"-box", hex.EncodeToString(sum[:8])), err
}

func greetAlone(e *command.Env, h held, pinned bool, folder, address string) error {
	signer := h.Signer
	if !pinned {
		signer += e.Text("（没有用 --key 指定；请和工作台的 zhuomo serve key 核对）", " (not named with --key; compare it with zhuomo serve key at the workbench)")
	}
	for _, line := range [][2]string{
		{e.Text("运行发布包", "running"), h.Product + " " + h.Release + "  " + address},
		{e.Text("签名人    ", "signer "), signer},
		{e.Text("数据      ", "data   "), folder},
		{e.Text("取走反馈  ", "take feedback home with"), "zhuomo feedback pack --data " + folder},
		{e.Text("停止      ", "stop   "), "Ctrl-C"},
	} {
		if _, err := fmt.Fprintln(e.Out, line[0]+"  "+line[1]); err != nil {
			return err
		}
	}
	return nil
}

// openBox opens the few parts of the program that answer customers, over a small
// database of their own, and makes the release of the parcel live there.
func openBox(ctx context.Context, o Options, p *serve.Parcel, b *box) (_ *App, err error) {
	if _, err := os.Stat(filepath.Join(o.DataFolder, databaseName)); err == nil {
		return nil, BoxInWorkbench.With("folder", o.DataFolder)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{options: o, closing: make(chan struct{}), secret: newSecret(), Events: api.NewBroadcaster(o.Now)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(ctx))
		}
	}()
	model, err := learn.Load(builtin.Learners(), p.Model, nil)
	if err != nil {
		return nil, err
	}
	understander := dialog.Understand(model)
	only := boxProduct{id: p.Product.ID, name: p.Product.Name, modelID: p.Contents.ModelID, model: understander}
	if err := a.openBoxStage(ctx, only); err != nil {
		return nil, err
	}
	if _, err := a.Stages.Serve.Install(ctx, p, understander, b.key != ""); err != nil {
		return nil, err
	}
	behind, err := a.behindDoor()
	if err != nil {
		return nil, err
	}
	behind.Routes, behind.Accounts = a.boxRoutes(), onlyThisMachine{a}
	a.Server, err = api.NewServer(behind)
	if err != nil {
		return nil, err
	}
	trimming, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	a.stopped.Go(func() { a.trim(trimming, only.id, b.keep) })
	return a, nil
}

// openBoxStage opens the database of a box and the stage over it.
func (a *App) openBoxStage(ctx context.Context, only boxProduct) (err error) {
	if a.DB, err = db.Open(ctx, db.Options{Path: filepath.Join(a.options.DataFolder, boxDatabase), Readers: boxReaders, Small: true, Now: a.options.Now}); err != nil {
		return err
	}
	if a.Blobs, err = blob.OpenFolder(filepath.Join(a.options.DataFolder, blobsName)); err != nil {
		return fmt.Errorf("open blobs: %w", err)
	}
	if err = a.DB.Migrate(ctx, "api", api.Migrations()); err != nil {
		return err
	}
	a.Stages.Serve, err = serve.New(ctx, serve.Needs{DB: a.DB, Blobs: a.Blobs, Now: a.options.Now, Products: only, Models: only})
	return err
}

// boxRoutes are those of a customer, health, and the way home. Who reaches the
// plain door of this machine may talk over every channel.
func (a *App) boxRoutes() []api.Route {
	var all []api.Route
	for _, r := range a.Stages.Serve.Routes() {
		if r.Need == api.Customer && len(a.options.door.proxies) == 0 && a.options.door.cert == "" {
			r.Need = api.Public
		}
		if (r.Need == api.Public || r.Need == api.Customer) && !strings.HasPrefix(r.Path, "/chat/") {
			all = append(all, r)
		}
	}
	for _, r := range a.healthRoutes() {
		if r.Path != "/metrics" {
			all = append(all, r)
		}
	}
	return append(all, api.Download("GET", packPath, "", api.Viewer, "说过的话，带回家", "what was said, to take home", a.packed, api.Hidden()))
}

// trim keeps the disk of a box bounded until ctx ends.
func (a *App) trim(ctx context.Context, product string, keep int) {
	for tick := time.NewTicker(serve.TrimEvery); ; {
		dropped, err := a.Stages.Serve.Trim(ctx, product, keep)
		switch {
		case err != nil && ctx.Err() == nil:
			a.options.Log.Error("drop old turns", "error", err)
		case dropped > 0:
			a.options.Log.Warn("old turns were dropped to keep the disk free", "turns", dropped, "kept", keep)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// boxProduct is the one product of a box, and its model.
type boxProduct struct {
	id, name, modelID string
	model             dialog.Understander
}

var (
	_ serve.Products = boxProduct{}
	_ serve.Models   = boxProduct{}
)

func (b boxProduct) Product(_ context.Context, idOrName string) (id, name string, err error) {
	if idOrName != b.id && idOrName != b.name {
		return "", "", NotOfThisBox.With("product", idOrName, "only", b.name)
	}
	return b.id, b.name, nil
}

func (b boxProduct) Understander(_ context.Context, product, model string) (dialog.Understander, error) {
	if product != b.id || model != b.modelID {
		return nil, NotOfThisBox.With("product", product, "only", b.name)
	}
	return b.model, nil
}

// onlyThisMachine knows who can read the folder of the box, and nobody else.
type onlyThisMachine struct{ a *App }

func (k onlyThisMachine) Recognise(_ context.Context, c api.Credential) (api.Actor, error) {
	if c.Token != "" && sameSecret(c.Token, k.a.secret) {
		return api.Actor{ID: "box", Name: "box", Roles: []api.Role{api.Viewer}}, nil
	}
	return api.Actor{}, api.NotSignedIn.With()
}
