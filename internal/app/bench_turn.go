package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/internal/api/command"
)

// turnBench are the settings of `bench turn`.
type turnBench struct {
	rate, sessions, long int
	lasting              time.Duration
}

// turnFigures are what it measured. Every turn was on disk before its answer.
type turnFigures struct {
	P50MS      float64 `json:"p50_ms" table:"p50 ms"`
	P99MS      float64 `json:"p99_ms" table:"p99 ms"`
	AtPerS     int     `json:"at_per_s" table:"定速/秒|at/s"`
	MaxPerS    float64 `json:"max_per_s" table:"全速/秒|max/s"`
	Turn20MS   float64 `json:"turn_20_ms" table:"第 20 轮 ms|turn 20 ms"`
	Turn2000MS float64 `json:"turn_2000_ms" table:"末轮 ms|last turn ms"`
	Sessions   int     `json:"sessions" table:"会话|sessions"`
}

func (o *turnBench) run(ctx context.Context, e *command.Env) (err error) {
	folder, product, said, err := demoToTalkTo(e.Globals)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	server, err := serveApart(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if _, err := server.firstByte(ctx); err != nil {
		return err
	}
	f, err := o.measure(ctx, newLoad(server.address, product, said, o.sessions))
	if err != nil {
		return err
	}
	return e.Print(f)
}

func (o *turnBench) measure(ctx context.Context, customers *load) (turnFigures, error) {
	f := turnFigures{AtPerS: o.rate, Sessions: o.sessions}
	sessions, err := customers.sessions(ctx, o.sessions)
	if err != nil {
		return f, err
	}
	if _, err := customers.open(ctx, sessions, o.rate, min(time.Second, o.lasting)); err != nil { // warm
		return f, err
	}
	took, err := customers.open(ctx, sessions, o.rate, o.lasting)
	if err != nil {
		return f, err
	}
	f.P50MS, f.P99MS = round(quantile(took, .5)), round(quantile(took, .99))
	if f.MaxPerS, err = customers.closed(ctx, sessions, o.lasting); err != nil {
		return f, err
	}
	f.MaxPerS = round(f.MaxPerS)
	times, err := customers.long(ctx, o.long)
	if err != nil {
		return f, err
	}
	// One turn is too short to time alone: the median of those around it.
	around := min(100, len(times)/2)
	f.Turn20MS, f.Turn2000MS = round(middle(times[min(10, around):min(10, around)+around])), round(middle(times[len(times)-around:]))
	return f, nil
}

// demoToTalkTo copies the demo's data, and gives its product and what customers
// say to it. The folder is the caller's to remove.
func demoToTalkTo(g command.Globals) (folder, product string, said []string, err error) {
	if folder, err = demoCopy(g); err != nil {
		return "", "", nil, err
	}
	made, err := demoFigures(folder)
	if err == nil {
		said, err = spoken(made.Material)
	}
	if err != nil {
		return "", "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	return folder, made.Product, said, nil
}

// demoFigures reads what the demo made.
func demoFigures(folder string) (f Figures, err error) {
	body, err := os.ReadFile(filepath.Join(folder, demoMark))
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return f, err
	}
	if f.Release == "" {
		return f, NoDemo.With("folder", folder)
	}
	return f, nil
}

// startFigures are what `bench start` measured.
type startFigures struct {
	FirstByteMS float64 `json:"first_byte_ms" table:"首字节 ms|first byte ms"`
	ResidentMB  float64 `json:"resident_mb" table:"内存 MB|resident MB"`
	Tries       int     `json:"tries" table:"次数|tries"`
}

func runStartBench(ctx context.Context, e *command.Env, tries int) (err error) {
	folder, err := demoCopy(e.Globals)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	var took []time.Duration
	var resident []float64
	for range max(1, tries) {
		server, err := serveApart(ctx, folder)
		if err != nil {
			return err
		}
		first, err := server.firstByte(ctx)
		var mb float64
		if err == nil {
			time.Sleep(500 * time.Millisecond) // what the start leaves running has settled
			mb, err = server.residentMB()
		}
		if err := errors.Join(err, server.stop()); err != nil {
			return err
		}
		took, resident = append(took, first), append(resident, mb)
	}
	slices.Sort(resident)
	return e.Print(startFigures{FirstByteMS: round(middle(took)), ResidentMB: round(resident[len(resident)/2]), Tries: len(took)})
}
