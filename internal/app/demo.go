package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/examples"
	"zhuomo/examples/crosswoz"
	"zhuomo/examples/spoil"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/serve"
)

// Figures are what the demo measured, all in one run.
type Figures struct {
	Material          string             `json:"material"`
	SpoilSeed         uint64             `json:"spoil_seed"`
	RowsRaw           int                `json:"rows_raw"`
	RowsClean         int                `json:"rows_clean"`
	RowsSetAside      int                `json:"rows_set_aside"`
	CleaningRecall    float64            `json:"cleaning_recall"`
	CleaningPrecision float64            `json:"cleaning_precision"`
	CleaningByKind    map[string]float64 `json:"cleaning_by_kind"`
	Entries           int                `json:"entries"`
	Entities          int                `json:"entities"`
	Labels            int                `json:"labels"`  // rows with gold
	Classes           int                `json:"classes"` // labels of the guideline
	Simulated         bool               `json:"simulated"`
	LeftForPeople     int                `json:"left_for_people"`
	Agreement         float64            `json:"agreement"` // Krippendorff's α of the simulated labellers
	TrainS            float64            `json:"train_s"`
	TrainRows         int                `json:"train_rows"`
	TestRows          int                `json:"test_rows"`
	TestExact         float64            `json:"test_exact"`
	TestMicroF1       float64            `json:"test_micro_f1"`
	TestECE           float64            `json:"test_ece"`
	ChecksPassed      int                `json:"checks_passed"`
	ChecksTotal       int                `json:"checks_total"`
	GuidelinePassed   int                `json:"guideline_passed"`
	GuidelineTotal    int                `json:"guideline_total"`
	StoriesPassed     int                `json:"stories_passed"`
	StoriesTotal      int                `json:"stories_total"`
	Gate              string             `json:"gate"`
	FixLoopS          float64            `json:"fix_loop_s"`
	TakeBackMS        float64            `json:"takeback_ms"`
	TurnP50MS         float64            `json:"turn_p50_ms"`
	TurnP99MS         float64            `json:"turn_p99_ms"`
	WallS             float64            `json:"wall_s"`
	Product           string             `json:"product"`
	Release           string             `json:"release"`
}

type demoOptions struct {
	once      bool
	product   string // of the registry in examples; "" is its first
	material  string // "" is the product's own
	sets      string
	spoilSeed uint64
	listen    string
}

// demo is one turn of the whole thread, from dirty files to a fixed answer.
type demo struct {
	a         *App
	o         demoOptions
	by        api.Actor                        // who makes it
	say       func(zh, en string) string       // in the person's language
	told      func(at, of int, s step, r told) // called before and after each step
	warn      func(line string)
	incoming  string // folder of the spoilt files
	figures   Figures
	example   examples.Product
	material  examples.Material
	truth     spoil.Truth
	product   dataset.Product
	chats     dataset.Dataset
	raw       dataset.Version // as imported
	clean     dataset.Version
	run       clean.Run
	roles     map[dataset.Role]string // columns of the cleaned chats
	customers []string                // values of the speaker's column
	labelling
	living
	params  map[string]any
	made    learn.Made
	model   learn.Model
	release serve.Release
	asked   []string // sentences that were said live
}

