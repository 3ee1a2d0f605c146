// Package encoder turns texts into vectors by a BERT-like model that a user
// brings as a folder: a forward pass of its own, without cgo. What such a model
// learnt from other texts helps where labels are few.
//
//	in:   a folder in Hugging Face form     out: one vector a text
//	read: encoder.go → tokens.go, safetensors.go → forward.go → matrix
package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"zhuomo/internal/jobs"
)

// Encoder is an opened model. It never changes; Encode may be called from many
// goroutines at once.
type Encoder struct {
	hash      string
	tokens    *tokenizer
	most      int // tokens of a text that are read
	pooling   pooling
	normalise bool
	model     model
}

type pooling string

const (
	byMean  pooling = "mean"
	byFirst pooling = "cls"
	byMax   pooling = "max"
)

// config is what config.json tells.
type config struct {
	Type         string  `json:"model_type"`
	Hidden       int     `json:"hidden_size"`
	Inner        int     `json:"intermediate_size"`
	Heads        int     `json:"num_attention_heads"`
	Layers       int     `json:"num_hidden_layers"`
	Vocabulary   int     `json:"vocab_size"`
	Positions    int     `json:"max_position_embeddings"`
	TokenTypes   int     `json:"type_vocab_size"`
	Activation   string  `json:"hidden_act"`
	Epsilon      float32 `json:"layer_norm_eps"`
	PositionKind string  `json:"position_embedding_type"`
}

// limits of what is read from a stranger's folder: the largest BERT there is has
// 24 layers of 1,024.
const (
	maxWidth  = 8192
	maxLayers = 128
	maxWords  = 2_000_000
)

