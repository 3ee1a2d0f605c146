package encoder

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"strings"
)

// tensor is where a tensor lies in a safetensors file.
type tensor struct {
	Type    string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// tensors is an opened safetensors file.
//
// Source: huggingface/safetensors format: 8 bytes length of the header, JSON header, data.
type tensors struct {
	name string
	file io.ReaderAt
	data int64 // where the data begins
	all  map[string]tensor
}

const (
	maxHeader  = 100 << 20 // as the format's own library
	maxTensors = 100_000
)

var widths = map[string]int64{"F32": 4, "F16": 2, "BF16": 2, "F64": 8, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}

// openTensors reads the header and checks it against the size of the file, so that
// nothing is ever allocated that the file cannot fill. Fault: BadFolder.
func openTensors(name string, file io.ReaderAt, size int64) (*tensors, error) {
	bad := func(problem string) error { return BadFolder.With("file", name, "problem", problem) }
	var head [8]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return nil, bad("it is shorter than 8 bytes")
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, bad("its header does not fit into it")
	}
	text := make([]byte, n)
	if _, err := file.ReadAt(text, 8); err != nil {
		return nil, bad("its header cannot be read")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, bad("its header is no JSON object")
	}
	delete(raw, "__metadata__")
	if len(raw) > maxTensors {
		return nil, bad("it has too many tensors")
	}
	t := &tensors{name: name, file: file, data: 8 + int64(n), all: make(map[string]tensor, len(raw))}
	for key, value := range raw {
		var x tensor
		if err := json.Unmarshal(value, &x); err != nil {
			return nil, bad("the entry of " + shorten(key) + " is no tensor")
		}
		bytes := widths[x.Type]
		if bytes == 0 {
			return nil, bad(shorten(key) + " has the unknown type " + shorten(x.Type))
		}
		for _, d := range x.Shape {
			if d < 0 || d > 0 && bytes > size/int64(d) {
				return nil, bad(shorten(key) + " has a shape larger than the file")
			}
			bytes *= int64(d)
		}
		if from, to := x.Offsets[0], x.Offsets[1]; from < 0 || to < from || to > size-t.data || to-from != bytes {
			return nil, bad(shorten(key) + " does not lie within the file")
		}
		t.all[key] = x
	}
	return t, nil
}

// has tells whether there is a tensor.
func (t *tensors) has(name string) bool { _, ok := t.all[name]; return ok }

// floats reads a tensor that must have this shape. Fault: BadFolder.
func (t *tensors) floats(name string, shape ...int) ([]float32, error) {
	bad := func(problem string) error { return BadFolder.With("file", t.name, "problem", name+" "+problem) }
	x, ok := t.all[name]
	if !ok {
		return nil, bad("is missing")
	}
	count := 1
	same := len(x.Shape) == len(shape)
	for i, d := range shape {
		count *= d
		same = same && x.Shape[i] == d
	}
	if !same {
		return nil, bad("has another shape than config.json tells")
	}
	body := make([]byte, x.Offsets[1]-x.Offsets[0])
	if _, err := t.file.ReadAt(body, t.data+x.Offsets[0]); err != nil {
		return nil, bad("cannot be read")
	}
	out := make([]float32, count)
	switch x.Type {
	case "F32":
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
		}
	case "BF16":
		for i := range out {
			out[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(body[2*i:])) << 16)
		}
	case "F16":
		for i := range out {
			out[i] = half(binary.LittleEndian.Uint16(body[2*i:]))
		}
	default:
		return nil, bad("has the type " + x.Type + ", wanted F32, F16 or BF16")
	}
	for _, v := range out {
		if v-v != 0 { // NaN or infinite
			return nil, bad("holds a number that is none")
		}
	}
	return out, nil
}

// half reads a number of IEEE 754 binary16.
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10&31), uint32(bits&1023)
	switch exponent {
	case 0:
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

func shorten(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
