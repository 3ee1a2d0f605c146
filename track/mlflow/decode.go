package mlflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// readBatch reads the body of a log-batch that holds a run and its points and nothing
// else, {"run_id": "…", "metrics": […]}, and tells whether that is what stands there. It
// is then JSON from end to end, so that nobody needs to read it twice.
//
// FuzzReadBatch holds it to encoding/json.
func readBatch(body []byte) (run string, points []metric, plain bool) {
	p := scan{b: body}
	if !p.take('{') {
		return "", nil, false
	}
	for {
		name, ok := p.text()
		if !ok || !p.take(':') {
			return "", nil, false
		}
		switch string(name) {
		case "run_id":
			id, ok := p.text()
			if !ok {
				return "", nil, false
			}
			run = string(id)
		case "metrics":
			if points, ok = p.points(); !ok {
				return "", nil, false
			}
		default:
			return "", nil, false
		}
		switch {
		case p.take(','):
		case p.take('}'):
			return run, points, p.ended()
		default:
			return "", nil, false
		}
	}
}

// readMetrics reads a list of points that is known to be JSON. Points as clients write
// them are read at once; whatever else stands there is left to readMetricsPlain, which
// FuzzReadMetrics holds it to.
func readMetrics(raw []byte) ([]metric, error) {
	if list, plain := readPoints(raw); plain {
		return list, nil
	}
	return readMetricsPlain(raw)
}

func readMetricsPlain(raw []byte) (list []metric, err error) {
	var timed []struct {
		At json.RawMessage `json:"timestamp"`
	}
	if err := errors.Join(json.Unmarshal(raw, &list), json.Unmarshal(raw, &timed)); err != nil {
		return nil, err
	}
	for i, t := range timed {
		if len(t.At) == 0 || string(t.At) == "null" {
			return nil, fmt.Errorf("point %d has no timestamp", i)
		}
	}
	return list, nil
}

// readPoints reads [{"key": "…", "value": 1, "timestamp": 1, "step": 1}, …] without names
// or texts that have an escape, and tells whether that is what stands there.
//
// Cost: one pass; nothing is allocated but the list and one text a metric.
func readPoints(raw []byte) (list []metric, plain bool) {
	p := scan{b: raw}
	list, plain = p.points()
	return list, plain && p.ended()
}

// scan is a place in JSON.
type scan struct {
	b  []byte
	at int
}

func (p *scan) space() {
	for p.at < len(p.b) && (p.b[p.at] == ' ' || p.b[p.at] == '\n' || p.b[p.at] == '\t' || p.b[p.at] == '\r') {
		p.at++
	}
}

func (p *scan) take(c byte) bool {
	p.space()
	if p.at < len(p.b) && p.b[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *scan) ended() bool {
	p.space()
	return p.at == len(p.b)
}

// text is a text without escapes, in ASCII.
func (p *scan) text() ([]byte, bool) {
	if !p.take('"') {
		return nil, false
	}
	from := p.at
	for ; p.at < len(p.b); p.at++ {
		switch c := p.b[p.at]; {
		case c == '"':
			p.at++
			return p.b[from : p.at-1], true
		case c == '\\' || c < ' ' || c >= 0x80:
			return nil, false
		}
	}
	return nil, false
}

func (p *scan) digits() bool {
	from := p.at
	for p.at < len(p.b) && p.b[p.at] >= '0' && p.b[p.at] <= '9' {
		p.at++
	}
	return p.at > from
}

// one takes a byte of a set if it comes next.
func (p *scan) one(a, b byte) bool {
	if p.at < len(p.b) && (p.b[p.at] == a || p.b[p.at] == b) {
		p.at++
		return true
	}
	return false
}

// number is the letters of a number as JSON has it, none if there is no such number.
func (p *scan) number() []byte {
	p.space()
	from := p.at
	p.one('-', '-')
	if !p.one('0', '0') && !p.digits() {
		return nil
	}
	if p.one('.', '.') && !p.digits() {
		return nil
	}
	if p.one('e', 'E') {
		p.one('+', '-')
		if !p.digits() {
			return nil
		}
	}
	return p.b[from:p.at]
}

// shortest is about how many bytes a point takes at least, as clients write it.
const shortest = 56

func (p *scan) points() (list []metric, ok bool) {
	if !p.take('[') {
		return nil, false
	}
	if p.take(']') {
		return []metric{}, true
	}
	list = make([]metric, 0, min((len(p.b)-p.at)/shortest+1, mostBatch))
	names := map[string]string{}
	for {
		m, ok := p.point(names)
		if !ok {
			return nil, false
		}
		list = append(list, m)
		switch {
		case p.take(','):
		case p.take(']'):
			return list, true
		default:
			return nil, false
		}
	}
}

func (p *scan) point(names map[string]string) (m metric, ok bool) {
	if !p.take('{') {
		return m, false
	}
	timed := false
	for {
		name, ok := p.text()
		if !ok || !p.take(':') {
			return m, false
		}
		switch string(name) {
		case "key":
			key, ok := p.text()
			if !ok {
				return m, false
			}
			if m.Key, ok = names[string(key)]; !ok {
				m.Key = string(key)
				names[m.Key] = m.Key
			}
		case "value":
			v, err := strconv.ParseFloat(string(p.number()), 64)
			if err != nil {
				return m, false
			}
			m.Value = float(v)
		case "timestamp", "step":
			n, err := strconv.ParseInt(string(p.number()), 10, 64)
			if err != nil {
				return m, false
			}
			if name[0] == 's' {
				m.Step = whole(n)
			} else {
				m.At, timed = whole(n), true
			}
		default:
			return m, false
		}
		switch {
		case p.take(','):
		case p.take('}'):
			return m, timed
		default:
			return m, false
		}
	}
}
