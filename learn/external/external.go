// Package external lets any program in any language be a learner: a folder with a
// trainer.yaml, a command that learns and a command that answers.
//
//	in:   folders that the operator named     out: learn.Learner, one a folder
//	read: external.go → definition.go → fit.go → folder.go → command.go → process.go → model.go
//
// What the commands get and give is told in docs/formats/trainer.md. Trainers come
// only from the folder that whoever starts the program names; never over HTTP and
// never out of a file that somebody uploads.
package external

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"zhuomo/learn"
)

// Trainers are the programs of one folder, and the processes that answer for their
// models. Close ends these.
type Trainers struct {
	definitions []*Definition
	key         []byte // signs the model files that are made here
	now         func() time.Time
	ctx         context.Context // ends with Close
	end         context.CancelFunc
	running     sync.WaitGroup

	mu        sync.Mutex
	processes []*process // under mu, the longest unused first
}

// mostProcesses is how many models of outside trainers answer at the same time.
const mostProcesses = 8

// keyName is the file in the folder of trainers that signs what is made here.
const keyName = "key"

// Open reads the trainers of a folder, each a folder of its own; "" is no trainer.
//
// Faults: NoTrainers, BadTrainer, NoKey.
func Open(folder string, now func() time.Time) (*Trainers, error) {
	t := &Trainers{now: now}
	t.ctx, t.end = context.WithCancel(context.Background())
	if folder == "" {
		return t, nil
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, NoTrainers.With("folder", folder).Because(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, NoTrainers.With("folder", folder).Because(err)
	}
	for _, e := range entries {
		own := filepath.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if _, err := os.Stat(filepath.Join(own, definitionName)); err != nil {
			continue
		}
		d, err := read(own)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(t.definitions, func(o *Definition) bool { return o.Name == d.Name }) {
			return nil, bad(e.Name(), d.Name+" is there twice | "+d.Name+" 有两个")
		}
		t.definitions = append(t.definitions, d)
	}
	if len(t.definitions) == 0 {
		return nil, NoTrainers.With("folder", folder)
	}
	if t.key, err = readKey(filepath.Join(folder, keyName)); err != nil {
		return nil, err
	}
	return t, nil
}

// readKey gives the key of a folder of trainers and makes it the first time.
func readKey(path string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(hex.EncodeToString(fresh) + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, NoKey.With("file", path).Because(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, NoKey.With("file", path).Because(err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < 16 {
		return nil, NoKey.With("file", path).Because(err)
	}
	return key, nil
}

// Learners are the trainers as learners, in the order of their folders' names; nil
// has none.
func (t *Trainers) Learners() []learn.Learner {
	if t == nil {
		return nil
	}
	var all []learn.Learner
	for _, d := range t.definitions {
		all = append(all, &learner{t, d})
	}
	return all
}

// Close ends every process that answers and waits for it. Models that are still held
// answer with Ended from then on.
func (t *Trainers) Close() {
	t.end()
	t.running.Wait()
}

// process gives the process that answers for a model. Where too many run, the one
// that was not asked for the longest time ends.
func (t *Trainers) process(m *model) *process {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.IndexFunc(t.processes, func(p *process) bool { return p.key == m.key })
	if at >= 0 {
		p := t.processes[at]
		t.processes = append(slices.Delete(t.processes, at, at+1), p)
		return p
	}
	if len(t.processes) == mostProcesses {
		t.processes[0].end()
		t.processes = slices.Delete(t.processes, 0, 1)
	}
	p := &process{
		key: m.key, definition: m.definition, archive: m.archive, labels: m.header.Labels, now: t.now, requests: make(chan request),
	}
	p.ctx, p.end = context.WithCancel(t.ctx)
	if t.ctx.Err() == nil { // after Close nothing begins
		t.running.Go(p.run)
	}
	t.processes = append(t.processes, p)
	return p
}
