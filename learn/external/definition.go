package external

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"zhuomo/internal/spec"
	"zhuomo/learn"
	"zhuomo/learn/calibrate"
)

// definitionName is the file that makes a folder a trainer.
const definitionName = "trainer.yaml"

// Definition is what trainer.yaml says.
type Definition struct {
	Name    string       // learn.<name>.v<number>
	Title   spec.Text    // how pages call it
	Help    spec.Text    // what it does, for whom
	Tasks   []learn.Task // single, multi
	Fit     []string     // the command that learns; {in} and {out} are folders
	Predict []string     // the command that answers; {model} is the folder that Fit left as {out}/model
	Params  []spec.Param
	Limits  Limits
	Env     []string // names of variables of our own environment that the commands get
	// Open tells whose model files may be opened: "own" (the default), those signed with
	// the key of this folder; or "any", for trainers whose files cannot hold code.
	Open string

	folder string
	hash   string // of all files but trainer.yaml, and of the two commands
	spec   spec.Spec
}

// Limits bound what a command may use.
type Limits struct {
	Seconds       int // a fit, by the clock on the wall; default 3600
	StartSeconds  int `yaml:"start_seconds"`  // until the answering command is ready; default 60
	AnswerSeconds int `yaml:"answer_seconds"` // a batch of at most 256 texts; default 30
	MemoryMB      int `yaml:"memory_mb"`      // address space of each process, where the system can bound it; default 0 = unbounded
	ModelMB       int `yaml:"model_mb"`       // all files that a fit leaves; default 512
}

// Bounds of the limits themselves.
const (
	maxSeconds = 7 * 24 * 3600
	maxModelMB = 2047
	maxMemory  = 1 << 22 // MB
)

func bad(folder, problem string) error {
	return BadTrainer.With("folder", folder, "problem", spec.Mistake("", problem))
}

// read reads one trainer. Fault: BadTrainer.
func read(folder string) (*Definition, error) {
	name := filepath.Base(folder)
	text, err := os.ReadFile(filepath.Join(folder, definitionName))
	if err != nil {
		return nil, bad(name, "trainer.yaml cannot be read | trainer.yaml 读不了")
	}
	d := &Definition{folder: folder, Limits: Limits{Seconds: 3600, StartSeconds: 60, AnswerSeconds: 30, ModelMB: 512}, Open: "own"}
	if err := spec.DecodeYAML(text, d); err != nil {
		return nil, bad(name, "trainer.yaml: "+err.Error())
	}
	if problem := d.problem(); problem != "" {
		return nil, bad(name, problem)
	}
	if err := d.declare(); err != nil {
		return nil, bad(name, err.Error())
	}
	if d.hash, err = d.sum(); err != nil {
		return nil, bad(name, err.Error())
	}
	return d, nil
}

