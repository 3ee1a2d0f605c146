package db

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// sequence orders ids of the same nanosecond. It is the one variable of this
// package that changes: ids made in one process must not tie, and nothing but
// their order depends on it.
var sequence atomic.Uint32

// NewID makes a UUIDv7 (RFC 9562) in lower case. Ids sort by now, to the
// nanosecond, and those with the same now in the order of the calls.
//
// Layout: 48 bits milliseconds, then below version and variant: 20 bits
// nanoseconds, 22 bits sequence, 32 bits of chance. Unique, but not a secret.
func NewID(now time.Time) string {
	var id uuid.UUID
	ns := uint64(now.UnixNano())
	ms, rest := ns/1e6, ns%1e6
	binary.BigEndian.PutUint64(id[:8], ms<<16|0x7<<12|rest>>8)
	order := uint32(rest&0xff)<<22 | sequence.Add(1)&(1<<22-1) // 30 bits
	binary.BigEndian.PutUint32(id[8:12], 0b10<<30|order)
	_, _ = rand.Read(id[12:]) // never fails: crypto/rand ends the process instead
	return id.String()
}
