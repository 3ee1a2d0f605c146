package dataset_test

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"testing"

	"zhuomo/dataset"
	"zhuomo/internal/testkit"
)

// TestA100MBImportStaysIn400MB imports 100 MB of CSV, profiled and durable, and
// reads the peak of resident memory that Linux kept for the process. It is not
// parallel, so that no other test of this package adds to the peak.
func TestA100MBImportStaysIn400MB(t *testing.T) {
	if testing.Short() {
		t.Skip("imports 100 MB: run without -short")
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc/self/status: run on Linux")
	}
	h := open(t, testkit.OpenDB(t))
	from, to := io.Pipe()
	go func() {
		_, err := io.WriteString(to, "id,session,role,text,score\n")
		for i, size := 0, 0; size < 100<<20 && err == nil; i++ {
			var n int
			n, err = fmt.Fprintf(to, "%d,S%06d,user,您好，我想问一下第%d号订单什么时候能到，谢谢,%d\n", i, i/7, i, i%5)
			size += n
		}
		to.CloseWithError(err)
	}()
	raw, _, err := h.blobs.Put(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := h.Import(t.Context(), dataset.Order{DatasetID: h.set.ID, Raw: string(raw), Name: "big.csv"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Skip("needs VmHWM in /proc/self/status, which this kernel or sandbox leaves out: run on a stock Linux kernel")
	}
	peak, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows, peak %d MB", v.RowCount, peak>>10)
	if peak > 400<<10 {
		t.Errorf("peak memory is %d MB", peak>>10)
	}
}
