package linear

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"slices"
	"unsafe"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// rowsHeader is the JSON part of a rows file.
type rowsHeader struct {
	Rows     int    `json:"rows"`
	Model    uint32 `json:"model"` // CRC-32C of the model's body, so that the two cannot be mixed up
	Sections []int  `json:"sections"`
}

// Save writes the model. docs/formats/model-linear.md tells every byte.
func (m *model) Save(w io.Writer) error {
	own, err := json.Marshal(m.header)
	if err != nil {
		return fmt.Errorf("encode model: %w", err)
	}
	return learn.Envelope{Learner: Name, Part: "model", Header: own, Body: m.body()}.Write(w)
}

func (m *model) body() []byte {
	b := make([]byte, 0, 8*len(m.space.bitmap)+4*(len(m.space.rank)+len(m.space.idf)+len(m.w))+4*learn.SectionAlign)
	b = section(b, m.space.bitmap)
	b = section(b, m.space.rank)
	b = section(b, m.space.idf)
	return section(b, m.w)
}

// SaveRows writes what Witnesses needs. See learn.Model.
func (m *model) SaveRows(w io.Writer) error {
	s := m.support
	if s == nil {
		return learn.NoRows.With()
	}
	own, err := json.Marshal(rowsHeader{
		Rows: s.rows(), Model: crc32.Checksum(m.body(), crc32.MakeTable(crc32.Castagnoli)),
		Sections: []int{len(s.ids), len(s.labels), len(s.features), len(s.classes)},
	})
	if err != nil {
		return fmt.Errorf("encode model rows: %w", err)
	}
	b := make([]byte, 0, len(s.ids)+4*(4*s.rows()+len(s.labels)+2*len(s.features)+2*len(s.classes))+12*learn.SectionAlign)
	for _, at := range [][]uint32{s.idAt, s.labelAt, s.featureAt, s.dualAt} {
		b = section(b, at)
	}
	b = section(b, s.ids)
	b = section(b, s.labels)
	b = section(b, s.features)
	b = section(b, s.values)
	b = section(b, s.classes)
	b = section(b, s.multipliers)
	return learn.Envelope{Learner: Name, Part: "rows", Header: own, Body: b}.Write(w)
}

// Load opens the bytes of Save and SaveRows. See learn.Learner.
func (l *linear) Load(file, rows []byte) (learn.Model, error) {
	e, err := open(file, "model")
	if err != nil {
		return nil, err
	}
	m := &model{}
	if err := json.Unmarshal(e.Header, &m.header); err != nil {
		return nil, damaged("header: " + err.Error())
	}
	values, err := l.Spec().Fill(m.Params)
	if err != nil {
		return nil, damaged("parameters: " + err.Error())
	}
	m.Params, m.settings = values, settingsOf(values)
	if err := m.header.check(); err != nil {
		return nil, err
	}
	m.stride = kernel.Pad(len(m.header.Labels))
	m.space = &space{bias: m.settings.bias, shares: m.settings.shares(), unseen: m.Unseen}
	known := m.Features
	if m.space.bias > 0 {
		known--
	}
	words := 1 << m.settings.hashBits / 64
	cut := cutter{rest: e.Body}
	m.space.bitmap = cutSection[uint64](&cut, words)
	m.space.rank = cutSection[uint32](&cut, words)
	m.space.idf = cutSection[float32](&cut, known)
	m.w = cutSection[float32](&cut, m.Features*m.stride)
	if cut.short || len(cut.rest) > 0 {
		return nil, damaged("sections do not fit the header")
	}
	if err := m.space.check(); err != nil {
		return nil, err
	}
	if !finite(m.w) || !finite(m.space.idf) {
		return nil, damaged("a weight is not a number")
	}
	if rows != nil {
		if m.support, err = loadSupport(rows, crc32.Checksum(e.Body, crc32.MakeTable(crc32.Castagnoli)), m); err != nil {
			return nil, err
		}
	}
	m.readers = m.pool()
	return m, nil
}

func open(file []byte, part string) (learn.Envelope, error) {
	e, err := learn.ReadEnvelope(file)
	if err != nil {
		return e, err
	}
	if e.Learner != Name || e.Part != part {
		return e, damaged(fmt.Sprintf("it is %s of %s, not %s of %s", e.Part, e.Learner, part, Name))
	}
	return e, nil
}

// Bounds within which no product of sizes overflows.
const (
	mostLabels   = 1 << 20
	mostFeatures = 1<<24 + 1
)

