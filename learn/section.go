package learn

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"
)

// Finite tells whether every number is one.
func Finite(list []float32) bool {
	for _, v := range list {
		if math.Float32bits(v)&0x7F800000 == 0x7F800000 {
			return false
		}
	}
	return true
}

// Ordered tells whether at parts a list of end things.
func Ordered(at []uint32, end int) bool {
	return len(at) > 0 && at[0] == 0 && slices.IsSorted(at) && int(at[len(at)-1]) == end
}

// Below tells whether every number is below limit.
func Below(list []uint32, limit int) bool {
	return len(list) == 0 || int(slices.Max(list)) < limit
}

// Number is what a section holds.
type Number interface {
	byte | uint32 | uint64 | float32
}

// native tells whether numbers in memory lie as in the file. A constant of the
// machine.
var native = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// AppendSection appends list in little endian and pads to SectionAlign.
func AppendSection[T Number](b []byte, list []T) []byte {
	if native && len(list) > 0 {
		b = append(b, unsafe.Slice((*byte)(unsafe.Pointer(&list[0])), len(list)*int(unsafe.Sizeof(list[0])))...)
	} else {
		b, _ = binary.Append(b, binary.LittleEndian, list) // fixed-size numbers cannot fail
	}
	for len(b)%SectionAlign != 0 {
		b = append(b, 0)
	}
	return b
}

// Cutter takes sections off the front of a body.
type Cutter struct {
	Rest  []byte
	Short bool // a section did not fit
}

// CutSection takes n numbers; they alias the body where alignment and byte
// order allow it.
func CutSection[T Number](c *Cutter, n int) []T {
	var zero T
	size := uint64(unsafe.Sizeof(zero))
	bytes := uint64(n) * size
	padded := (bytes + SectionAlign - 1) / SectionAlign * SectionAlign
	if c.Short || n < 0 || uint64(n) > math.MaxUint32 || padded > uint64(len(c.Rest)) {
		c.Short = true
		return nil
	}
	part := c.Rest[:bytes]
	c.Rest = c.Rest[padded:]
	if n == 0 {
		return nil
	}
	if native && uintptr(unsafe.Pointer(&part[0]))%uintptr(size) == 0 {
		return unsafe.Slice((*T)(unsafe.Pointer(&part[0])), n)
	}
	list := make([]T, n)
	_, _ = binary.Decode(part, binary.LittleEndian, list) // lengths agree, so it cannot fail
	return list
}
