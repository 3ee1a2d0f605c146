package clean

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"zhuomo/dataset"
	"zhuomo/internal/blob"
)

// The journal of a run is one blob: blocks of up to 256 entries, sorted by row
// id, each block gzip of JSON lines; then the index (JSON); then 8 bytes length
// of the index and the mark. docs/formats/recipe.md draws it.
const (
	journalMark  = "ZMJ1"
	journalBlock = 256
)

type journalIndex struct {
	Blocks []journalPlace `json:"blocks"`
}

type journalPlace struct {
	First dataset.RowID `json:"first"`
	At    int64         `json:"at"`
	Size  int64         `json:"size"`
}

// writeJournal encodes the entries; it sorts them.
func writeJournal(entries []Entry) ([]byte, error) {
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(string(a.Row), string(b.Row)) })
	var out bytes.Buffer
	var index journalIndex
	for block := range slices.Chunk(entries, journalBlock) {
		at := int64(out.Len())
		z := gzip.NewWriter(&out)
		encoder := json.NewEncoder(z)
		encoder.SetEscapeHTML(false)
		for _, e := range block {
			if err := encoder.Encode(e); err != nil {
				return nil, fmt.Errorf("encode journal: %w", err)
			}
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("compress journal: %w", err)
		}
		index.Blocks = append(index.Blocks, journalPlace{block[0].Row, at, int64(out.Len()) - at})
	}
	tail, err := json.Marshal(index)
	if err != nil {
		return nil, fmt.Errorf("encode journal index: %w", err)
	}
	out.Write(tail)
	out.Write(binary.BigEndian.AppendUint64(nil, uint64(len(tail))))
	out.WriteString(journalMark)
	return out.Bytes(), nil
}

// readJournal finds the entries of one row: its own, and those of the rows that
// it is a part of, whole row first.
func readJournal(ctx context.Context, blobs blob.Store, h blob.Hash, row dataset.RowID) ([]Entry, error) {
	r, err := blobs.Open(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer r.Close()
	tail := make([]byte, 8+len(journalMark))
	if r.Size() < int64(len(tail)) {
		return nil, JournalBroken.With()
	}
	if _, err := r.ReadAt(tail, r.Size()-int64(len(tail))); err != nil && err != io.EOF {
		return nil, JournalBroken.With().Because(err)
	}
	length := int64(binary.BigEndian.Uint64(tail))
	if string(tail[8:]) != journalMark || length < 0 || length > r.Size()-int64(len(tail)) {
		return nil, JournalBroken.With()
	}
	body := make([]byte, length)
	if _, err := r.ReadAt(body, r.Size()-int64(len(tail))-length); err != nil && err != io.EOF {
		return nil, JournalBroken.With().Because(err)
	}
	var index journalIndex
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, JournalBroken.With().Because(err)
	}
	var found []Entry
	for _, id := range lineOf(row) {
		at := sort.Search(len(index.Blocks), func(i int) bool { return index.Blocks[i].First > id }) - 1
		if at < 0 {
			continue
		}
		entry, ok, err := readEntry(r, index.Blocks[at], id)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, entry)
		}
	}
	return found, nil
}

func readEntry(r io.ReaderAt, block journalPlace, id dataset.RowID) (Entry, bool, error) {
	z, err := gzip.NewReader(io.NewSectionReader(r, block.At, block.Size))
	if err != nil {
		return Entry{}, false, JournalBroken.With().Because(err)
	}
	decoder := json.NewDecoder(z)
	for {
		var e Entry
		switch err := decoder.Decode(&e); {
		case err == io.EOF:
			return Entry{}, false, nil
		case err != nil:
			return Entry{}, false, JournalBroken.With().Because(err)
		case e.Row == id:
			return e, true, nil
		}
	}
}

// lineOf lists the rows that id is a part of, whole row first, and id itself.
func lineOf(id dataset.RowID) []dataset.RowID {
	var line []dataset.RowID
	for i, c := range id {
		if c == '.' {
			line = append(line, id[:i])
		}
	}
	return append(line, id)
}
