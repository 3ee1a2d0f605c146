package ensemble

import (
	"bytes"
	"io"
	"slices"

	"zhuomo/learn"
	"zhuomo/learn/linear"
	"zhuomo/learn/near"
)

// rowsHeader is the JSON part of a rows file.
type rowsHeader struct {
	Model   uint32 `json:"model"`   // CRC-32C of the model's body, so that the two cannot be mixed up
	Members []int  `json:"members"` // bytes of each member's rows file
}

// write makes the body out of the members' files.
func (m *model) write() error {
	m.body, m.header.Members = nil, nil
	for _, of := range m.members {
		var file bytes.Buffer
		if err := of.Save(&file); err != nil {
			return err
		}
		m.header.Members = append(m.header.Members, part{of.Learner(), file.Len()})
		m.body = learn.AppendSection(m.body, file.Bytes())
	}
	return nil
}

// Save writes the model. docs/formats/model-ensemble.md tells every byte.
func (m *model) Save(w io.Writer) error {
	return learn.WritePart(w, Name, "model", m.header, m.body)
}

// SaveRows writes the members' rows files. See learn.Model.
func (m *model) SaveRows(w io.Writer) error {
	if !m.named {
		return learn.NoRows.With()
	}
	h := rowsHeader{Model: learn.BodySum(m.body)}
	var body []byte
	for _, of := range m.members {
		var file bytes.Buffer
		if err := of.SaveRows(&file); err != nil {
			return err
		}
		h.Members = append(h.Members, file.Len())
		body = learn.AppendSection(body, file.Bytes())
	}
	return learn.WritePart(w, Name, "rows", h, body)
}

// mostMembers and mostLabels bound what a file may ask for.
const (
	mostMembers = 8
	mostLabels  = 1 << 20
)

// Load opens the bytes of Save and SaveRows. See learn.Learner.
func (n *ensemble) Load(file, rows []byte) (learn.Model, error) {
	m := &model{}
	e, err := learn.OpenModel(file, n.Spec(), &m.header, &m.Params, m.header.check)
	if err != nil {
		return nil, err
	}
	sizes := make([]int, len(m.header.Members))
	for k, p := range m.header.Members {
		sizes[k] = p.Bytes
	}
	files, err := cut(e.Body, sizes)
	if err != nil {
		return nil, err
	}
	m.body, m.named = e.Body, rows != nil
	named := make([][]byte, len(files))
	if rows != nil {
		if named, err = openRows(rows, learn.BodySum(e.Body), len(files)); err != nil {
			return nil, err
		}
	}
	known := []learn.Learner{linear.New(), near.New()}
	for k, file := range files {
		l, err := learn.Find(known, m.header.Members[k].Learner)
		if err != nil {
			return nil, learn.Broken("a member of an unknown kind")
		}
		of, err := l.Load(file, named[k])
		if err != nil {
			return nil, err
		}
		if of.Task() != m.header.Task || !slices.Equal(of.Labels(), m.header.Labels) {
			return nil, learn.Broken("a member has other labels")
		}
		m.members = append(m.members, of)
	}
	return m, nil
}

// cut takes a body apart into files of the given sizes.
func cut(body []byte, sizes []int) (files [][]byte, err error) {
	c := learn.Cutter{Rest: body}
	for _, size := range sizes {
		files = append(files, learn.CutSection[byte](&c, size))
	}
	if c.Short || len(c.Rest) > 0 {
		return nil, learn.Broken("members do not fit the header")
	}
	return files, nil
}

func (h *header) check() error {
	if err := learn.CheckLabels(h.Labels, mostLabels); err != nil {
		return err
	}
	switch {
	case h.Task != learn.Single && h.Task != learn.Multi:
		return learn.Broken("unknown task")
	case h.Examples < 1 || len(h.Members) < 1 || len(h.Members) > mostMembers || len(h.Weights) != len(h.Members):
		return learn.Broken("number of members")
	case slices.ContainsFunc(h.Weights, func(w float64) bool { return !(w >= 0 && w <= mostWeight) }):
		return learn.Broken("weights of members")
	}
	return h.Calibration.Check(h.Task == learn.Single, len(h.Labels))
}

// openRows gives each member's rows file.
func openRows(file []byte, model uint32, count int) ([][]byte, error) {
	var h rowsHeader
	e, err := learn.OpenPart(file, Name, "rows", &h)
	if err != nil {
		return nil, err
	}
	if h.Model != model {
		return nil, learn.Broken("these rows belong to another model")
	}
	if len(h.Members) != count {
		return nil, learn.Broken("number of members")
	}
	return cut(e.Body, h.Members)
}
