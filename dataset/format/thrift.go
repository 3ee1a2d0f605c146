package format

import (
	"encoding/binary"
	"errors"
	"io"
)

// The library makes room for as many elements as a list of a Parquet footer says
// it has, before it reads one: twelve bytes could ask for gigabytes. So the footer
// is walked first.

const (
	maxFooter   = 64 << 20
	maxElements = 2_000_000 // in all lists of a footer: columns × row groups, and what describes them
	maxDepth    = 32
)

var errFooter = errors.New("the footer tells of more than it holds")

// checkFooter walks the metadata at the end of a Parquet file.
//
// Source: Apache Parquet format; Apache Thrift compact protocol.
func checkFooter(in io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < 12 {
		return io.ErrUnexpectedEOF
	}
	if _, err := in.ReadAt(tail[:], size-8); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > size-12 || n > maxFooter {
		return errFooter
	}
	body := make([]byte, n)
	if _, err := in.ReadAt(body, size-8-n); err != nil {
		return err
	}
	w := thriftWalk{rest: body}
	return w.fields(0)
}

// thriftWalk goes over values of the compact protocol without keeping any.
type thriftWalk struct {
	rest     []byte
	elements int
}

const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6 // and 4, 5: all are varints
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.rest)) {
		return errFooter
	}
	w.rest = w.rest[n:]
	return nil
}

func (w *thriftWalk) one() (byte, error) {
	if len(w.rest) == 0 {
		return 0, errFooter
	}
	b := w.rest[0]
	w.rest = w.rest[1:]
	return b, nil
}

func (w *thriftWalk) varint() (uint64, error) {
	v, n := binary.Uvarint(w.rest)
	if n <= 0 {
		return 0, errFooter
	}
	w.rest = w.rest[n:]
	return v, nil
}

// fields walks a struct.
func (w *thriftWalk) fields(depth int) error {
	for {
		head, err := w.one()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the number of the field follows
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		if kind := head & 15; kind != thriftTrue && kind != thriftFalse { // a field's type is its truth
			if err := w.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
}

func (w *thriftWalk) value(kind byte, depth int) error {
	if depth > maxDepth {
		return errFooter
	}
	switch {
	case kind == thriftTrue || kind == thriftFalse || kind == thriftByte:
		return w.skip(1)
	case kind > thriftByte && kind <= thriftI64:
		_, err := w.varint()
		return err
	case kind == thriftDouble:
		return w.skip(8)
	case kind == thriftBinary:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case kind == thriftStruct:
		return w.fields(depth)
	case kind == thriftList || kind == thriftSet:
		head, err := w.one()
		if err != nil {
			return err
		}
		n := uint64(head >> 4)
		if n == 15 {
			if n, err = w.varint(); err != nil {
				return err
			}
		}
		return w.each(n, depth, head&15)
	case kind == thriftMap:
		n, err := w.varint()
		if err != nil || n == 0 {
			return err
		}
		kinds, err := w.one()
		if err != nil {
			return err
		}
		return w.each(n, depth, kinds>>4, kinds&15)
	}
	return errFooter
}

// each walks n elements, each of the given kinds; every one takes a byte at least.
func (w *thriftWalk) each(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(w.rest)) {
		return errFooter
	}
	if w.elements += int(n); w.elements > maxElements {
		return errFooter
	}
	for range n {
		for _, kind := range kinds {
			if err := w.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
