package encoder

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// small is a whole encoder of random weights: two layers of 20 in four heads,
// sizes that fill no panel.
type small struct {
	hidden, inner, heads, layers, positions int
	words                                   []string
	weights                                 map[string][]float64
	shapes                                  map[string][]int
}

func newSmall(seed uint64) *small {
	s := &small{hidden: 20, inner: 36, heads: 4, layers: 2, positions: 24, weights: map[string][]float64{}, shapes: map[string][]int{},
		words: []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "hotel", "##s", "book", "a", "b", "##a", "##b", "订", "房", "!", ",", "cafe", "i"}}
	rng := rand.New(rand.NewPCG(seed, 1))
	add := func(name string, mean float64, shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		w := make([]float64, n)
		for i := range w {
			w[i] = float64(float32(mean + .3*rng.NormFloat64()))
		}
		s.weights[name], s.shapes[name] = w, shape
	}
	norm := func(name string) { add(name+".weight", 1, s.hidden); add(name+".bias", 0, s.hidden) }
	linear := func(name string, in, out int) { add(name+".weight", 0, out, in); add(name+".bias", 0, out) }
	add("embeddings.word_embeddings.weight", 0, len(s.words), s.hidden)
	add("embeddings.position_embeddings.weight", 0, s.positions, s.hidden)
	add("embeddings.token_type_embeddings.weight", 0, 2, s.hidden)
	norm("embeddings.LayerNorm")
	for i := range s.layers {
		at := fmt.Sprintf("encoder.layer.%d.", i)
		for _, part := range []string{"query", "key", "value"} {
			linear(at+"attention.self."+part, s.hidden, s.hidden)
		}
		linear(at+"attention.output.dense", s.hidden, s.hidden)
		norm(at + "attention.output.LayerNorm")
		linear(at+"intermediate.dense", s.hidden, s.inner)
		linear(at+"output.dense", s.inner, s.hidden)
		norm(at + "output.LayerNorm")
	}
	return s
}

// folder writes it, with its numbers as kind.
func (s *small) folder(kind string) fstest.MapFS {
	header, data := map[string]any{"__metadata__": map[string]string{"format": "pt"}}, []byte{}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range s.weights {
			if !yield(n) {
				return
			}
		}
	}) {
		from := len(data)
		for _, v := range s.weights[name] {
			bits := math.Float32bits(float32(v))
			switch kind {
			case "F32":
				data = binary.LittleEndian.AppendUint32(data, bits)
			case "BF16":
				data = binary.LittleEndian.AppendUint16(data, uint16(bits>>16))
			case "F16":
				data = binary.LittleEndian.AppendUint16(data, halfOf(float32(v)))
			}
		}
		header[name] = tensor{Type: kind, Shape: s.shapes[name], Offsets: [2]int64{int64(from), int64(len(data))}}
	}
	text, _ := json.Marshal(header)
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	config, _ := json.Marshal(map[string]any{"model_type": "bert", "hidden_size": s.hidden, "intermediate_size": s.inner, "num_attention_heads": s.heads,
		"num_hidden_layers": s.layers, "vocab_size": len(s.words), "max_position_embeddings": s.positions, "layer_norm_eps": 1e-12, "hidden_act": "gelu"})
	return fstest.MapFS{
		"config.json":           {Data: config},
		"vocab.txt":             {Data: []byte(strings.Join(s.words, "\n") + "\n")},
		"model.safetensors":     {Data: append(append(file, text...), data...)},
		"modules.json":          {Data: []byte(`[{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},{"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]`)},
		"1_Pooling/config.json": {Data: []byte(`{"pooling_mode_mean_tokens":true}`)},
	}
}

// halfOf is binary16 of a number of usual size.
func halfOf(v float32) uint16 {
	bits := math.Float32bits(v)
	exponent := int(bits>>23&255) - 112
	if exponent <= 0 {
		return uint16(bits >> 16 & 0x8000)
	}
	return uint16(bits>>16&0x8000) | uint16(exponent)<<10 | uint16(bits>>13&1023)
}

