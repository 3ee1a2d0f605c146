package learn

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"zhuomo/internal/spec"
)

// Envelope is the outside of every model file and rows file: whose bytes these
// are, a JSON header, and sections that begin at multiples of SectionAlign.
// docs/formats/model-linear.md draws it byte by byte.
type Envelope struct {
	Learner string // the Spec's name of the learner
	Part    string // "model" or "rows"
	Header  []byte // JSON
	Body    []byte // sections; its first byte is aligned in the file
}

// SectionAlign is where sections may begin, in bytes. It is a cache line and
// wide enough for every vector load.
const SectionAlign = 64

const (
	envelopeMagic   = "ZHUOMO\x1aM"
	envelopeVersion = 1
	envelopeFixed   = 32      // bytes before the header
	maxHeader       = 1 << 26 // bytes of JSON that a reader accepts
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// prefix is the JSON object that precedes a learner's own header.
type prefix struct {
	Learner string          `json:"learner"`
	Part    string          `json:"part"`
	Own     json.RawMessage `json:"own"`
}

// Write writes the envelope.
func (e Envelope) Write(w io.Writer) error {
	header, err := json.Marshal(prefix{e.Learner, e.Part, e.Header})
	if err != nil {
		return fmt.Errorf("encode model header: %w", err)
	}
	for (envelopeFixed+len(header))%SectionAlign != 0 {
		header = append(header, ' ')
	}
	fixed := make([]byte, envelopeFixed)
	copy(fixed, envelopeMagic)
	binary.LittleEndian.PutUint32(fixed[8:], envelopeVersion)
	binary.LittleEndian.PutUint32(fixed[12:], uint32(len(header)))
	binary.LittleEndian.PutUint64(fixed[16:], uint64(len(e.Body)))
	binary.LittleEndian.PutUint32(fixed[24:], crc32.Update(crc32.Checksum(header, castagnoli), castagnoli, e.Body))
	binary.LittleEndian.PutUint32(fixed[28:], crc32.Checksum(fixed[:28], castagnoli))
	for _, part := range [][]byte{fixed, header, e.Body} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("write model: %w", err)
		}
	}
	return nil
}

// BodySum is the CRC-32C of a model's body; its rows file names it, so that the
// two cannot be mixed up.
func BodySum(body []byte) uint32 { return crc32.Checksum(body, castagnoli) }

// Broken is a file whose parts do not fit together. Fault: Damaged.
func Broken(problem string) error { return Damaged.With("problem", problem) }

// OpenPart reads the model or the rows file of a learner, and its own header.
// Fault: Damaged.
func OpenPart(file []byte, learner, part string, header any) (Envelope, error) {
	e, err := ReadEnvelope(file)
	if err != nil {
		return e, err
	}
	if e.Learner != learner || e.Part != part {
		return e, Broken(fmt.Sprintf("it is %s of %s, not %s of %s", e.Part, e.Learner, part, learner))
	}
	if err := json.Unmarshal(e.Header, header); err != nil {
		return e, Broken("header: " + err.Error())
	}
	return e, nil
}

// OpenModel reads the model file of the learner that s tells of: its own header, in
// which params get filled, and which check then holds to bounds. Fault: Damaged.
func OpenModel(file []byte, s spec.Spec, header any, params *map[string]any, check func() error) (Envelope, error) {
	e, err := OpenPart(file, s.Name, "model", header)
	if err != nil {
		return e, err
	}
	values, err := s.Fill(*params)
	if err != nil {
		return e, Broken("parameters: " + err.Error())
	}
	*params = values
	return e, check()
}

// WritePart writes the model or the rows file of a learner.
func WritePart(w io.Writer, learner, part string, header any, body []byte) error {
	own, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode %s of model: %w", part, err)
	}
	return Envelope{Learner: learner, Part: part, Header: own, Body: body}.Write(w)
}

// CheckLabels holds the labels of a file to be from one to most, each once.
// Fault: Damaged.
func CheckLabels(labels []string, most int) error {
	if len(labels) < 1 || len(labels) > most {
		return Broken("number of labels")
	}
	seen := make(map[string]bool, len(labels))
	for _, l := range labels {
		if seen[l] {
			return Broken("label " + l + " is there twice")
		}
		seen[l] = true
	}
	return nil
}

// ReadEnvelope checks file and gives its parts, which alias it. Fault: Damaged.
func ReadEnvelope(file []byte) (Envelope, error) {
	bad := func(problem string) (Envelope, error) { return Envelope{}, Broken(problem) }
	if len(file) < envelopeFixed || string(file[:8]) != envelopeMagic {
		return bad("no model signature")
	}
	if crc32.Checksum(file[:28], castagnoli) != binary.LittleEndian.Uint32(file[28:]) {
		return bad("first 32 bytes do not match their checksum")
	}
	if v := binary.LittleEndian.Uint32(file[8:]); v != envelopeVersion {
		return bad(fmt.Sprintf("format version %d is not known", v))
	}
	headerLen, bodyLen := uint64(binary.LittleEndian.Uint32(file[12:])), binary.LittleEndian.Uint64(file[16:])
	rest := file[envelopeFixed:]
	if headerLen > maxHeader || (envelopeFixed+headerLen)%SectionAlign != 0 || headerLen > uint64(len(rest)) || bodyLen != uint64(len(rest))-headerLen {
		return bad("the file is cut short or has been lengthened")
	}
	if crc32.Checksum(rest, castagnoli) != binary.LittleEndian.Uint32(file[24:]) {
		return bad("contents do not match their checksum")
	}
	var p prefix
	if err := json.Unmarshal(rest[:headerLen], &p); err != nil {
		return bad("header is not JSON")
	}
	return Envelope{Learner: p.Learner, Part: p.Part, Header: p.Own, Body: rest[headerLen:]}, nil
}

// Load opens a model with the learner that made it; rows may be nil. Faults:
// Damaged, UnknownLearner.
func Load(learners []Learner, model, rows []byte) (Model, error) {
	e, err := ReadEnvelope(model)
	if err != nil {
		return nil, err
	}
	l, err := Find(learners, e.Learner)
	if err != nil {
		return nil, err
	}
	return l.Load(model, rows)
}
