package chain

import (
	"io"
	"math"
	"slices"
	"strings"

	"zhuomo/learn"
)

// rowsHeader is the JSON part of a rows file.
type rowsHeader struct {
	Rows     int    `json:"rows"`
	Units    int    `json:"units"`
	Model    uint32 `json:"model"` // CRC-32C of the model's body, so that the two cannot be mixed up
	Sections []int  `json:"sections"`
}

// Save writes the model. docs/formats/model-chain.md tells every byte.
func (m *model) Save(w io.Writer) error {
	h := m.header
	if m.lists != nil {
		h.Lists = nil
		for _, l := range m.lists.given {
			h.Lists = append(h.Lists, listHeader{l.Name, len(l.Values), len(strings.Join(l.Values, "\n"))})
		}
	}
	return learn.WritePart(w, Name, "model", h, m.body())
}

func (m *model) body() []byte {
	size := 12*m.Slots + 16*learn.SectionAlign
	for _, w := range m.layers {
		size += 4*(len(w.at)+len(w.emit)+len(w.steps)) + len(w.label) + 4*learn.SectionAlign
	}
	b := make([]byte, 0, size)
	b = learn.AppendSection(b, m.index.keys)
	b = learn.AppendSection(b, m.index.ids)
	for _, w := range m.layers {
		b = learn.AppendSection(b, w.at)
		b = learn.AppendSection(b, w.label)
		b = learn.AppendSection(b, w.emit)
		b = learn.AppendSection(b, w.steps)
	}
	if m.lists != nil {
		for _, l := range m.lists.given {
			b = learn.AppendSection(b, []byte(strings.Join(l.Values, "\n")))
		}
	}
	return b
}

// SaveRows writes what Witnesses needs. See learn.Model.
func (m *model) SaveRows(w io.Writer) error {
	s := m.support
	if s == nil {
		return learn.NoRows.With()
	}
	h := rowsHeader{
		Rows: s.Len(), Units: len(s.featureAt) - 1, Model: learn.BodySum(m.body()),
		Sections: []int{len(s.IDs), len(s.Labels), len(s.features), len(s.tags)},
	}
	var b []byte
	for _, at := range [][]uint32{s.IDAt, s.LabelAt, s.unitAt, s.featureAt, s.dualAt} {
		b = learn.AppendSection(b, at)
	}
	b = learn.AppendSection(b, s.IDs)
	b = learn.AppendSection(b, s.Labels)
	b = learn.AppendSection(b, s.features)
	b = learn.AppendSection(b, s.tags)
	b = learn.AppendSection(b, s.multipliers)
	return learn.WritePart(w, Name, "rows", h, b)
}

