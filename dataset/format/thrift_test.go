package format

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"zhuomo/dataset"
)

// parquetOf is a file that is nothing but a footer.
func parquetOf(footer ...byte) []byte {
	file := append([]byte("PAR1"), footer...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(footer)))
	return append(file, "PAR1"...)
}

// TestFooterBombs: a footer cannot ask for more room than it fills.
func TestFooterBombs(t *testing.T) {
	long := []byte{0xff, 0xff, 0xff, 0xff, 0x07} // the varint of 2³¹−1
	nested := bytes.Repeat([]byte{0x1c}, 500)
	for name, footer := range map[string][]byte{
		"nothing":                  {},
		"a list of two billion":    append([]byte{0x19, 0xfc}, long...),
		"a map of two billion":     append([]byte{0x1b}, append(long, 0x88)...),
		"a text of two billion":    append([]byte{0x18}, long...),
		"structs without an end":   {0x1c, 0x1c, 0x1c},
		"five hundred levels":      nested,
		"a type that there is not": {0x1f, 0},
		"a varint without end":     {0x16, 0xff, 0xff},
	} {
		file := parquetOf(footer...)
		if err := checkFooter(bytes.NewReader(file), int64(len(file))); err == nil {
			t.Errorf("%s passes", name)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := Parquet().Read(t.Context(), bytes.NewReader(file), dataset.ReadOptions{Name: "x.parquet", Limits: dataset.StandardLimits()}, nil)
		runtime.ReadMemStats(&after)
		if err == nil || after.TotalAlloc-before.TotalAlloc > 8<<20 {
			t.Errorf("%s: %v, %d bytes asked for", name, err, after.TotalAlloc-before.TotalAlloc)
		}
	}
	if file := append([]byte("PAR1"), 0xff, 0xff, 0xff, 0xff, 'P', 'A', 'R', '1'); checkFooter(bytes.NewReader(file), int64(len(file))) == nil {
		t.Error("a footer longer than the file passes")
	}
}
