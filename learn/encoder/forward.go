package encoder

import (
	"context"
	"fmt"
	"math"
	"sync"

	"zhuomo/learn/encoder/matrix"
)

// model are the weights of a BERT.
//
// Source: Vaswani et al. 2017; Devlin et al. 2019.
type model struct {
	hidden, inner, heads int
	epsilon              float32
	activation           string
	words, positions     []float32 // [token][hidden]
	kind                 []float32 // the first token type's row
	norm                 norms
	layers               []layer
}

type layer struct {
	asked          dense // query, key and value side by side
	joined         dense
	afterAttention norms
	up, down       dense
	afterAll       norms
}

// dense is x·W + b.
type dense struct {
	weights matrix.Panels
	bias    []float32 // padded to whole panels
}

type norms struct{ gain, bias []float32 }

// readModel takes the weights out of a file. Faults: BadFolder, NotSupported.
func readModel(t *tensors, c config) (m model, err error) {
	prefix := ""
	if !t.has("embeddings.word_embeddings.weight") && t.has("bert.embeddings.word_embeddings.weight") {
		prefix = "bert."
	}
	read := func(name string, shape ...int) (out []float32) {
		if err == nil {
			out, err = t.floats(prefix+name, shape...)
		}
		return out
	}
	norm := func(name string) norms {
		if t.has(prefix + name + ".gamma") { // as TensorFlow named them
			return norms{read(name+".gamma", c.Hidden), read(name+".beta", c.Hidden)}
		}
		return norms{read(name+".weight", c.Hidden), read(name+".bias", c.Hidden)}
	}
	// linear puts layers side by side that read the same input.
	linear := func(in, out int, names ...string) (d dense) {
		var weights, bias []float32
		for _, name := range names {
			weights = append(weights, read(name+".weight", out, in)...)
			bias = append(bias, read(name+".bias", out)...)
		}
		if err != nil {
			return d
		}
		d.weights.Resize(in, out*len(names))
		d.weights.FillTransposed(weights, in)
		d.bias = append(bias, make([]float32, matrix.Padded(len(bias))-len(bias))...)
		return d
	}
	m = model{hidden: c.Hidden, inner: c.Inner, heads: c.Heads, epsilon: c.Epsilon, activation: c.Activation,
		words:     read("embeddings.word_embeddings.weight", c.Vocabulary, c.Hidden),
		positions: read("embeddings.position_embeddings.weight", c.Positions, c.Hidden),
		kind:      read("embeddings.token_type_embeddings.weight", c.TokenTypes, c.Hidden),
		norm:      norm("embeddings.LayerNorm")}
	for i := range c.Layers {
		at := fmt.Sprintf("encoder.layer.%d.", i)
		m.layers = append(m.layers, layer{
			asked:          linear(c.Hidden, c.Hidden, at+"attention.self.query", at+"attention.self.key", at+"attention.self.value"),
			joined:         linear(c.Hidden, c.Hidden, at+"attention.output.dense"),
			afterAttention: norm(at + "attention.output.LayerNorm"),
			up:             linear(c.Hidden, c.Inner, at+"intermediate.dense"),
			down:           linear(c.Inner, c.Hidden, at+"output.dense"),
			afterAll:       norm(at + "output.LayerNorm"),
		})
		if err != nil {
			return model{}, err
		}
	}
	return m, err
}

// pass is one batch on its way: its rows are the tokens of its texts, one after
// the other, without padding between.
type pass struct {
	*model
	workers int
	starts  []int // of each text's tokens; one more at the end
}

// rows makes room for n rows whose length is padded to whole panels.
func rows(n, width int) (data []float32, stride int) {
	stride = matrix.Padded(width)
	return make([]float32, n*stride), stride
}

// forward gives the vectors of texts, each at least [CLS] and [SEP].
func (e *Encoder) forward(ctx context.Context, texts [][]int32, workers int) ([][]float32, error) {
	p := &pass{model: &e.model, workers: workers, starts: []int{0}}
	for _, ids := range texts {
		p.starts = append(p.starts, p.starts[len(p.starts)-1]+len(ids))
	}
	total := p.starts[len(texts)]
	h, stride := rows(total, p.hidden)
	for i, ids := range texts {
		for at, id := range ids {
			row := h[(p.starts[i]+at)*stride:][:p.hidden]
			word, place := p.words[int(id)*p.hidden:][:p.hidden], p.positions[at*p.hidden:][:p.hidden]
			for j := range row {
				row[j] = word[j] + place[j] + p.kind[j]
			}
		}
	}
	p.normalise(h, stride, nil, &p.norm)
	asked, askedStride := rows(total, 3*p.hidden)
	mixed, _ := rows(total, p.hidden)
	wide, wideStride := rows(total, p.inner)
	out, _ := rows(total, p.hidden)
	for i := range p.layers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l := &p.layers[i]
		p.apply(&l.asked, asked, askedStride, h, stride, total, nil)
		p.attend(mixed, stride, asked, askedStride)
		p.apply(&l.joined, out, stride, mixed, stride, total, nil)
		p.normalise(h, stride, out, &l.afterAttention)
		p.apply(&l.up, wide, wideStride, h, stride, total, p.act)
		p.apply(&l.down, out, stride, wide, wideStride, total, nil)
		p.normalise(h, stride, out, &l.afterAll)
	}
	vectors := make([][]float32, len(texts))
	for i := range texts {
		vectors[i] = e.pool(h[p.starts[i]*stride:p.starts[i+1]*stride], stride)
	}
	return vectors, nil
}

