package linear

import (
	"io"
	"math"
	"math/bits"

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
	return learn.WritePart(w, Name, "model", m.header, m.body())
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
	h := rowsHeader{
		Rows: s.Len(), Model: learn.BodySum(m.body()),
		Sections: []int{len(s.IDs), len(s.Labels), len(s.features), len(s.classes)},
	}
	b := make([]byte, 0, len(s.IDs)+4*(4*s.Len()+len(s.Labels)+2*len(s.features)+2*len(s.classes))+12*learn.SectionAlign)
	for _, at := range [][]uint32{s.IDAt, s.LabelAt, s.featureAt, s.dualAt} {
		b = learn.AppendSection(b, at)
	}
	b = learn.AppendSection(b, s.IDs)
	b = learn.AppendSection(b, s.Labels)
	b = learn.AppendSection(b, s.features)
	b = learn.AppendSection(b, s.values)
	b = learn.AppendSection(b, s.classes)
	b = learn.AppendSection(b, s.multipliers)
	return learn.WritePart(w, Name, "rows", h, b)
}

// Load opens the bytes of Save and SaveRows. See learn.Learner.
func (l *linear) Load(file, rows []byte) (learn.Model, error) {
	m := &model{}
	e, err := learn.OpenPart(file, Name, "model", &m.header)
	if err != nil {
		return nil, err
	}
	if _, told := m.Params["word_part"]; !told && m.Params != nil { // older than this parameter
		m.Params["word_part"] = false
	}
	values, err := l.Spec().Fill(m.Params)
	if err != nil {
		return nil, learn.Broken("parameters: " + err.Error())
	}
	m.Params, m.settings = values, settingsOf(values)
	if err := m.header.check(); err != nil {
		return nil, err
	}
	if m.rising, err = m.settings.rising(m.header.Task, m.header.Labels); err != nil {
		return nil, learn.Broken("labels: " + err.Error())
	}
	m.stride = kernel.Pad(len(m.header.Labels))
	m.space = &space{bias: m.settings.bias, shares: m.settings.shares(), words: m.settings.wordsByPart(), unseen: m.Unseen, dense: m.Dense, vector: m.settings.vectorShare}
	known := m.Features - m.Dense
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
		return nil, learn.Broken("sections do not fit the header")
	}
	if err := m.space.check(); err != nil {
		return nil, err
	}
	if !learn.Finite(m.w) || !learn.Finite(m.space.idf) {
		return nil, learn.Broken("a weight is not a number")
	}
	if rows != nil {
		if m.support, err = loadSupport(rows, learn.BodySum(e.Body), m); err != nil {
			return nil, err
		}
	}
	m.readers = m.pool()
	return m, nil
}

// Bounds within which no product of sizes overflows.
const (
	mostLabels   = 1 << 20
	mostFeatures = 1<<24 + 1
	mostDense    = 1 << 16
)

func (h *header) check() error {
	if err := learn.CheckLabels(h.Labels, mostLabels); err != nil {
		return err
	}
	if h.Dense < 0 || h.Dense > mostDense || h.Dense > h.Features {
		return learn.Broken("dense")
	}
	switch {
	case h.Task != learn.Single && h.Task != learn.Multi:
		return learn.Broken("unknown task")
	case h.Features < 0 || h.Features > mostFeatures:
		return learn.Broken("number of features")
	case !(h.Unseen >= 0) || h.Unseen > 1e6:
		return learn.Broken("weight of unseen pieces")
	}
	return h.Calibration.Check(h.Task == learn.Single, len(h.Labels))
}

// check holds the bitmap and its ranks to the number of features.
func (s *space) check() error {
	before := 0
	for i, word := range s.bitmap {
		if int(s.rank[i]) != before {
			return learn.Broken("feature ranks")
		}
		before += bits.OnesCount64(word)
	}
	if before != len(s.idf) {
		return learn.Broken("feature bitmap")
	}
	return nil
}

func loadSupport(file []byte, model uint32, m *model) (*support, error) {
	var h rowsHeader
	e, err := learn.OpenPart(file, Name, "rows", &h)
	if err != nil {
		return nil, err
	}
	if h.Model != model {
		return nil, learn.Broken("these rows belong to another model")
	}
	if len(h.Sections) != 4 || h.Rows < 0 || h.Rows >= math.MaxUint32 {
		return nil, learn.Broken("number of sections")
	}
	cut := learn.Cutter{Rest: e.Body}
	s := &support{}
	for _, at := range []*[]uint32{&s.IDAt, &s.LabelAt, &s.featureAt, &s.dualAt} {
		*at = learn.CutSection[uint32](&cut, h.Rows+1)
	}
	s.IDs = learn.CutSection[byte](&cut, h.Sections[0])
	s.Labels = learn.CutSection[uint32](&cut, h.Sections[1])
	s.features = learn.CutSection[uint32](&cut, h.Sections[2])
	s.values = learn.CutSection[float32](&cut, h.Sections[2])
	s.classes = learn.CutSection[uint32](&cut, h.Sections[3])
	s.multipliers = learn.CutSection[float32](&cut, h.Sections[3])
	switch {
	case cut.Short || len(cut.Rest) > 0,
		!s.Whole(len(m.header.Labels)), !learn.Ordered(s.featureAt, len(s.features)), !learn.Ordered(s.dualAt, len(s.classes)),
		!learn.Below(s.classes, len(m.header.Labels)), !learn.Below(s.features, m.Features),
		!learn.Finite(s.values), !learn.Finite(s.multipliers):
		return nil, learn.Broken("rows do not fit together")
	}
	return s, nil
}
