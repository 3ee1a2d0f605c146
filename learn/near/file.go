package near

import (
	"io"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
	"zhuomo/learn/linear"
)

// rowsHeader is the JSON part of a rows file.
type rowsHeader struct {
	Rows  int    `json:"rows"`
	Model uint32 `json:"model"` // CRC-32C of the model's body, so that the two cannot be mixed up
	Bytes int    `json:"bytes"` // of all ids
}

// Save writes the model. docs/formats/model-near.md tells every byte.
func (m *model) Save(w io.Writer) error {
	return learn.WritePart(w, Name, "model", m.header, m.body())
}

func (m *model) body() []byte {
	b := m.pieces.Append(nil)
	b = learn.AppendSection(b, m.index.at)
	b = learn.AppendSection(b, m.index.row)
	b = learn.AppendSection(b, m.index.val)
	b = learn.AppendSection(b, m.index.dense)
	b = learn.AppendSection(b, m.label)
	b = learn.AppendSection(b, m.classes.weight)
	return learn.AppendSection(b, m.classes.length)
}

// SaveRows writes the ids of the rows. See learn.Model.
func (m *model) SaveRows(w io.Writer) error {
	if m.ids == nil {
		return learn.NoRows.With()
	}
	rows := m.named()
	h := rowsHeader{Rows: len(m.ids), Model: learn.BodySum(m.body()), Bytes: len(rows.IDs)}
	b := learn.AppendSection(nil, rows.IDAt)
	b = learn.AppendSection(b, rows.IDs)
	return learn.WritePart(w, Name, "rows", h, b)
}

// named are the rows with their ids and labels.
func (m *model) named() learn.Rows {
	rows := learn.NewRows()
	for r, id := range m.ids {
		rows.Add(id, m.label[r:r+1])
	}
	return rows
}

// mostLabels and mostRows are bounds within which no product of sizes overflows.
const (
	mostLabels = 1 << 20
	mostRows   = 1 << 27
)

// Load opens the bytes of Save and SaveRows. See learn.Learner.
func (n *near) Load(file, rows []byte) (learn.Model, error) {
	m := &model{}
	e, err := learn.OpenModel(file, n.Spec(), &m.header, &m.Params, m.header.check)
	if err != nil {
		return nil, err
	}
	cut := learn.Cutter{Rest: e.Body}
	if m.pieces, err = linear.CutPieces(&cut, m.Params, m.Features, m.Dense, m.Unseen); err != nil {
		return nil, err
	}
	s := &search{rows: m.Examples, stride: kernel.Pad(m.Examples), every: count(m.Dense)}
	s.at = learn.CutSection[uint32](&cut, m.pieces.FirstDense()+1)
	s.row = learn.CutSection[uint32](&cut, m.header.Pieces)
	s.val = learn.CutSection[float32](&cut, m.header.Pieces)
	s.dense = learn.CutSection[float32](&cut, m.Dense*s.stride)
	label := learn.CutSection[uint32](&cut, m.Examples)
	weight := learn.CutSection[float32](&cut, m.Examples)
	length := learn.CutSection[float32](&cut, len(m.header.Labels))
	switch {
	case cut.Short || len(cut.Rest) > 0:
		return nil, learn.Broken("sections do not fit the header")
	case !s.whole(), !learn.Below(label, len(m.header.Labels)),
		slices.ContainsFunc(weight, outside(0, 1e6)), slices.ContainsFunc(length, outside(1e-6, 1e12)):
		return nil, learn.Broken("rows do not fit together")
	}
	m.index, m.label = s, label
	m.classes = newClasses(label, weight, len(m.header.Labels))
	m.classes.length = length
	if rows != nil {
		if err := m.name(rows, learn.BodySum(e.Body)); err != nil {
			return nil, err
		}
	}
	m.open()
	return m, nil
}

// outside tells of a number that is none, or not within bounds.
func outside(low, high float32) func(float32) bool {
	return func(v float32) bool { return !(v >= low && v <= high) }
}

func (h *header) check() error {
	if err := learn.CheckLabels(h.Labels, mostLabels); err != nil {
		return err
	}
	b := h.Blend
	switch {
	case h.Task != learn.Single:
		return learn.Broken("unknown task")
	case h.Examples < 1 || h.Examples > mostRows || h.Pieces < 0 || h.Pieces > mostPostings:
		return learn.Broken("number of rows")
	case !(b.Near >= 0 && b.Near <= 1) || b.Rows < 1 || b.Rows > mostNearest || !(b.Shrink >= 0 && b.Shrink <= 1e3):
		return learn.Broken("blend")
	}
	return h.Calibration.Check(true, len(h.Labels))
}

// name reads the ids of the rows.
func (m *model) name(file []byte, model uint32) error {
	var h rowsHeader
	e, err := learn.OpenPart(file, Name, "rows", &h)
	if err != nil {
		return err
	}
	if h.Model != model {
		return learn.Broken("these rows belong to another model")
	}
	if h.Rows != m.Examples || h.Bytes < 0 {
		return learn.Broken("number of rows")
	}
	cut := learn.Cutter{Rest: e.Body}
	at := learn.CutSection[uint32](&cut, h.Rows+1)
	ids := learn.CutSection[byte](&cut, h.Bytes)
	if cut.Short || len(cut.Rest) > 0 || !learn.Ordered(at, len(ids)) {
		return learn.Broken("rows do not fit together")
	}
	m.ids = make([]string, h.Rows)
	for r := range m.ids {
		m.ids[r] = string(ids[at[r]:at[r+1]])
	}
	return nil
}