// demoCommand is `zhuomo demo`.
func demoCommand() command.Special {
	var o demoOptions
	return command.Special{
		Use: "demo", ZH: "用内置材料走完整条线，然后打开页面", EN: "run the whole thread on the embedded material, then serve the page",
		Flags: func(f *pflag.FlagSet, lang string) {
			say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
			f.BoolVar(&o.once, "once", false, say("走完就退出，不启动服务", "end after the thread, do not serve"))
			names := exampleNames()
			f.StringVar(&o.product, "product", "", say("哪个内置产品："+names+"；不写时 --once 做第一个，否则都做", "which embedded product: "+names+"; by default the first with --once, else all"))
			f.StringVar(&o.material, "material", "", say("材料：产品自带的（默认），或 crosswoz", "material: the product's own (default), or crosswoz"))
			f.StringVar(&o.sets, "sets", "", say("外部数据集所在文件夹，默认取 ZHUOMO_SETS", "folder of outside data sets, by default ZHUOMO_SETS"))
			f.Uint64Var(&o.spoilSeed, "spoil-seed", 1, say("弄脏材料的种子；换一个就是没见过的脏数据", "seed of the spoiler; another one is unseen dirt"))
			f.StringVar(&o.listen, "listen", "", say("监听地址", "address to listen on"))
		},
		Run: func(ctx context.Context, e *command.Env, _ []string) error { return runDemo(ctx, e, o) },
	}
}

// demoMark names the file by which a folder is known as the demo's: only such a
// folder, or an empty one, is written anew.
const demoMark = "demo.json"

// demoSchema is the demo's room in a PostgreSQL database, made anew each time.
const demoSchema = "zhuomo_demo"

func runDemo(ctx context.Context, e *command.Env, o demoOptions) (err error) {
	began := time.Now()
	if o.sets == "" {
		o.sets = os.Getenv("ZHUOMO_SETS")
	}
	folder := e.Data
	if folder == "" {
		folder = filepath.Join(".zhuomo", "demo")
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	if err := emptyFolder(folder); err != nil {
		return err
	}
	database := e.DB
	if database != "" { // room beside what may be there already
		if database, err = db.EmptySchema(ctx, database, demoSchema); err != nil {
			return err
		}
	}
	a, err := Open(ctx, Options{DataFolder: folder, Database: database, Files: e.Blobs, Sets: o.sets, Log: fileLog(folder)})
	if err != nil {
		return err
	}
	served := false
	defer func() {
		if !served {
			err = errors.Join(err, a.Close(context.WithoutCancel(ctx)))
		}
	}()
	chosen, err := demoProducts(o)
	if err != nil {
		return err
	}
	var made []dataset.Product
	for i, example := range chosen {
		if i > 0 {
			began = time.Now()
		}
		d := &demo{a: a, o: o, by: a.Owner.Actor(), say: e.Text, told: printStep(e), incoming: filepath.Join(folder, "incoming", example.ID), example: example, warn: func(line string) {
			if !e.JSON {
				fmt.Fprintln(e.Err, line)
			}
		}}
		if err := d.thread(ctx); err != nil {
			return err
		}
		d.figures.WallS = round(time.Since(began).Seconds())
		if i == 0 { // whom the benches talk to
			if err := keepFigures(folder, d.figures); err != nil {
				return err
			}
		}
		if err := printFigures(e, d.figures, folder); err != nil {
			return err
		}
		made = append(made, d.product)
	}
	if o.once {
		return nil
	}
	served = true
	return serveDemo(ctx, e, a, folder, o.listen, made)
}

// demoProducts are the products that the demo makes.
func demoProducts(o demoOptions) ([]examples.Product, error) {
	if o.product == "" && o.material == "" && !o.once {
		return examples.Products()
	}
	one, err := examples.Find(o.product)
	return []examples.Product{one}, err
}

// exampleNames lists the embedded products, for help texts.
func exampleNames() string {
	all, _ := examples.Products()
	var names []string
	for _, p := range all {
		names = append(names, p.ID)
	}
	return strings.Join(names, ", ")
}

// printStep tells a person each step as it ends.
func printStep(e *command.Env) func(at, of int, s step, r told) {
	return func(at, of int, s step, r told) {
		if r.ended && !e.JSON && !e.Quiet {
			fmt.Fprintf(e.Out, "%2d/%d  %s  %s  %.2f s\n", at+1, of, pad(e.Text(s.zh, s.en), 10), r.said, r.took.Seconds())
		}
	}
}

// step is one part of the thread, told to people as it ends.
type step struct {
	zh, en string
	do     func(ctx context.Context) (said string, err error)
}

// told is what a step has to tell.
type told struct {
	ended bool
	said  string // in the person's language, once ended
	took  time.Duration
}

// whole tells whether the material is the product's own: only then are there
// entries, rules, a suite, a flow and stories to it.
func (d *demo) whole() bool { return d.o.material == "" || d.o.material == d.example.ID }

// thread goes through all steps as d.by.
func (d *demo) thread(ctx context.Context) error {
	ctx = api.WithActor(ctx, d.by)
	steps := []step{
		{"材料", "material", d.spoil},
		{"导入", "import", d.importFiles},
		{"清洗", "clean", d.cleanRows},
		{"知识", "knowledge", d.learnFacts},
		{"标注", "label", d.labelRows},
		{"调参", "tune", d.search},
		{"训练", "train", d.train},
		{"评测", "evaluate", d.evaluate},
	}
	if d.whole() {
		steps = append(steps,
			step{"交互", "dialogue", d.converse},
			step{"上线", "release", d.publish},
			step{"对话", "live turns", d.talk},
			step{"修正", "fix loop", d.fix},
			step{"线索", "thread", d.trace},
		)
	}
	for i, s := range steps {
		began := time.Now()
		d.told(i, len(steps), s, told{})
		said, err := s.do(ctx)
		if err != nil {
			d.a.options.Log.Error("demo", "step", s.en, "error", err)
			return fmt.Errorf("%s: %w", s.en, err)
		}
		d.told(i, len(steps), s, told{ended: true, said: said, took: time.Since(began)})
	}
	return nil
}

// pad fills a word with spaces to a width; hanzi count two.
func pad(s string, width int) string {
	for _, r := range s {
		if r > 0x2E80 {
			width--
		}
		width--
	}
	for ; width > 0; width-- {
		s += " "
	}
	return s
}

// emptyFolder makes room for the demo's data, and refuses to touch other data.
func emptyFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || len(entries) == 0 {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		return keepFigures(folder, Figures{}) // the mark: a killed demo's folder is the demo's too
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, demoMark)); err != nil {
		return DemoFolder.With("folder", folder)
	}
	if s, err := readServerFile(folder); err == nil && answers(s) {
		return DemoServes.With("address", s.Address, "pid", s.PID)
	}
	for _, entry := range entries {
		if entry.Name() == demoMark {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func keepFigures(folder string, f Figures) error {
	body, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, demoMark), append(body, '\n'), 0o600)
}

