package app

import (
	"context"
	"os"
	"time"

	"zhuomo/dataset"
	"zhuomo/examples"
	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
)

const exampleKind = "product.example"

type exampleIn struct {
	Body struct {
		Example string `json:"example,omitempty" maxLength:"100" doc:"哪个示例产品，默认第一个；写错时会列出全部|which example product, the first by default; a wrong one is answered with all of them"`
		Name    string `json:"name,omitempty" maxLength:"200" doc:"产品名称，默认是示例产品的名称|name of the product, by default that of the example product"`
		Lang    string `json:"lang,omitempty" enum:"zh,en" default:"zh" doc:"示例里的名称用哪种语言|language of the names in the example"`
	}
}

type exampleOut struct{ Body making }

type making struct {
	api.Started
	Product string `json:"product_id" doc:"产品的编号|id of the product"`
	Name    string `json:"name" doc:"产品的名称|name of the product"`
}

func (a *App) exampleRoutes() []api.Route {
	return []api.Route{
		api.Op("POST", "/api/v1/product-examples", "product example", api.Lead, "用内置材料做一个示例产品，从导入到上线", "make an example product of the embedded material, from import to release", a.makeExample),
	}
}

type exampleArgs struct {
	Product string    `json:"product_id"`
	Example string    `json:"example,omitempty"`
	Name    string    `json:"name"`
	Lang    string    `json:"lang"`
	By      api.Actor `json:"by"`
}

// makeExample makes the product at once; a job fills it.
func (a *App) makeExample(ctx context.Context, in *exampleIn) (*exampleOut, error) {
	example, err := examples.Find(in.Body.Example)
	if err != nil {
		return nil, err
	}
	args := exampleArgs{Example: example.ID, Name: in.Body.Name, Lang: in.Body.Lang, By: api.Who(ctx)}
	if args.Name == "" {
		args.Name = example.Title.In(args.Lang)
	}
	product, err := a.Stages.Data.CreateProduct(ctx, args.Name)
	if err != nil {
		return nil, err
	}
	args.Product, args.Name = product.ID, product.Name
	out := &exampleOut{Body: making{Product: product.ID, Name: product.Name}}
	return out, a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out.Body.JobID, err = a.Jobs.Enqueue(ctx, tx, exampleKind, args, jobs.ForProduct(product.ID), jobs.By(args.By.ID), jobs.MaxFailures(1))
		return err
	})
}

// exampleKept is the checkpoint of an example that a person stopped or that
// failed; after a crash there is none.
type exampleKept struct {
	Stopped bool `json:"stopped"`
}

// exampleJob goes through the demo's thread on a product. After a restart of the
// program what was made by half is deleted and made anew. What a person stopped, or
// what failed, stays as far as it came and is not begun again: its person
// may have worked in it since.
func (a *App) exampleJob(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
	var args exampleArgs
	if err := job.Args(&args); err != nil {
		return nil, err
	}
	var kept exampleKept
	if job.Checkpoint(&kept) && kept.Stopped {
		return nil, ExampleStopped.With("name", args.Name)
	}
	if job.Attempt > 1 {
		if _, err := a.erase(ctx, args.Product, job, report); err != nil {
			return nil, err
		}
	}
	example, err := examples.Find(args.Example)
	if err != nil {
		return nil, err
	}
	incoming, err := os.MkdirTemp("", "zhuomo-example-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(incoming)
	began := time.Now()
	d := &demo{
		a: a, by: args.By, o: demoOptions{spoilSeed: 1}, example: example, incoming: incoming,
		product: dataset.Product{ID: args.Product, Name: args.Name},
		say:     func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(args.Lang) },
		warn:    func(string) {},
		told: func(at, of int, s step, r told) {
			report.At(at, of)
			report.Note(s.zh, s.en)
		},
	}
	if err := d.thread(ctx); err != nil {
		if !a.Jobs.Stopping() {
			report.Checkpoint(exampleKept{Stopped: true})
		}
		return nil, err
	}
	d.figures.WallS = round(time.Since(began).Seconds())
	return d.figures, nil
}
