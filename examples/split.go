package examples

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Parts of a split.
const (
	Train = "train"
	Dev   = "dev"
	Test  = "test"
)

// Split gives the part of a whole conversation by a hash of its id and the seed,
// so that no conversation stands in two parts: on the average 70 % train, 10 %
// dev, 20 % test.
func Split(conversation string, seed uint64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", seed, conversation))
	switch at := binary.BigEndian.Uint64(sum[:8]) % 100; {
	case at < 70:
		return Train
	case at < 80:
		return Dev
	}
	return Test
}
