package linear

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"slices"

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
	b = learn.AppendSection(b, m.space.bitmap)
	b = learn.AppendSection(b, m.space.rank)
	b = learn.AppendSection(b, m.space.idf)
	return learn.AppendSection(b, m.w)
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
		b = learn.AppendSection(b, at)
	}
	b = learn.AppendSection(b, s.ids)
	b = learn.AppendSection(b, s.labels)
	b = learn.AppendSection(b, s.features)
	b = learn.AppendSection(b, s.values)
	b = learn.AppendSection(b, s.classes)
	b = learn.AppendSection(b, s.multipliers)
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
	cut := learn.Cutter{Rest: e.Body}
	m.space.bitmap = learn.CutSection[uint64](&cut, words)
	m.space.rank = learn.CutSection[uint32](&cut, words)
	m.space.idf = learn.CutSection[float32](&cut, known)
	m.w = learn.CutSection[float32](&cut, m.Features*m.stride)
	if cut.Short || len(cut.Rest) > 0 {
		return nil, damaged("sections do not fit the header")
	}
	if err := m.space.check(); err != nil {
		return nil, err
	}
	if !learn.Finite(m.w) || !learn.Finite(m.space.idf) {
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
	case len(c.Tops) < 1 || !slices.IsSorted(c.Tops) || !learn.Finite(c.Tops):
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
	cut := learn.Cutter{Rest: e.Body}
	s := &support{}
	for _, at := range []*[]uint32{&s.idAt, &s.labelAt, &s.featureAt, &s.dualAt} {
		*at = learn.CutSection[uint32](&cut, h.Rows+1)
	}
	s.ids = learn.CutSection[byte](&cut, h.Sections[0])
	s.labels = learn.CutSection[uint32](&cut, h.Sections[1])
	s.features = learn.CutSection[uint32](&cut, h.Sections[2])
	s.values = learn.CutSection[float32](&cut, h.Sections[2])
	s.classes = learn.CutSection[uint32](&cut, h.Sections[3])
	s.multipliers = learn.CutSection[float32](&cut, h.Sections[3])
	ordered := func(at []uint32, end int) bool {
		return len(at) > 0 && at[0] == 0 && slices.IsSorted(at) && int(at[len(at)-1]) == end
	}
	below := func(list []uint32, limit int) bool {
		return len(list) == 0 || int(slices.Max(list)) < limit
	}
	switch {
	case cut.Short || len(cut.Rest) > 0,
		!ordered(s.idAt, len(s.ids)), !ordered(s.labelAt, len(s.labels)), !ordered(s.featureAt, len(s.features)), !ordered(s.dualAt, len(s.classes)),
		!below(s.labels, len(m.header.Labels)), !below(s.classes, len(m.header.Labels)), !below(s.features, m.Features),
		!learn.Finite(s.values), !learn.Finite(s.multipliers):
		return nil, damaged("rows do not fit together")
	}
	return s, nil
}

func damaged(problem string) error { return learn.Damaged.With("problem", problem) }
