package app

import (
	"io/fs"

	"zhuomo/clean"
	"zhuomo/dataset"
	"zhuomo/dialog"
	"zhuomo/evaluate"
	"zhuomo/feedback"
	"zhuomo/internal/api"
	"zhuomo/internal/jobs"
	"zhuomo/knowledge"
	"zhuomo/label"
	"zhuomo/learn"
	"zhuomo/people"
	"zhuomo/serve"
	"zhuomo/track"
	"zhuomo/track/mlflow"
	"zhuomo/tune"
)

// migrations are the tables of all stages, by the name under which each brings
// its own up to date.
func migrations() map[string]fs.FS {
	return map[string]fs.FS{
		"jobs": jobs.Migrations(), "api": api.Migrations(), "dataset": dataset.Migrations(), "clean": clean.Migrations(),
		"knowledge": knowledge.Migrations(), "label": label.Migrations(), "learn": learn.Migrations(), "tune": tune.Migrations(),
		"evaluate": evaluate.Migrations(), "track": track.Migrations(), "mlflow": mlflow.Migrations(), "dialog": dialog.Migrations(), "serve": serve.Migrations(),
		"feedback": feedback.Migrations(), "people": people.Migrations(),
	}
}
