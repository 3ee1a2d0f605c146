package format

import "strings"

// state is where a record stands after a line.
type state int

const (
	whole  state = iota // the record ends with this line
	open                // a quote is open: the record goes on
	broken              // a quote that cannot be right; only after the first line
)

// fields cuts one record, line by line. The zero value with a delimiter is ready.
type fields struct {
	delimiter string
	values    []string
	loose     bool // a quote stood where none belongs
	quoted    strings.Builder
	inside    bool // a quoted field goes on
	lines     int
}

func (f *fields) reset() {
	f.values, f.loose, f.inside, f.lines = f.values[:0], false, false, 0
	f.quoted.Reset()
}

// plain cuts at every delimiter; quotes mean nothing.
func (f *fields) plain(line string) {
	f.reset()
	f.rest(line)
}

func (f *fields) rest(line string) {
	if len(f.delimiter) == 1 {
		d := f.delimiter[0]
		for {
			i := strings.IndexByte(line, d)
			if i < 0 {
				f.values = append(f.values, line)
				return
			}
			f.values = append(f.values, line[:i])
			line = line[i+1:]
		}
	}
	for {
		before, after, found := strings.Cut(line, f.delimiter)
		f.values = append(f.values, before)
		if !found {
			return
		}
		line = after
	}
}

// feed takes the next line of the record; end is the end of the line before.
func (f *fields) feed(line, end string) state {
	f.lines++
	if f.inside {
		f.quoted.WriteString(end)
	} else if strings.IndexByte(line, '"') < 0 {
		f.rest(line)
		return whole
	}
	for {
		if !f.inside {
			if len(line) == 0 || line[0] != '"' {
				before, after, found := strings.Cut(line, f.delimiter)
				f.values = append(f.values, before)
				if !found {
					return whole
				}
				line = after
				continue
			}
			line, f.inside = line[1:], true
		}
		after, s := f.quote(line)
		if s != whole {
			return s
		}
		f.inside = false
		f.values = append(f.values, f.quoted.String())
		f.quoted = strings.Builder{} // its bytes belong to the value now
		if after == "" {
			return whole
		}
		line = after[len(f.delimiter):]
	}
}

// quote reads to the end of the quoted field; after begins with the delimiter or
// is empty.
func (f *fields) quote(line string) (after string, s state) {
	for {
		i := strings.IndexByte(line, '"')
		if i < 0 {
			f.quoted.WriteString(line)
			return "", open
		}
		next := line[i+1:]
		switch trimmed := strings.TrimRight(next, " "); {
		case next == "" || strings.HasPrefix(next, f.delimiter):
			f.quoted.WriteString(line[:i])
			return next, whole
		case next[0] == '"': // doubled
			f.quoted.WriteString(line[:i+1])
			line = next[1:]
			continue
		case trimmed == "":
			f.quoted.WriteString(line[:i])
			return "", whole
		case i > 0 && line[i-1] == '\\': // escaped the other way
			f.quoted.WriteString(line[:i-1])
			f.quoted.WriteByte('"')
		case f.lines > 1:
			return "", broken
		default:
			f.loose = true
			f.quoted.WriteString(line[:i+1])
		}
		line = next
	}
}
