package dataset

import (
	"unsafe"

	"github.com/parquet-go/parquet-go"
)

// textValue makes a Parquet value of s without copying it; the writer copies
// the bytes into its page before it returns, so s is never kept or changed.
func textValue(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}
