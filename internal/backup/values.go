package backup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"zhuomo/internal/db"
)

// A row is a JSON array on a line. What JSON cannot hold is an object: text that
// is no UTF-8 {"bytes":base64}, numbers that are none {"float":"NaN"}.

type columnHead struct {
	Name string  `json:"name"`
	Kind db.Kind `json:"kind"`
}

// appendRow writes values as one line. line is used again; the new one comes back.
func appendRow(line *bytes.Buffer, values []any) error {
	line.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			line.WriteByte(',')
		}
		switch x := v.(type) {
		case string:
			if !utf8.ValidString(x) {
				v = map[string][]byte{"bytes": []byte(x)}
			}
		case float64:
			if math.IsNaN(x) || math.IsInf(x, 0) {
				v = map[string]string{"float": strconv.FormatFloat(x, 'g', -1, 64)}
			}
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		line.Write(text)
	}
	line.WriteString("]\n")
	return nil
}

// readRow reads a line into values of the kinds of columns.
func readRow(line []byte, columns []columnHead) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(columns))
	}
	values := make([]any, len(raw))
	for i, text := range raw {
		v, err := readValue(text, columns[i].Kind)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", columns[i].Name, err)
		}
		values[i] = v
	}
	return values, nil
}

func readValue(text json.RawMessage, kind db.Kind) (any, error) {
	if string(text) == "null" {
		return nil, nil
	}
	if text[0] == '{' {
		var odd struct {
			Bytes *[]byte `json:"bytes"`
			Float *string `json:"float"`
		}
		switch err := json.Unmarshal(text, &odd); {
		case err != nil:
			return nil, err
		case odd.Bytes != nil && kind == db.Text:
			return string(*odd.Bytes), nil
		case odd.Float != nil && kind == db.Double:
			return strconv.ParseFloat(*odd.Float, 64)
		}
		return nil, fmt.Errorf("%s is no value of the kind %s", text, kind)
	}
	switch kind {
	case db.Text:
		var s string
		err := json.Unmarshal(text, &s)
		return s, err
	case db.Bigint:
		return strconv.ParseInt(string(text), 10, 64)
	case db.Double:
		return strconv.ParseFloat(string(text), 64)
	case db.Bool:
		return strconv.ParseBool(string(text))
	}
	return nil, fmt.Errorf("unknown kind %s", kind)
}