// plain is the whole forward pass told plainly, in float64, one text at a time.
func (s *small) plain(ids []int32, pool pooling, normalise bool) []float64 {
	n, h := len(ids), s.hidden
	w := func(name string) []float64 { return s.weights[name] }
	x := make([][]float64, n)
	for i, id := range ids {
		x[i] = make([]float64, h)
		for j := range h {
			x[i][j] = w("embeddings.word_embeddings.weight")[int(id)*h+j] + w("embeddings.position_embeddings.weight")[i*h+j] + w("embeddings.token_type_embeddings.weight")[j]
		}
	}
	norm := func(rows [][]float64, name string) {
		for _, r := range rows {
			var mean, square float64
			for _, v := range r {
				mean += v / float64(len(r))
			}
			for _, v := range r {
				square += (v - mean) * (v - mean) / float64(len(r))
			}
			for j, v := range r {
				r[j] = (v-mean)/math.Sqrt(square+1e-12)*w(name + ".weight")[j] + w(name + ".bias")[j]
			}
		}
	}
	linear := func(rows [][]float64, name string) [][]float64 {
		weight, bias := w(name+".weight"), w(name+".bias")
		out := make([][]float64, len(rows))
		for i, r := range rows {
			out[i] = slices.Clone(bias)
			for o := range out[i] {
				for j, v := range r {
					out[i][o] += weight[o*len(r)+j] * v
				}
			}
		}
		return out
	}
	plus := func(a, b [][]float64) {
		for i := range a {
			for j := range a[i] {
				a[i][j] += b[i][j]
			}
		}
	}
	norm(x, "embeddings.LayerNorm")
	for l := range s.layers {
		at := fmt.Sprintf("encoder.layer.%d.", l)
		q, k, v := linear(x, at+"attention.self.query"), linear(x, at+"attention.self.key"), linear(x, at+"attention.self.value")
		mixed := make([][]float64, n)
		size := h / s.heads
		for i := range n {
			mixed[i] = make([]float64, h)
			for head := range s.heads {
				from := head * size
				weights, sum := make([]float64, n), 0.0
				for j := range n {
					for d := range size {
						weights[j] += q[i][from+d] * k[j][from+d] / math.Sqrt(float64(size))
					}
					weights[j] = math.Exp(weights[j])
					sum += weights[j]
				}
				for j := range n {
					for d := range size {
						mixed[i][from+d] += weights[j] / sum * v[j][from+d]
					}
				}
			}
		}
		plus(x, linear(mixed, at+"attention.output.dense"))
		norm(x, at+"attention.output.LayerNorm")
		up := linear(x, at+"intermediate.dense")
		for _, r := range up {
			for j, v := range r {
				r[j] = v / 2 * math.Erfc(-v/math.Sqrt2)
			}
		}
		plus(x, linear(up, at+"output.dense"))
		norm(x, at+"output.LayerNorm")
	}
	out := slices.Clone(x[0])
	for i := 1; i < n && pool != byFirst; i++ {
		for j, v := range x[i] {
			if pool == byMean {
				out[j] += v
			} else {
				out[j] = max(out[j], v)
			}
		}
	}
	length := 0.0
	for j := range out {
		if pool == byMean {
			out[j] /= float64(n)
		}
		length += out[j] * out[j]
	}
	for j := range out {
		if normalise {
			out[j] /= math.Sqrt(length)
		}
	}
	return out
}

var texts = []string{"", "hotel", "Hotels, book a hotel!", "订房", "abab  baba", "unheard-of", "CAFÉ cafés", strings.Repeat("a b ", 40), "i", "a"}

