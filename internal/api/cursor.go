package api

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
)

// Cursor packs the place where a page ended into an opaque word. It protects
// against accidents, not against forgers: what a cursor holds must be safe to
// be made up.
func Cursor(place any) string {
	body, err := json.Marshal(place)
	if err != nil {
		panic("a cursor that is not JSON: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(body)))
}

// ReadCursor unpacks a cursor into place. An empty one leaves place alone: the
// first page. Fault: BadCursor.
func ReadCursor(cursor string, place any) error {
	if cursor == "" {
		return nil
	}
	packed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(packed) < 4 {
		return BadCursor.With().At("cursor")
	}
	body, sum := packed[:len(packed)-4], binary.BigEndian.Uint32(packed[len(packed)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return BadCursor.With().At("cursor")
	}
	if err := json.Unmarshal(body, place); err != nil {
		return BadCursor.With().At("cursor").Because(err)
	}
	return nil
}