// Open reads an encoder from a folder. What it returns holds all in memory.
//
// Faults: NoFolder, BadFolder, NotSupported.
func Open(folder fs.FS) (*Encoder, error) {
	c := config{TokenTypes: 2, Epsilon: 1e-12, Activation: "gelu"}
	if found, err := readJSON(folder, "config.json", &c); err != nil || !found {
		if err == nil {
			err = NoFolder.With("file", "config.json")
		}
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	e := &Encoder{most: c.Positions, pooling: byMean}
	if err := e.readModules(folder); err != nil {
		return nil, err
	}
	var err error
	if e.tokens, err = readTokenizer(folder); err != nil {
		return nil, err
	}
	for word, id := range e.tokens.vocabulary {
		if id < 0 || int(id) >= c.Vocabulary {
			return nil, BadFolder.With("file", "vocab.txt", "problem", shorten(word)+" has a number beyond vocab_size of config.json")
		}
	}
	const weights = "model.safetensors"
	file, err := folder.Open(weights)
	if err != nil {
		return nil, NoFolder.With("file", weights)
	}
	defer file.Close()
	at, ok := file.(io.ReaderAt)
	info, statErr := file.Stat()
	if !ok || statErr != nil {
		return nil, BadFolder.With("file", weights, "problem", "it cannot be read by range")
	}
	t, err := openTensors(weights, at, info.Size())
	if err != nil {
		return nil, err
	}
	if e.model, err = readModel(t, c); err != nil {
		return nil, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(at, 0, info.Size())); err != nil {
		return nil, BadFolder.With("file", weights, "problem", err.Error())
	}
	e.hash = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return e, nil
}

func (c *config) check() error {
	bad := func(problem string) error { return BadFolder.With("file", "config.json", "problem", problem) }
	switch {
	case c.Type != "" && c.Type != "bert":
		return NotSupported.With("what", "model_type "+shorten(c.Type))
	case c.PositionKind != "" && c.PositionKind != "absolute":
		return NotSupported.With("what", "position_embedding_type "+shorten(c.PositionKind))
	case c.Activation != "gelu" && c.Activation != "relu" && c.Activation != "gelu_new" && c.Activation != "gelu_pytorch_tanh":
		return NotSupported.With("what", "hidden_act "+shorten(c.Activation))
	case c.Hidden < 1 || c.Hidden > maxWidth || c.Inner < 1 || c.Inner > 4*maxWidth || c.Layers < 1 || c.Layers > maxLayers:
		return bad("hidden_size, intermediate_size and num_hidden_layers must be above 0 and not huge")
	case c.Heads < 1 || c.Hidden%c.Heads != 0:
		return bad("hidden_size must be a multiple of num_attention_heads")
	case c.Vocabulary < 1 || c.Vocabulary > maxWords || c.Positions < 3 || c.Positions > 1<<20 || c.TokenTypes < 1 || c.TokenTypes > 1024:
		return bad("vocab_size, max_position_embeddings and type_vocab_size must be above 0 and not huge")
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return bad("layer_norm_eps must lie between 0 and 1")
	}
	return nil
}

// readModules reads what sentence-transformers adds: pooling, normalising, the
// most tokens. Faults: BadFolder, NotSupported.
func (e *Encoder) readModules(folder fs.FS) error {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	found, err := readJSON(folder, "modules.json", &modules)
	if err != nil {
		return err
	}
	if !found {
		return nil
	}
	for _, m := range modules {
		switch kind := m.Type[max(0, lastDot(m.Type)+1):]; kind {
		case "Transformer":
			var told struct {
				Most int `json:"max_seq_length"`
			}
			if _, err := readJSON(folder, "sentence_bert_config.json", &told); err != nil {
				return err
			}
			if told.Most > 2 {
				e.most = min(e.most, told.Most)
			}
		case "Pooling":
			var told struct {
				First bool `json:"pooling_mode_cls_token"`
				Mean  bool `json:"pooling_mode_mean_tokens"`
				Max   bool `json:"pooling_mode_max_tokens"`
				Root  bool `json:"pooling_mode_mean_sqrt_len_tokens"`
			}
			if !fs.ValidPath(m.Path) {
				return BadFolder.With("file", "modules.json", "problem", "a path leads out of the folder")
			}
			if _, err := readJSON(folder, m.Path+"/config.json", &told); err != nil {
				return err
			}
			switch {
			case told.First && !told.Mean && !told.Max && !told.Root:
				e.pooling = byFirst
			case told.Max && !told.First && !told.Mean && !told.Root:
				e.pooling = byMax
			case told.Mean && !told.First && !told.Max && !told.Root:
				e.pooling = byMean
			default:
				return NotSupported.With("what", "pooling by more than one way")
			}
		case "Normalize":
			e.normalise = true
		default:
			return NotSupported.With("what", "module "+shorten(m.Type))
		}
	}
	return nil
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

// Hash names the weights: "sha256:" and 64 hexadecimal digits.
func (e *Encoder) Hash() string { return e.hash }

// Dim is the length of a vector.
func (e *Encoder) Dim() int { return e.model.hidden }

// MaxTokens is how many tokens of a text are read, [CLS] and [SEP] among them.
func (e *Encoder) MaxTokens() int { return e.most }

// Tokens gives the numbers of a text's tokens as the model reads them.
func (e *Encoder) Tokens(text string) []int32 { return e.tokens.read(text, e.most) }

// together is how many tokens go through the model at once: enough to fill the
// rows of the products, few enough to stay in the cache.
const together = 256

// Encode gives a vector of Dim numbers for each text, in their order.
//
// Order: the same text gives the same vector, whatever comes with it, on any
// number of workers (< 1: one for each core). Error: ctx.Err() when cancelled.
func (e *Encoder) Encode(ctx context.Context, texts []string, workers int) ([][]float32, error) {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	ids := make([][]int32, len(texts))
	err := jobs.EachChunk(ctx, len(texts), workers, func(_, from, to int) error {
		for i := from; i < to; i++ {
			ids[i] = e.tokens.read(texts[i], e.most)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(ids[b]) - len(ids[a]) })
	var batches [][]int
	tokens := 0
	for _, i := range order {
		if tokens == 0 || tokens+len(ids[i]) > together {
			batches, tokens = append(batches, nil), 0
		}
		batches[len(batches)-1] = append(batches[len(batches)-1], i)
		tokens += len(ids[i])
	}
	out := make([][]float32, len(texts))
	run := func(batch []int, inner int) error {
		own := make([][]int32, len(batch))
		for k, i := range batch {
			own[k] = ids[i]
		}
		vectors, err := e.forward(ctx, own, inner)
		for k, i := range batch {
			if err == nil {
				out[i] = vectors[k]
			}
		}
		return err
	}
	if len(batches) < workers { // few texts: the workers share each product
		for _, b := range batches {
			if err := run(b, workers); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	var next atomic.Int64
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for k := range workers {
		wait.Go(func() {
			for at := next.Add(1) - 1; int(at) < len(batches) && errs[k] == nil; at = next.Add(1) - 1 {
				errs[k] = run(batches[at], 1)
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, ctx.Err()
	}
	return out, nil
}