// TestEncodeIsThePlainPass holds vectors to the plain forward pass, for each way
// to pool and each type of numbers, and each text to itself: beside others and on
// other numbers of workers it gives the same bits.
func TestEncodeIsThePlainPass(t *testing.T) {
	for _, kind := range []string{"F32", "F16", "BF16"} {
		for _, pool := range []pooling{byMean, byFirst, byMax} {
			s := newSmall(7)
			for _, w := range s.weights { // numbers that the type can tell
				for i, v := range w {
					switch kind {
					case "F16":
						w[i] = float64(half(halfOf(float32(v))))
					case "BF16":
						w[i] = float64(math.Float32frombits(math.Float32bits(float32(v)) &^ 0xffff))
					}
				}
			}
			folder := s.folder(kind)
			folder["1_Pooling/config.json"].Data = map[pooling][]byte{byMean: []byte(`{"pooling_mode_mean_tokens":true}`), byFirst: []byte(`{"pooling_mode_cls_token":true}`),
				byMax: []byte(`{"pooling_mode_max_tokens":true}`)}[pool]
			e, err := Open(folder)
			if err != nil {
				t.Fatal(err)
			}
			all, err := e.Encode(t.Context(), texts, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range texts {
				want := s.plain(e.Tokens(text), pool, true)
				for j, v := range want {
					if math.Abs(v-float64(all[i][j])) > 1e-5 {
						t.Fatalf("%s %s %q: number %d is %v, want %v", kind, pool, text, j, all[i][j], v)
					}
				}
				for _, workers := range []int{1, 2, 3} {
					alone, err := e.Encode(t.Context(), []string{text}, workers)
					if err != nil || !slices.Equal(alone[0], all[i]) {
						t.Fatalf("%q alone on %d workers: %v", text, workers, err)
					}
				}
			}
		}
	}
}

// TestTokens goes through what becomes of a text.
func TestTokens(t *testing.T) {
	e, err := Open(newSmall(1).folder("F32"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                       "[CLS] [SEP]",
		"Hotels":                 "[CLS] hotel ##s [SEP]",
		"  hotel\t\n,hotel!":     "[CLS] hotel , hotel ! [SEP]",
		"订房":                     "[CLS] 订 房 [SEP]",
		"café CAFE\u0301":        "[CLS] cafe cafe [SEP]",
		"İ":                      "[CLS] i [SEP]",
		"a\u0000b\u200bb":        "[CLS] a ##b ##b [SEP]",
		"hotelx":                 "[CLS] [UNK] [SEP]",
		strings.Repeat("a", 99):  "[CLS] a" + strings.Repeat(" ##a", 98)[:4*21+0] + " [SEP]",
		strings.Repeat("a", 101): "[CLS] [UNK] [SEP]",
		"\xff\xfehotel":          "[CLS] hotel [SEP]",
	} {
		ids := e.Tokens(text)
		var got []string
		for _, id := range ids {
			got = append(got, newSmall(1).words[id])
		}
		if strings.Contains(want, "##a ##a") { // cut at the most tokens
			if len(ids) != e.MaxTokens() || got[0] != "[CLS]" || got[len(got)-1] != "[SEP]" {
				t.Errorf("%d tokens of a long word", len(ids))
			}
			continue
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if n := len(e.Tokens(strings.Repeat("hotel ", 200_000))); n != e.MaxTokens() {
		t.Errorf("a text of 1.2 MB has %d tokens", n)
	}
}

// TestBrokenFolders: what is wrong is told by its file, and nothing crashes.
func TestBrokenFolders(t *testing.T) {
	with := func(name string, change func([]byte) []byte) fstest.MapFS {
		f := newSmall(1).folder("F32")
		if body := change(slices.Clone(f[name].Data)); body == nil {
			delete(f, name)
		} else {
			f[name].Data = body
		}
		return f
	}
	gone := func([]byte) []byte { return nil }
	swap := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte { return []byte(strings.Replace(string(b), from, to, 1)) }
	}
	for name, x := range map[string]struct {
		folder fstest.MapFS
		want   error
	}{
		"no config":              {with("config.json", gone), NoFolder},
		"no weights":             {with("model.safetensors", gone), NoFolder},
		"no words":               {with("vocab.txt", gone), NoFolder},
		"config is no JSON":      {with("config.json", func([]byte) []byte { return []byte("{") }), BadFolder},
		"another model":          {with("config.json", swap(`"bert"`, `"llama"`)), NotSupported},
		"heads do not divide":    {with("config.json", swap(`heads":4`, `heads":3`)), BadFolder},
		"no layers":              {with("config.json", swap(`layers":2`, `layers":0`)), BadFolder},
		"too many layers":        {with("config.json", swap(`layers":2`, `layers":3`)), BadFolder},
		"a huge width":           {with("config.json", swap(`hidden_size":20`, `hidden_size":2000000000`)), BadFolder},
		"another width":          {with("config.json", swap(`hidden_size":20`, `hidden_size":24`)), BadFolder},
		"another activation":     {with("config.json", swap(`"gelu"`, `"swiglu"`)), NotSupported},
		"fewer words than named": {with("config.json", swap(`vocab_size":17`, `vocab_size":9`)), BadFolder},
		"no [CLS]":               {with("vocab.txt", swap("[CLS]", "[XXX]")), BadFolder},
		"empty weights":          {with("model.safetensors", func([]byte) []byte { return []byte{} }), BadFolder},
		"cut weights":            {with("model.safetensors", func(b []byte) []byte { return b[:len(b)-5] }), BadFolder},
		"a header beyond":        {with("model.safetensors", func(b []byte) []byte { b[7] = 0x7f; return b }), BadFolder},
		"offsets that overlap":   {with("model.safetensors", swap(`"data_offsets":[0,`, `"data_offsets":[4,`)), BadFolder},
		"a negative shape":       {with("model.safetensors", swap(`"shape":[20]`, `"shape":[-20]`)), BadFolder},
		"integers":               {with("model.safetensors", swap(`"dtype":"F32"`, `"dtype":"I32"`)), BadFolder},
		"a NaN":                  {with("model.safetensors", func(b []byte) []byte { copy(b[len(b)-4:], []byte{0, 0, 0xc0, 0x7f}); return b }), BadFolder},
		"pooling out of it":      {with("modules.json", swap(`"1_Pooling"`, `"../x"`)), BadFolder},
		"another module":         {with("modules.json", swap(`models.Normalize`, `models.Dense`)), NotSupported},
		"two poolings":           {with("1_Pooling/config.json", func([]byte) []byte { return []byte(`{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":true}`) }), NotSupported},
	} {
		if _, err := Open(x.folder); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzTensors: no bytes make the reader crash or ask for more than they hold.
func FuzzTensors(f *testing.F) {
	good := newSmall(1).folder("F32")["model.safetensors"].Data
	f.Add(good)
	f.Add(good[:300])
	f.Add([]byte("\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":{\"dtype\":\"\""))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newSmall(1).folder("F32")
		s["model.safetensors"].Data = body
		if e, err := Open(s); err == nil {
			if v, err := e.Encode(t.Context(), []string{"hotel"}, 1); err != nil || len(v[0]) != e.Dim() {
				t.Error(err)
			}
		} else if errors.Is(err, NotSupported) {
			t.Error(err)
		}
	})
}

// FuzzTokens: every text has its tokens, all of them known.
func FuzzTokens(f *testing.F) {
	e, err := Open(newSmall(1).folder("F32"))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := e.Tokens(text)
		if len(ids) < 2 || len(ids) > e.MaxTokens() || ids[0] != 2 || ids[len(ids)-1] != 3 {
			t.Fatalf("%q: %v", text, ids)
		}
	})
}
