package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/label"
)

const doctorKind = "doctor.checkup"

// Free space below which the doctor warns: of the disk's bytes, and in bytes.
const (
	littleShare = 0.10
	littleBytes = 1 << 30
)

// checkupArgs says how closely to look and whether to mend.
type checkupArgs struct {
	Deep   bool `json:"deep,omitempty" doc:"逐个核对文件的内容和数据版本的清单|check the bytes of every file, and the manifest of every data version"`
	Repair bool `json:"repair,omitempty" doc:"能修的就修，不丢任何东西：损坏的文件移到一旁|mend what can be mended and lose nothing: damaged files are set aside"`
}

// ailment is one thing that is wrong.
type ailment struct {
	Code    string    `json:"code" table:"毛病|ailment"`
	Grave   bool      `json:"grave" table:"严重|grave" doc:"是否会丢数据或出错|whether data is lost or work fails"`
	Where   string    `json:"where" table:"在哪里|where" doc:"哪个产品、哪个环节|which product, which stage"`
	Blob    blob.Hash `json:"blob,omitempty" table:"文件|file" doc:"缺失或损坏的文件|the file that is missing or damaged"`
	Mended  bool      `json:"mended" table:"已修|mended"`
	Message spec.Text `json:"message" table:"说明|message"`
	Fix     spec.Text `json:"fix" table:"办法|fix"`
}

// checkup is what the doctor found.
type checkup struct {
	Items     []ailment `json:"items"`
	Problems  int       `json:"problems" table:"问题|problems" doc:"还没修好的严重毛病|grave ailments that are not mended"`
	Deep      bool      `json:"deep" table:"逐个核对|deep"`
	Database  string    `json:"database" table:"数据库|database"`
	Blobs     int       `json:"blob_count" table:"文件数|files"`
	BlobBytes int64     `json:"blob_bytes" table:"文件字节|bytes of files"`
	Unnamed   int       `json:"unnamed_count" table:"无人引用的文件|files that nothing names" doc:"上传后没有用的文件，不碍事；逐个核对时才数|uploads that came to nothing; they do no harm, and are counted by a deep checkup only"`
	FreeBytes int64     `json:"free_bytes" table:"磁盘剩余字节|bytes free on the disk"`
	Seconds   float64   `json:"seconds" table:"用时（秒）|seconds"`
}

func (a *App) doctorJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args checkupArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	return a.examine(ctx, args, func(done, of int, zh, en string) {
		report.At(done, of)
		report.Note(zh, en)
	})
}

// examination is one checkup under way.
type examination struct {
	a        *App
	args     checkupArgs
	tell     func(done, of int, zh, en string)
	products map[string]string // names by id
	sizes    map[blob.Hash]int64
	named    map[blob.Hash]bool
	told     map[blob.Hash]bool // a missing file is told once
	out      checkup
}

// examine looks the whole program over.
//
// Cost: reads the database; deep reads every file. Work goes on meanwhile.
func (a *App) examine(ctx context.Context, args checkupArgs, tell func(done, of int, zh, en string)) (checkup, error) {
	began := time.Now()
	unlock, err := a.DB.Lock(ctx, filesLock) // what is named must not go while it is looked for
	if err != nil {
		return checkup{}, err
	}
	defer unlock()
	x := &examination{
		a: a, args: args, tell: tell, products: map[string]string{}, sizes: map[blob.Hash]int64{}, named: map[blob.Hash]bool{},
		told: map[blob.Hash]bool{}, out: checkup{Items: []ailment{}, Deep: args.Deep, Database: "SQLite"},
	}
	if a.DB.Shared() {
		x.out.Database = "PostgreSQL"
	}
	for _, step := range []func(context.Context) error{x.folder, x.database, x.auditLog, x.files, x.references} {
		if err := step(ctx); err != nil {
			return x.out, err
		}
	}
	for h := range x.sizes {
		if args.Deep && !x.named[h] {
			x.out.Unnamed++
		}
	}
	for at, i := range x.out.Items {
		if args.Repair && i.Code == blob.Damaged.Code && !x.named[i.Blob] { // set aside, and nobody will ask for it
			x.out.Items[at].Mended, i.Mended = true, true
		}
		if i.Grave && !i.Mended {
			x.out.Problems++
		}
	}
	x.out.Seconds = round(time.Since(began).Seconds())
	return x.out, nil
}

// wrong notes an ailment.
func (x *examination) wrong(err error, where string, h blob.Hash, grave, mended bool) {
	f := fault.Of(err)
	i := ailment{
		Code: f.Def.Code, Grave: grave, Where: where, Blob: h, Mended: mended,
		Message: spec.Text{ZH: f.Message("zh"), EN: f.Message("en")}, Fix: spec.Text{ZH: f.Fix("zh"), EN: f.Fix("en")},
	}
	if errors.Is(err, blob.NotFound) || errors.Is(err, blob.Damaged) {
		i.Fix = spec.Text{
			ZH: "有备份就取回：zhuomo doctor --deep --repair --from 备份文件；没有就重新导入原始文件",
			EN: "with a backup, fetch it: zhuomo doctor --deep --repair --from BACKUP; without one, import the original file again",
		}
	}
	x.out.Items = append(x.out.Items, i)
}

