// Package crosswoz reads the CrossWOZ set (Zhu et al., TACL 2020: real people's
// Chinese conversations on sights, restaurants, hotels, metro and taxis) from a
// folder given at run time. Nothing of the set is in this repository.
//
//	in:   a folder with val.json.zip and database/     out: examples.Material
//	read: crosswoz.go → tables.go
package crosswoz

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuomo/examples"
)

// maxBytes bounds what one file of the set may unfold to.
const maxBytes = 512 << 20

// message is one turn as the set has it; an act is [act, domain, slot, value].
type message struct {
	Content string     `json:"content"`
	Role    string     `json:"role"` // usr or sys
	Acts    [][]string `json:"dialog_act"`
}

// Read reads the validation dialogues and the tables from folder. A customer's
// turn has as labels the sorted set of its "Act-Domain" pairs, 16 kinds in all; a
// few turns have none. Dialogues come in the order of their numbers; the set has
// no times, so each gets a quarter of an hour of its own.
//
// Faults: examples.NoSet, examples.BadSet.
func Read(folder string) (examples.Material, error) {
	m := examples.Material{Name: "crosswoz"}
	name := filepath.Join(folder, "val.json.zip")
	body, err := readZip(name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, examples.NoSet.With("set", "crosswoz-val", "place", name)
	}
	var dialogues map[string]struct {
		Messages []message `json:"messages"`
		Type     string    `json:"type"`
	}
	if err == nil {
		err = json.Unmarshal(body, &dialogues)
	}
	if err != nil {
		return m, examples.BadSet.With("file", name, "problem", err.Error()).Because(err)
	}
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	labels := map[string]bool{}
	for i, id := range inOrder(dialogues) {
		d := dialogues[id]
		c := examples.Conversation{ID: "cw-" + id, Title: d.Type, Channel: channels[i%len(channels)], Time: start.Add(time.Duration(i) * 15 * time.Minute)}
		for _, said := range d.Messages {
			turn := examples.Turn{Speaker: examples.Agent, Text: said.Content}
			if said.Role == "usr" {
				turn.Speaker = examples.Customer
				turn.Labels = actLabels(said.Acts)
			}
			for _, l := range turn.Labels {
				labels[l] = true
			}
			c.Turns = append(c.Turns, turn)
		}
		m.Conversations = append(m.Conversations, c)
	}
	for l := range labels {
		m.Labels = append(m.Labels, examples.Label{ID: l, ZH: titled(l), EN: l})
	}
	slices.SortFunc(m.Labels, func(a, b examples.Label) int { return strings.Compare(a.ID, b.ID) })
	if m.Tables, err = tables(filepath.Join(folder, "database")); err != nil {
		return m, err
	}
	return m.Tidy(), nil
}

var channels = []string{"微信", "APP", "网页", "电话"}

// titled says a label in Chinese: Request-酒店 is 询问酒店.
func titled(label string) string {
	return strings.NewReplacer("Request-", "询问", "Inform-", "告知", "Select-", "按周边选", "General-greet", "打招呼", "General-thank", "感谢", "General-bye", "告别").Replace(label)
}

func actLabels(acts [][]string) []string {
	found := []string{}
	for _, a := range acts {
		if len(a) >= 2 {
			found = append(found, a[0]+"-"+a[1])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// inOrder sorts dialogue numbers as numbers.
func inOrder[V any](all map[string]V) []string {
	ids := make([]string, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX == nil && errY == nil && x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return ids
}

// readZip gives the one JSON file of an archive.
func readZip(name string) ([]byte, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".json") {
			in, err := f.Open()
			if err != nil {
				return nil, fmt.Errorf("open %s: %w", f.Name, err)
			}
			defer in.Close()
			return bounded(in)
		}
	}
	return nil, fmt.Errorf("no JSON file in the archive")
}

// readFile reads name, or name.gz unfolded.
func readFile(name string) ([]byte, error) {
	body, err := os.ReadFile(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return body, err
	}
	packed, err := os.ReadFile(name + ".gz")
	if err != nil {
		return nil, err
	}
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("open %s.gz: %w", name, err)
	}
	return bounded(in)
}

func bounded(in io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, maxBytes+1))
	if err == nil && len(body) > maxBytes {
		return nil, fmt.Errorf("more than %d bytes", maxBytes)
	}
	return body, err
}