// share runs do over parts of 0…n at once.
func (p *pass) share(n int, do func(from, to int)) {
	workers := min(p.workers, n)
	if workers <= 1 {
		do(0, n)
		return
	}
	var wait sync.WaitGroup
	for k := range workers - 1 {
		wait.Go(func() { do(n*k/workers, n*(k+1)/workers) })
	}
	do(n*(workers-1)/workers, n)
	wait.Wait()
}

// apply sets y = x·W + b, and then y to after of it.
func (p *pass) apply(d *dense, y []float32, yStride int, x []float32, xStride, total int, after func([]float32)) {
	p.share(d.weights.Count(), func(from, to int) {
		begin, end := from*matrix.Wide, to*matrix.Wide
		for i := range total {
			copy(y[i*yStride+begin:i*yStride+end], d.bias[begin:end])
		}
		matrix.Multiply(y, yStride, x, xStride, total, &d.weights, from, to)
		if after != nil {
			for i := range total {
				after(y[i*yStride+begin : i*yStride+end])
			}
		}
	})
}

func (m *model) act(x []float32) {
	switch m.activation {
	case "gelu":
		matrix.GELU(x)
	case "relu":
		for i, v := range x {
			x[i] = max(v, 0)
		}
	default: // the tanh form
		for i, v := range x {
			z := float64(v)
			x[i] = float32(.5 * z * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+.044715*z*z*z))))
		}
	}
}

// attend mixes the values of each text's tokens by how much each asks for the others.
func (p *pass) attend(mixed []float32, mixedStride int, asked []float32, stride int) {
	texts := len(p.starts) - 1
	size := p.hidden / p.heads
	scale := float32(1 / math.Sqrt(float64(size)))
	p.share(texts*p.heads, func(from, to int) {
		var keys, values matrix.Panels
		var scores, sums []float32
		for k := from; k < to; k++ {
			text, head := k/p.heads, k%p.heads
			begin, n := p.starts[text], p.starts[text+1]-p.starts[text]
			own := asked[begin*stride:]
			at := head * size
			keys.Resize(size, n)
			keys.FillTransposed(own[p.hidden+at:], stride)
			values.Resize(n, size)
			values.Fill(own[2*p.hidden+at:], stride)
			wide, narrow := matrix.Padded(n), matrix.Padded(size)
			scores, sums = zeroed(scores, n*wide), zeroed(sums, n*narrow)
			matrix.Multiply(scores, wide, own[at:], stride, n, &keys, 0, keys.Count())
			for i := range n {
				softmax(scores[i*wide:][:wide], n, scale)
			}
			matrix.Multiply(sums, narrow, scores, wide, n, &values, 0, values.Count())
			for i := range n {
				copy(mixed[(begin+i)*mixedStride+at:][:size], sums[i*narrow:][:size])
			}
		}
	})
}

func zeroed(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// softmax of scale·row over its first n numbers; the rest, up to whole registers, becomes 0.
func softmax(row []float32, n int, scale float32) {
	most := row[0] * scale
	for i := range row[:n] {
		row[i] *= scale
		most = max(most, row[i])
	}
	matrix.Exp(row, most)
	clear(row[n:])
	var sum float32
	for _, v := range row[:n] {
		sum += v
	}
	inverse := 1 / sum
	for i := range row[:n] {
		row[i] *= inverse
	}
}

// normalise sets h to the layer norm of h + add (nil: of h).
//
// Source: Ba et al. 2016.
func (p *pass) normalise(h []float32, stride int, add []float32, by *norms) {
	p.share(len(h)/stride, func(from, to int) {
		for i := from; i < to; i++ {
			row := h[i*stride:][:p.hidden]
			if add != nil {
				for j, v := range add[i*stride:][:p.hidden] {
					row[j] += v
				}
			}
			var sum float64
			for _, v := range row {
				sum += float64(v)
			}
			mean := float32(sum / float64(p.hidden))
			var squares float64
			for _, v := range row {
				d := v - mean
				squares += float64(d * d)
			}
			inverse := float32(1 / math.Sqrt(squares/float64(p.hidden)+float64(p.epsilon)))
			for j, v := range row {
				row[j] = (v-mean)*inverse*by.gain[j] + by.bias[j]
			}
		}
	})
}

// pool makes one vector of a text's tokens.
func (e *Encoder) pool(h []float32, stride int) []float32 {
	out := make([]float32, e.model.hidden)
	copy(out, h)
	n := len(h) / stride
	for i := 1; i < n && e.pooling != byFirst; i++ {
		for j, v := range h[i*stride:][:len(out)] {
			if e.pooling == byMean {
				out[j] += v
			} else {
				out[j] = max(out[j], v)
			}
		}
	}
	if e.pooling == byMean {
		for j := range out {
			out[j] /= float32(n)
		}
	}
	if e.normalise {
		var squares float64
		for _, v := range out {
			squares += float64(v) * float64(v)
		}
		inverse := float32(1 / max(math.Sqrt(squares), 1e-12))
		for j := range out {
			out[j] *= inverse
		}
	}
	return out
}