// Load opens the bytes of Save and SaveRows. See learn.Learner.
func (c *chain) Load(file, rows []byte) (learn.Model, error) {
	m := &model{}
	e, err := learn.OpenModel(file, c.Spec(), &m.header, &m.Params, m.header.check)
	if err != nil {
		return nil, err
	}
	cut := learn.Cutter{Rest: e.Body}
	m.index = &index{keys: learn.CutSection[uint64](&cut, m.Slots), ids: learn.CutSection[uint32](&cut, m.Slots), n: m.Features}
	t := m.tags()
	for _, pairs := range m.Pairs {
		w := &weights{tags: t}
		w.at = learn.CutSection[uint32](&cut, m.Features+1)
		w.label = learn.CutSection[byte](&cut, pairs)
		w.emit = learn.CutSection[float32](&cut, pairs)
		w.steps = learn.CutSection[float32](&cut, (t.n()+1)*t.stride())
		w.link()
		m.layers = append(m.layers, w)
	}
	var given []learn.List
	for _, l := range m.header.Lists {
		list := learn.List{Name: l.Name}
		if text := string(learn.CutSection[byte](&cut, l.Bytes)); l.Values > 0 {
			list.Values = strings.Split(text, "\n")
		}
		if len(list.Values) != l.Values {
			return nil, learn.Broken("a word list")
		}
		given = append(given, list)
	}
	if cut.Short || len(cut.Rest) > 0 {
		return nil, learn.Broken("sections do not fit the header")
	}
	for _, w := range m.layers {
		if !learn.Finite(w.emit) || !learn.Finite(w.steps) {
			return nil, learn.Broken("a weight is not a number")
		}
		if !learn.Ordered(w.at, len(w.label)) || len(w.label) > 0 && int(slices.Max(w.label)) >= t.n() {
			return nil, learn.Broken("pairs of features and tags")
		}
	}
	if err := m.index.check(); err != nil {
		return nil, err
	}
	if err := checkLists(given); err != nil {
		return nil, learn.Broken("word lists: " + err.Error())
	}
	m.lists = newLists(given, m.Fine)
	if m.rules, err = newRules(settingsOf(m.Params), m.header.Labels, m.lists); err != nil {
		return nil, learn.Broken("rules: " + err.Error())
	}
	if rows != nil {
		if m.support, err = loadSupport(rows, learn.BodySum(e.Body), m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// mostFeatures keeps every product of sizes within an int.
const mostFeatures = 1 << 28

func (h *header) check() error {
	if err := learn.CheckLabels(h.Labels, mostLabels); err != nil {
		return err
	}
	switch {
	case h.Layers < 1 || h.Layers > 6 || len(h.Pairs) != h.Layers || slices.Min(h.Pairs) < 0 || slices.Max(h.Pairs) > mostFeatures:
		return learn.Broken("number of layers")
	case h.Features < 0 || h.Features > mostFeatures:
		return learn.Broken("number of features")
	case h.Slots < 1 || h.Slots > 4*mostFeatures || h.Slots&(h.Slots-1) != 0 || h.Slots <= h.Features:
		return learn.Broken("size of the index")
	case !(h.Calibration.Sharp >= 1e-3 && h.Calibration.Sharp <= 1e3), !(math.Abs(h.Calibration.Lean) <= 1e4):
		return learn.Broken("calibration")
	case len(h.Calibration.Tops) < 1 || !slices.IsSorted(h.Calibration.Tops) || !learn.Finite(h.Calibration.Tops):
		return learn.Broken("quantiles of scores")
	}
	return nil
}

// check holds the index to its number of features: each is there once, and some
// slot is empty, so that every search ends.
func (x *index) check() error {
	seen := make([]bool, x.n)
	taken := 0
	for slot, key := range x.keys {
		if key == 0 {
			continue
		}
		taken++
		if id := x.ids[slot]; int(id) >= x.n || seen[id] {
			return learn.Broken("feature numbers")
		}
		seen[x.ids[slot]] = true
	}
	if taken != x.n || taken >= len(x.keys) {
		return learn.Broken("size of the index")
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
	const most = 1<<32 - 2
	if len(h.Sections) != 4 || h.Rows < 0 || h.Rows > most || h.Units < 0 || h.Units > most {
		return nil, learn.Broken("number of sections")
	}
	cut := learn.Cutter{Rest: e.Body}
	s := &support{}
	for _, at := range []*[]uint32{&s.IDAt, &s.LabelAt, &s.unitAt} {
		*at = learn.CutSection[uint32](&cut, h.Rows+1)
	}
	for _, at := range []*[]uint32{&s.featureAt, &s.dualAt} {
		*at = learn.CutSection[uint32](&cut, h.Units+1)
	}
	s.IDs = learn.CutSection[byte](&cut, h.Sections[0])
	s.Labels = learn.CutSection[uint32](&cut, h.Sections[1])
	s.features = learn.CutSection[uint32](&cut, h.Sections[2])
	s.tags = learn.CutSection[uint32](&cut, h.Sections[3])
	s.multipliers = learn.CutSection[float32](&cut, h.Sections[3])
	switch {
	case cut.Short || len(cut.Rest) > 0,
		!s.Whole(len(m.header.Labels)), !learn.Ordered(s.unitAt, h.Units),
		!learn.Ordered(s.featureAt, len(s.features)), !learn.Ordered(s.dualAt, len(s.tags)),
		!learn.Below(s.features, m.Features), !learn.Finite(s.multipliers):
		return nil, learn.Broken("rows do not fit together")
	}
	return s, nil
}
