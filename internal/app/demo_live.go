package app

import (
	"context"
)

func (d *demo) print() error                    { return d.e.Print(d.figures) }
func (d *demo) serve(ctx context.Context) error { return nil }
