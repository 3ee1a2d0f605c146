package dataset

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"zhuomo/internal/blob"
)

// Profile describes the rows of a version. All counts are of rows.
type Profile struct {
	RowCount      int             `json:"row_count"`
	DuplicateRows int             `json:"duplicate_rows"` // rows whose every value an earlier row has
	Duplicates    Exactness       `json:"duplicates"`
	Columns       []ColumnProfile `json:"columns"`
}

// Exactness says whether a number was counted or estimated.
type Exactness string

const (
	Counted   Exactness = "counted"
	Estimated Exactness = "estimated" // within about 2 % (2^14 registers)
	AtLeast   Exactness = "at_least"
)

// ColumnProfile describes one column. Lengths are in characters (code points).
type ColumnProfile struct {
	Name          string         `json:"name"`
	Type          string         `json:"type"`       // int float bool time phone id url email json text
	TypeShare     float64        `json:"type_share"` // of the non-empty values looked at
	EmptyCount    int            `json:"empty_count"`
	DistinctCount int            `json:"distinct_count"` // empty does not count
	Distinct      Exactness      `json:"distinct"`
	LengthMin     int            `json:"length_min"` // of non-empty values
	LengthMax     int            `json:"length_max"`
	LengthMean    float64        `json:"length_mean"`
	Top           []ValueCount   `json:"top"`       // most frequent values that occur twice or more
	TopExact      bool           `json:"top_exact"` // false: only values among the first 100,000 distinct ones were counted
	Scripts       map[string]int `json:"scripts"`   // characters by script: han latin digit kana hangul cyrillic emoji other
	// FullWidthShare is the share of full-width letters and digits among all letters and digits.
	FullWidthShare float64 `json:"full_width_share"`
	MojibakeCount  int     `json:"mojibake_count"` // rows that look decoded with the wrong table
	DamagedCount   int     `json:"damaged_count"`  // rows with U+FFFD
	// Private counts the rows with personal data by kind, among the first
	// PrivateScanned rows and every 16th after them.
	Private        map[string]int `json:"private"`
	PrivateScanned int            `json:"private_scanned"`
}

// ValueCount is one value and its number of rows; long values are cut.
type ValueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

const (
	exactDistinct = 100_000
	topValues     = 20
	topBytes      = 120
	profileBatch  = 2048 // rows handed to the workers at a time
)

// profiler collects a profile beside the reader: each worker owns some columns.
// Answers do not depend on the number of workers.
type profiler struct {
	private PersonalData
	workers []chan [][]string
	done    sync.WaitGroup
	lanes   []*lane
	batch   [][]string
	rows    int
}

// lane is the columns of one worker: those whose place is its number modulo the
// number of lanes. Lane 0 also looks for repeated rows.
type lane struct {
	number, step int
	private      PersonalData
	columns      []*columnSketch
	repeated     *rowSet
	rows         int
}

func newProfiler(workers int, private PersonalData) *profiler {
	p := &profiler{private: private}
	for i := range workers {
		l := &lane{number: i, step: workers, private: private}
		if i == workers-1 {
			l.repeated = newRowSet()
		}
		in := make(chan [][]string, 4) // keeps a lane busy while the reader fills the next batch
		p.workers, p.lanes = append(p.workers, in), append(p.lanes, l)
		p.done.Go(func() {
			for batch := range in {
				l.add(batch)
			}
		})
	}
	return p
}

// add takes the values of one row; they must not change afterwards.
func (p *profiler) add(values []string) {
	p.batch = append(p.batch, values)
	p.rows++
	if len(p.batch) == profileBatch {
		p.flush()
	}
}

func (p *profiler) flush() {
	for _, w := range p.workers {
		w <- p.batch
	}
	p.batch = make([][]string, 0, profileBatch)
}

