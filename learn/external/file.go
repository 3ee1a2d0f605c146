package external

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// mostLabels is how many labels a file may name.
const mostLabels = 1 << 20

// rowsHeader is the JSON part of a rows file.
type rowsHeader struct {
	Rows     int    `json:"rows"`
	Model    uint32 `json:"model"` // CRC-32C of the model's body, so that the two cannot be mixed up
	Sections []int  `json:"sections"`
}

// Save writes the model. docs/formats/trainer.md tells what is in it.
func (m *model) Save(w io.Writer) error {
	h := m.header
	h.Archive = len(m.archive)
	own, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode model: %w", err)
	}
	return learn.Envelope{Learner: m.definition.Name, Part: "model", Header: own, Body: m.body()}.Write(w)
}

func (m *model) body() []byte {
	return learn.AppendSection(make([]byte, 0, len(m.archive)+learn.SectionAlign), m.archive)
}

// SaveRows writes what Witnesses needs. See learn.Model.
func (m *model) SaveRows(w io.Writer) error {
	s := m.rows
	if s == nil {
		return learn.NoRows.With()
	}
	own, err := json.Marshal(rowsHeader{Rows: s.Len(), Model: learn.BodySum(m.body()), Sections: []int{len(s.IDs), len(s.Labels), len(s.grams)}})
	if err != nil {
		return fmt.Errorf("encode model rows: %w", err)
	}
	var b []byte
	for _, list := range [][]uint32{s.IDAt, s.LabelAt, s.gramAt} {
		b = learn.AppendSection(b, list)
	}
	b = learn.AppendSection(b, s.IDs)
	b = learn.AppendSection(b, s.Labels)
	b = learn.AppendSection(b, s.grams)
	return learn.Envelope{Learner: m.definition.Name, Part: "rows", Header: own, Body: b}.Write(w)
}

// sign tells by the folder's key that the model was made here.
func (m *model) sign() string {
	mac := hmac.New(sha256.New, m.trainers.key)
	mac.Write([]byte(m.key))
	return hex.EncodeToString(mac.Sum(nil))
}

// Load opens the bytes of Save and SaveRows; it starts nothing. Faults: Damaged,
// NotMadeHere, OtherTrainer.
func (l *learner) Load(file, rows []byte) (learn.Model, error) {
	m := &model{trainers: l.trainers, definition: l.definition}
	e, err := learn.OpenPart(file, l.definition.Name, "model", &m.header)
	if err != nil {
		return nil, err
	}
	if err := m.open(e.Body); err != nil {
		return nil, err
	}
	m.key = m.sum()
	if l.definition.Open == "own" && !hmac.Equal([]byte(m.sign()), []byte(m.Signature)) {
		return nil, NotMadeHere.With("trainer", l.definition.Name)
	}
	if m.header.Trainer != l.definition.hash {
		return nil, OtherTrainer.With("trainer", l.definition.Name, "was", short(m.header.Trainer), "now", short(l.definition.hash))
	}
	values, err := l.Spec().Fill(m.Params)
	if err != nil {
		return nil, learn.Broken("parameters: " + err.Error())
	}
	m.Params = values
	if rows != nil {
		if m.rows, err = loadLikeness(rows, learn.BodySum(e.Body), m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// open checks what a file says and takes its archive.
func (m *model) open(body []byte) error {
	h := &m.header
	if err := learn.CheckLabels(h.Labels, mostLabels); err != nil {
		return err
	}
	if h.Task != learn.Single && h.Task != learn.Multi {
		return learn.Broken("unknown task")
	}
	if h.Dense < 0 || h.Dense > 1<<16 {
		return learn.Broken("dense")
	}
	if err := h.Calibration.Check(h.Task == learn.Single, len(h.Labels)); err != nil {
		return err
	}
	cut := learn.Cutter{Rest: body}
	m.archive = learn.CutSection[byte](&cut, h.Archive)
	if cut.Short || len(cut.Rest) > 0 {
		return learn.Broken("sections do not fit the header")
	}
	return eachFile(m.archive, func(string, io.Reader) error { return nil })
}

func short(hash string) string { return hash[:min(len(hash), len("sha256:")+12)] }

func loadLikeness(file []byte, body uint32, m *model) (*likeness, error) {
	var h rowsHeader
	e, err := learn.OpenPart(file, m.definition.Name, "rows", &h)
	if err != nil {
		return nil, err
	}
	if h.Model != body {
		return nil, learn.Broken("these rows belong to another model")
	}
	if len(h.Sections) != 3 || h.Rows < 0 || h.Rows > 1<<31 {
		return nil, learn.Broken("number of sections")
	}
	cut := learn.Cutter{Rest: e.Body}
	s := &likeness{}
	for _, at := range []*[]uint32{&s.IDAt, &s.LabelAt, &s.gramAt} {
		*at = learn.CutSection[uint32](&cut, h.Rows+1)
	}
	s.IDs = learn.CutSection[byte](&cut, h.Sections[0])
	s.Labels = learn.CutSection[uint32](&cut, h.Sections[1])
	s.grams = learn.CutSection[uint32](&cut, h.Sections[2])
	if cut.Short || len(cut.Rest) > 0 || !s.Whole(len(m.header.Labels)) || !learn.Ordered(s.gramAt, len(s.grams)) {
		return nil, learn.Broken("rows do not fit together")
	}
	s.weigh()
	return s, nil
}

func sumProblem(sum float64) spec.Text {
	return spec.Text{ZH: fmt.Sprintf("概率加起来是 %.4g", sum), EN: fmt.Sprintf("the probabilities add up to %.4g", sum)}
}