// spoil makes of the material what a customer would send. The truth lies in a
// folder of its own, away from the data, and is gone when the demo ends.
func (d *demo) spoil(context.Context) (string, error) {
	var err error
	switch {
	case d.whole():
		d.material, err = d.example.Material()
	case d.o.material == "crosswoz":
		folder := filepath.Join(d.o.sets, "crosswoz-val")
		if _, statErr := os.Stat(folder); d.o.sets == "" || statErr != nil {
			return "", NoSets.With("set", "crosswoz-val")
		}
		d.material, err = crosswoz.Read(folder)
	default:
		return "", NoSuchMaterial.With("material", d.o.material)
	}
	if err != nil {
		return "", err
	}
	apart, err := os.MkdirTemp("", "zhuomo-truth-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(apart)
	if d.truth, err = spoil.Spoil(d.material, d.o.spoilSeed, d.incoming, apart); err != nil {
		return "", err
	}
	d.figures.Material, d.figures.SpoilSeed = d.material.Name, d.o.spoilSeed
	return fmt.Sprintf(d.say("%d 段会话弄脏成 %d 个文件（种子 %d）", "%d conversations spoilt into %d files (seed %d)"),
		len(d.material.Conversations), len(d.truth.Files), d.o.spoilSeed), nil
}

func round(x float64) float64 { return float64(int64(x*10000+.5)) / 10000 }