func (h *header) check() error {
	seen := make(map[string]bool, len(h.Labels))
	for _, l := range h.Labels {
		if seen[l] {
			return damaged("label " + l + " is there twice")
		}
		seen[l] = true
	}
	c := h.Calibration
	switch {
	case h.Task != learn.Single && h.Task != learn.Multi:
		return damaged("unknown task")
	case len(h.Labels) < 1 || len(h.Labels) > mostLabels:
		return damaged("number of labels")
	case h.Features < 0 || h.Features > mostFeatures:
		return damaged("number of features")
	case !(h.Unseen >= 0) || h.Unseen > 1e6:
		return damaged("weight of unseen pieces")
	case h.Task == learn.Single && !(c.Temperature >= 1e-3 && c.Temperature <= 1e3):
		return damaged("temperature")
	case len(c.Tops) < 1 || !slices.IsSorted(c.Tops) || !finite(c.Tops):
		return damaged("quantiles of scores")
	}
	return nil
}

// check holds the bitmap and its ranks to the number of features.
func (s *space) check() error {
	before := 0
	for i, word := range s.bitmap {
		if int(s.rank[i]) != before {
			return damaged("feature ranks")
		}
		before += bits.OnesCount64(word)
	}
	if before != len(s.idf) {
		return damaged("feature bitmap")
	}
	return nil
}

func loadSupport(file []byte, model uint32, m *model) (*support, error) {
	e, err := open(file, "rows")
	if err != nil {
		return nil, err
	}
	var h rowsHeader
	if err := json.Unmarshal(e.Header, &h); err != nil {
		return nil, damaged("header: " + err.Error())
	}
	if h.Model != model {
		return nil, damaged("these rows belong to another model")
	}
	if len(h.Sections) != 4 || h.Rows < 0 || h.Rows >= math.MaxUint32 {
		return nil, damaged("number of sections")
	}
	cut := cutter{rest: e.Body}
	s := &support{}
	for _, at := range []*[]uint32{&s.idAt, &s.labelAt, &s.featureAt, &s.dualAt} {
		*at = cutSection[uint32](&cut, h.Rows+1)
	}
	s.ids = cutSection[byte](&cut, h.Sections[0])
	s.labels = cutSection[uint32](&cut, h.Sections[1])
	s.features = cutSection[uint32](&cut, h.Sections[2])
	s.values = cutSection[float32](&cut, h.Sections[2])
	s.classes = cutSection[uint32](&cut, h.Sections[3])
	s.multipliers = cutSection[float32](&cut, h.Sections[3])
	ordered := func(at []uint32, end int) bool {
		return len(at) > 0 && at[0] == 0 && slices.IsSorted(at) && int(at[len(at)-1]) == end
	}
	below := func(list []uint32, limit int) bool {
		return len(list) == 0 || int(slices.Max(list)) < limit
	}
	switch {
	case cut.short || len(cut.rest) > 0,
		!ordered(s.idAt, len(s.ids)), !ordered(s.labelAt, len(s.labels)), !ordered(s.featureAt, len(s.features)), !ordered(s.dualAt, len(s.classes)),
		!below(s.labels, len(m.header.Labels)), !below(s.classes, len(m.header.Labels)), !below(s.features, m.Features),
		!finite(s.values), !finite(s.multipliers):
		return nil, damaged("rows do not fit together")
	}
	return s, nil
}

func damaged(problem string) error { return learn.Damaged.With("problem", problem) }

func finite(list []float32) bool {
	for _, v := range list {
		if math.Float32bits(v)&0x7F800000 == 0x7F800000 {
			return false
		}
	}
	return true
}

type number interface {
	byte | uint32 | uint64 | float32
}

// native tells whether numbers in memory lie as in the file. A constant of the
// machine.
var native = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// section appends list in little endian and pads to SectionAlign.
func section[T number](b []byte, list []T) []byte {
	if native && len(list) > 0 {
		b = append(b, unsafe.Slice((*byte)(unsafe.Pointer(&list[0])), len(list)*int(unsafe.Sizeof(list[0])))...)
	} else {
		b, _ = binary.Append(b, binary.LittleEndian, list) // fixed-size numbers cannot fail
	}
	for len(b)%learn.SectionAlign != 0 {
		b = append(b, 0)
	}
	return b
}

// cutter takes sections off the front of a body.
type cutter struct {
	rest  []byte
	short bool // a section did not fit
}

// cutSection takes n numbers; they alias the body where alignment and byte
// order allow it.
func cutSection[T number](c *cutter, n int) []T {
	var zero T
	size := uint64(unsafe.Sizeof(zero))
	bytes := uint64(n) * size
	padded := (bytes + learn.SectionAlign - 1) / learn.SectionAlign * learn.SectionAlign
	if c.short || n < 0 || uint64(n) > math.MaxUint32 || padded > uint64(len(c.rest)) {
		c.short = true
		return nil
	}
	part := c.rest[:bytes]
	c.rest = c.rest[padded:]
	if n == 0 {
		return nil
	}
	if native && uintptr(unsafe.Pointer(&part[0]))%uintptr(size) == 0 {
		return unsafe.Slice((*T)(unsafe.Pointer(&part[0])), n)
	}
	list := make([]T, n)
	_, _ = binary.Decode(part, binary.LittleEndian, list) // lengths agree, so it cannot fail
	return list
}