// folder looks at the data folder: rights and room.
func (x *examination) folder(context.Context) error {
	x.tell(0, 4, "数据文件夹", "the data folder")
	folder := x.a.options.DataFolder
	files := filepath.Join(folder, blobsName)
	if x.a.options.Files != "" {
		files = filepath.Join(folder, cacheName)
	}
	for _, f := range []string{folder, files} {
		probe, err := os.CreateTemp(f, ".zhuomo-doctor-*")
		if err == nil {
			err = errors.Join(probe.Sync(), probe.Close(), os.Remove(probe.Name()))
		}
		if err != nil {
			x.wrong(FolderUnwritable.With("folder", f, "why", err.Error()), f, "", true, false)
		}
	}
	open, err := openToOthers(folder)
	if err != nil {
		return err
	}
	if open {
		mended := x.args.Repair && os.Chmod(folder, 0o700) == nil
		x.wrong(FolderOpen.With("folder", folder), folder, "", false, mended)
	}
	free, total, err := freeSpace(folder)
	if err != nil {
		return err
	}
	x.out.FreeBytes = free
	if free < littleBytes || float64(free) < littleShare*float64(total) {
		x.wrong(LittleRoom.With("free", spec.Size(free), "total", spec.Size(total)), folder, "", free < littleBytes, false)
	}
	return nil
}

// database asks the engine, and whether all tables are as this program knows them.
func (x *examination) database(ctx context.Context) error {
	x.tell(1, 4, "数据库", "the database")
	said, err := x.a.DB.Check(ctx, x.args.Deep)
	if err != nil {
		x.wrong(err, x.out.Database, "", true, false)
	}
	for _, s := range said {
		x.wrong(DatabaseSays.With("what", s), x.out.Database, "", true, false)
	}
	for stage, files := range migrations() {
		newest, err := db.Newest(files)
		if err != nil {
			return err
		}
		found, err := x.a.DB.Version(ctx, stage)
		if err != nil {
			return err
		}
		if found != newest {
			x.wrong(db.TooNew.With("stage", stage, "found", found, "known", newest), stage, "", true, false)
		}
	}
	return nil
}

// auditLog goes along its chain, if the look is deep.
func (x *examination) auditLog(ctx context.Context) error {
	if !x.args.Deep {
		return nil
	}
	found, err := x.a.Stages.People.Verify(ctx)
	if err != nil {
		return err
	}
	for _, f := range found.Flaws {
		x.wrong(AuditBroken.With("seq", f.Seq, "kind", flawWords[f.Kind]), "audit", "", true, false)
	}
	return nil
}

var flawWords = map[string]spec.Text{
	"changed": {ZH: "被改过", EN: "was changed"}, "missing": {ZH: "不见了", EN: "is missing"}, "inserted": {ZH: "是后来塞进去的", EN: "was put in later"},
}

// files walks over all files; deep reads each and sets damaged ones aside.
func (x *examination) files(ctx context.Context) error {
	x.tell(2, 4, "文件", "the files")
	err := x.a.Blobs.Walk(ctx, func(h blob.Hash, size int64) error {
		x.sizes[h] = size
		x.out.BlobBytes += size
		return nil
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		x.wrong(FilesUnlisted.With("why", err.Error()), blobsName, "", true, false)
	}
	x.out.Blobs = len(x.sizes)
	if !x.args.Deep {
		return nil
	}
	done := 0
	for h := range x.sizes {
		err := blob.Verify(ctx, x.a.Blobs, h)
		switch {
		case errors.Is(err, blob.Damaged):
			x.told[h] = true
			if x.args.Repair {
				if err := x.a.Blobs.SetAside(ctx, h); err != nil {
					return err
				}
			}
			x.wrong(err, blobsName, h, true, false)
		case errors.Is(err, blob.NotFound): // deleted since it was listed
		case err != nil:
			return err
		}
		if done++; done%16 == 0 {
			x.tell(done, len(x.sizes), "核对文件内容", "reading every file")
		}
	}
	return nil
}

// references looks for every file that a row or a manifest names.
func (x *examination) references(ctx context.Context) error {
	x.tell(3, 4, "引用", "what refers to files")
	for after := ""; ; {
		products, err := x.a.Stages.Data.Products(ctx, after, 100)
		if err != nil {
			return err
		}
		if len(products) == 0 {
			break
		}
		for _, p := range products {
			x.products[p.ID], after = p.Name, p.ID
		}
	}
	err := x.a.Stages.Data.Examine(ctx, x.args.Deep, func(f dataset.Flaw) error {
		x.missing(f.Err, x.products[f.Version.ProductID]+fmt.Sprintf(" / dataset v%d", f.Version.Number), f.Blob)
		return nil
	})
	if err != nil {
		return err
	}
	for _, h := range x.a.holders() {
		if h.stage == "dataset" && !x.args.Deep { // it reads every segment, to find what has been looked for already
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(x.products)) {
			err := h.Blobs(ctx, id, func(b blob.Hash) error {
				return x.look(ctx, id, b, h.stage)
			})
			if errors.Is(err, blob.Damaged) || errors.Is(err, blob.NotFound) {
				continue // told before
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// look finds out whether a file is there that a stage names for a product.
func (x *examination) look(ctx context.Context, product string, h blob.Hash, stage string) error {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return ctx.Err()
	}
	x.named[h] = true
	if _, there := x.sizes[h]; there {
		return ctx.Err()
	}
	has, err := x.a.Blobs.Has(ctx, h)
	if err != nil || has { // put since the walk
		return err
	}
	switch _, err := x.a.Stages.Label.Guideline(ctx, product, string(h)); {
	case err == nil: // no file: a job was asked for a guideline by the hash of its text
		return nil
	case !errors.Is(err, label.NoGuideline):
		return err
	}
	x.missing(blob.NotFound.With("hash", h.Short()), x.products[product]+" / "+stage, h)
	return nil
}

func (x *examination) missing(err error, where string, h blob.Hash) {
	if !x.told[h] {
		x.told[h] = true
		x.wrong(err, where, h, true, false)
	}
}
