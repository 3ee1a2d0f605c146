package spoil

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"zhuomo/dataset"
	"zhuomo/examples"
)

// Truth tells of every raw record what was done to it and what is right after
// cleaning. It lies in a folder of its own, as truth.json.
type Truth struct {
	Material string   `json:"material"`
	Seed     uint64   `json:"seed"`
	Files    []File   `json:"files"`
	Records  []Record `json:"records"`
}

// File is one dirty file. Blob is its hash as dataset.Source holds it.
type File struct {
	Name string `json:"name"`
	Blob string `json:"blob"`
}

// Record is the truth of one raw record.
type Record struct {
	File   string `json:"file"`
	Part   string `json:"part,omitempty"` // sheet or table
	Number int    `json:"record"`         // in the part, from 1
	// Session is its id in the file, Conversation that of the material; Turn
	// counts the material's turns from 1 and is 0 for rows that it does not have.
	Session      string           `json:"session"`
	Conversation string           `json:"conversation,omitempty"`
	Turn         int              `json:"turn,omitempty"`
	Speaker      examples.Speaker `json:"speaker,omitempty"`
	Raw          string           `json:"raw"`
	Kinds        []string         `json:"kinds,omitempty"` // what was planted; none: the row must stay as it is
	Want         []string         `json:"want,omitempty"`  // right texts after cleaning; none: the row must be set aside
	// Group > 0: the rows of a group say the same; exactly one of them must stay.
	Group int `json:"group,omitempty"`
	// Loose: its session was exported twice, the second time without this turn;
	// the row may be set aside with its session.
	Loose  bool     `json:"loose,omitempty"`
	Labels []string `json:"labels,omitempty"` // of a customer's turn
}

func (t *Truth) add(file, part string, number int, session string, rec *record) {
	t.Records = append(t.Records, Record{File: file, Part: part, Number: number, Session: session, Conversation: rec.conversation, Turn: rec.turn,
		Speaker: rec.speaker, Raw: rec.text, Kinds: rec.kinds, Want: rec.want, Group: rec.group, Loose: rec.loose, Labels: rec.labels})
}

// write writes one dirty file and notes its hash.
func (t *Truth) write(folder, name string, body []byte) error {
	if err := os.WriteFile(filepath.Join(folder, name), body, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	t.seal(name, body)
	return nil
}

func (t *Truth) seal(name string, body []byte) {
	sum := sha256.Sum256(body)
	t.Files = append(t.Files, File{name, "sha256:" + hex.EncodeToString(sum[:])})
}

const truthFile = "truth.json"

func (t *Truth) save(folder string) error {
	body, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return fmt.Errorf("encode truth: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, truthFile), body, 0o600); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

// OpenTruth reads the truth that Spoil left in a folder. Fault: BadTruth.
func OpenTruth(folder string) (Truth, error) {
	var t Truth
	name := filepath.Join(folder, truthFile)
	body, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	if err != nil {
		return t, BadTruth.With("file", name, "problem", err.Error()).Because(err)
	}
	return t, nil
}

// place names a raw record as rows name their source.
type place struct {
	blob, part string
	record     int
}

func placeOf(s dataset.Source) place { return place{s.Blob, s.Part, s.Record} }

// places indexes the records by their source.
func (t *Truth) places() map[place]int {
	blobs := map[string]string{}
	for _, f := range t.Files {
		blobs[f.Name] = f.Blob
	}
	at := make(map[place]int, len(t.Records))
	for i, r := range t.Records {
		at[place{blobs[r.File], r.Part, r.Number}] = i
	}
	return at
}

// Answers gives the labels of every customer's raw record by its source: what
// simulated labellers know about a row, and nothing else of the truth.
func (t *Truth) Answers() func(dataset.Source) (labels []string, known bool) {
	at := t.places()
	return func(s dataset.Source) ([]string, bool) {
		i, ok := at[placeOf(s)]
		if !ok || t.Records[i].Speaker != examples.Customer || t.Records[i].Turn == 0 {
			return nil, false
		}
		return t.Records[i].Labels, true
	}
}