// finish waits for the lanes and gives the profile.
func (p *profiler) finish(schema Schema) Profile {
	p.flush()
	for _, w := range p.workers {
		close(w)
	}
	p.done.Wait()
	set := p.lanes[len(p.lanes)-1].repeated
	out := Profile{RowCount: p.rows, DuplicateRows: set.repeats, Duplicates: Counted, Columns: []ColumnProfile{}}
	if set.full {
		out.Duplicates = AtLeast
	}
	for i, c := range schema.Columns {
		l := p.lanes[i%len(p.lanes)]
		sketch := &columnSketch{}
		if k := i / len(p.lanes); k < len(l.columns) {
			sketch = l.columns[k]
		}
		out.Columns = append(out.Columns, sketch.profile(c.Name, p.rows))
	}
	return out
}

// stop ends the workers without a result.
func (p *profiler) stop() {
	for _, w := range p.workers {
		close(w)
	}
	p.done.Wait()
}

func (l *lane) add(batch [][]string) {
	for _, values := range batch {
		for c := l.number; c < len(values); c += l.step {
			k := c / l.step
			for len(l.columns) <= k {
				l.columns = append(l.columns, newColumnSketch())
			}
			l.columns[k].add(values[c], l.rows, l.private)
		}
		if l.repeated != nil {
			l.repeated.add(values)
		}
		l.rows++
	}
}

// profile turns what was collected into the numbers that people see.
func (s *columnSketch) profile(name string, rows int) ColumnProfile {
	p := ColumnProfile{Name: name, EmptyCount: rows - s.filled, LengthMin: s.shortest, LengthMax: s.longest,
		Distinct: Counted, DistinctCount: len(s.values), TopExact: true, Top: []ValueCount{}, Scripts: map[string]int{},
		MojibakeCount: s.mojibake, DamagedCount: s.damaged, Private: s.kinds, PrivateScanned: s.scanned}
	if p.Private == nil {
		p.Private = map[string]int{}
	}
	if s.registers != nil {
		p.Distinct, p.DistinctCount, p.TopExact = Estimated, s.registers.count(), false
	}
	if s.filled > 0 {
		p.LengthMean = float64(s.characters) / float64(s.filled)
	}
	for i, n := range s.scripts {
		if n > 0 {
			p.Scripts[scriptNames[i]] = n
		}
	}
	if narrow := s.scripts[scriptLatin] + s.scripts[scriptDigit]; narrow > 0 {
		p.FullWidthShare = float64(s.fullWidth) / float64(narrow)
	}
	p.Type, p.TypeShare = s.guess()
	for _, v := range s.entries {
		if v.count > 1 {
			p.Top = append(p.Top, ValueCount{v.text, int(v.count)})
		}
	}
	slices.SortFunc(p.Top, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	p.Top = p.Top[:min(len(p.Top), topValues)]
	return p
}

// storedType maps the profile's finer types to those of a schema.
func storedType(kind string) Type {
	switch kind {
	case "int":
		return Int
	case "float":
		return Float
	case "bool":
		return Bool
	case "time":
		return Time
	case "json":
		return JSON
	}
	return Text
}

// Profile gives the profile of a version, from the import or by one pass over
// the rows, after which it is kept.
func (s *Service) Profile(ctx context.Context, versionID string) (Profile, error) {
	var p Profile
	v, err := s.Version(ctx, versionID)
	if err != nil {
		return p, err
	}
	if v.Profile != "" {
		body, err := blob.ReadAll(ctx, s.blobs, v.Profile)
		if err != nil {
			return p, fmt.Errorf("read profile: %w", err)
		}
		return p, json.Unmarshal(body, &p)
	}
	collect := newProfiler(profileLanes, s.private)
	if err := s.Rows(ctx, versionID, func(row Row) error { collect.add(row.Values); return nil }); err != nil {
		collect.stop()
		return p, err
	}
	p = collect.finish(v.Schema)
	hash, err := s.putJSON(ctx, p)
	if err != nil {
		return p, err
	}
	return p, s.updateProfile(ctx, versionID, hash)
}

// profileLanes is fixed, so that tests and servers run the same code.
const profileLanes = 2

func (s *Service) putJSON(ctx context.Context, v any) (blob.Hash, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return blob.PutBytes(ctx, s.blobs, body)
}