var (
	nameForm  = regexp.MustCompile(`^learn\.[a-z0-9_]+\.v[1-9][0-9]*$`)
	paramForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	envForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// problem is the first thing that is wrong, "" when nothing is.
func (d *Definition) problem() string {
	within := func(n, low, high int) bool { return n >= low && n <= high }
	known := []learn.Task{learn.Single, learn.Multi}
	switch {
	case !nameForm.MatchString(d.Name):
		return "name must be learn.<name>.v<number> | name 要写成 learn.<名字>.v<数字>"
	case d.Title.ZH == "" || d.Title.EN == "" || d.Help.ZH == "" || d.Help.EN == "":
		return "title and help are needed in zh and en | title 和 help 要有 zh 和 en"
	case len(d.Tasks) == 0 || slices.ContainsFunc(d.Tasks, func(t learn.Task) bool { return !slices.Contains(known, t) }):
		return "tasks must be of single, multi | tasks 只能是 single、multi"
	case len(d.Fit) == 0 || d.Fit[0] == "" || !mentions(d.Fit, "{in}") || !mentions(d.Fit, "{out}"):
		return "fit must be a command with {in} and {out} | fit 要是含 {in} 和 {out} 的命令"
	case len(d.Predict) == 0 || d.Predict[0] == "" || !mentions(d.Predict, "{model}"):
		return "predict must be a command with {model} | predict 要是含 {model} 的命令"
	case d.Open != "own" && d.Open != "any":
		return "open must be own or any | open 只能是 own 或 any"
	case !within(d.Limits.Seconds, 1, maxSeconds) || !within(d.Limits.StartSeconds, 1, maxSeconds) || !within(d.Limits.AnswerSeconds, 1, maxSeconds):
		return "limits of seconds must be 1–604800 | 秒数限制要在 1–604800 之间"
	case !within(d.Limits.MemoryMB, 0, maxMemory) || !within(d.Limits.ModelMB, 1, maxModelMB):
		return fmt.Sprintf("memory_mb must be 0–%d, model_mb 1–%d | memory_mb 要在 0–%d、model_mb 在 1–%d 之间", maxMemory, maxModelMB, maxMemory, maxModelMB)
	case slices.ContainsFunc(d.Env, func(name string) bool { return !envForm.MatchString(name) }):
		return "env must be names of variables | env 要是变量名"
	}
	return ""
}

func mentions(command []string, hole string) bool {
	return slices.ContainsFunc(command, func(arg string) bool { return strings.Contains(arg, hole) })
}

// declare makes the Spec: what the file declares, with defaults of their proper
// types, and what calibration needs.
func (d *Definition) declare() error {
	defaults := map[string]any{}
	for _, p := range d.Params {
		if !paramForm.MatchString(p.Name) {
			return fmt.Errorf("parameter %q: letters a–z, digits and _ | 参数 %q：只用小写字母、数字和 _", p.Name, p.Name)
		}
		if _, twice := defaults[p.Name]; twice || slices.ContainsFunc(ours(), func(o spec.Param) bool { return o.Name == p.Name }) {
			return fmt.Errorf("parameter %s is there twice, or is one of the program's own | 参数 %s 重复，或与程序自带的同名", p.Name, p.Name)
		}
		if p.Title.ZH == "" || p.Title.EN == "" || p.Help.ZH == "" || p.Help.EN == "" {
			return fmt.Errorf("parameter %s needs title and help in zh and en | 参数 %s 的 title 和 help 要有 zh 和 en", p.Name, p.Name)
		}
		if p.Default == nil {
			return fmt.Errorf("parameter %s needs a default | 参数 %s 要有 default", p.Name, p.Name)
		}
		defaults[p.Name] = p.Default
	}
	s := spec.Spec{Name: d.Name, Title: d.Title, Help: d.Help, Params: d.Params}
	typed, err := s.Fill(defaults)
	if err != nil {
		return err
	}
	for i := range s.Params {
		s.Params[i].Default = typed[s.Params[i].Name]
	}
	s.Params = slices.Concat(s.Params, ours())
	d.spec = s
	return nil
}

// ours are the parameters that every outside trainer has: the program itself
// calibrates and decides what is none of these.
func ours() []spec.Param {
	params := calibrate.Params()
	for i := range params {
		if params[i].Name == "held_share" {
			params[i].Help = spec.Text{
				ZH: "留出多少样例校准概率；外部训练器只训练一次，不学留出的这些",
				EN: "share of examples held back to calibrate probabilities; an outside trainer fits once and does not learn from them",
			}
		}
	}
	return params
}

// maxSourceMB bounds the files of a trainer's folder.
const maxSourceMB = 256

// sum hashes what answers depend on: the files and the commands, not limits or words.
func (d *Definition) sum() (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q\n", d.Fit, d.Predict)
	size := int64(0)
	err := fs.WalkDir(os.DirFS(d.folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := e.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "__pycache__") {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || name == definitionName {
			return nil
		}
		f, err := os.Open(filepath.Join(d.folder, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintf(sum, "%q\n", name)
		n, err := io.Copy(sum, io.LimitReader(f, maxSourceMB<<20+1))
		if size += n; size > maxSourceMB<<20 {
			return fmt.Errorf("its files are larger than %d MB | 文件超过 %d MB", maxSourceMB, maxSourceMB)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
