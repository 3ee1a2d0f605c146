// Command gen writes ../kernel_amd64.s: go run . -out ../kernel_amd64.s
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// blocks are the numbers of 8-lane registers that one pass over the features
// holds, tried from the largest.
var blocks = []int{12, 10, 8, 6, 4, 2, 1}

// ahead is how many features before its use a weight row is fetched.
const ahead = 6

func main() {
	ConstraintExpr("!purego")
	gather()
	spread()
	Generate()
}

// frame is what both kernels share: registers and the walk over lanes.
type frame struct {
	w, stride, idx, val, n, lanes, end GPVirtual
	vec                                GPVirtual
}

func load(vecName string) frame {
	f := frame{
		vec: Load(Param(vecName), GP64()).(GPVirtual),
		w:   Load(Param("w"), GP64()).(GPVirtual), stride: Load(Param("stride"), GP64()).(GPVirtual),
		idx: Load(Param("idx"), GP64()).(GPVirtual), val: Load(Param("val"), GP64()).(GPVirtual),
		n: Load(Param("n"), GP64()).(GPVirtual), lanes: Load(Param("registers"), GP64()).(GPVirtual),
	}
	SHLQ(U8(2), f.stride) // floats to bytes
	return f
}

// walk emits, for each block size, the code that do gives for one pass.
func (f frame) walk(do func(size int, label string)) {
	for i, size := range blocks {
		Label(fmt.Sprintf("block%d", size))
		next := "done"
		if i+1 < len(blocks) {
			next = fmt.Sprintf("block%d", blocks[i+1])
		}
		CMPQ(f.lanes, U8(size))
		JL(LabelRef(next))
		do(size, fmt.Sprintf("feature%d", size))
		ADDQ(U32(uint32(32*size)), f.w)
		ADDQ(U32(uint32(32*size)), f.vec)
		SUBQ(U8(size), f.lanes)
		JMP(LabelRef(fmt.Sprintf("block%d", size)))
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// eachFeature emits the loop over the features of one pass.
func (f frame) eachFeature(size int, label string, do func(row Mem, value VecVirtual)) {
	i, row, soon, last := GP64(), GP64(), GP64(), GP64()
	value := YMM()
	XORQ(i, i)
	MOVQ(f.n, last)
	DECQ(last)
	Label(label)
	LEAQ(Mem{Base: i, Disp: ahead}, soon)
	CMPQ(soon, last)
	CMOVQGT(last, soon)
	MOVL(Mem{Base: f.idx, Index: soon, Scale: 4}, row.As32())
	IMULQ(f.stride, row)
	for line := 0; line*64 < size*32; line++ {
		PREFETCHT0(Mem{Base: f.w, Index: row, Scale: 1, Disp: line * 64})
	}
	MOVL(Mem{Base: f.idx, Index: i, Scale: 4}, row.As32())
	IMULQ(f.stride, row)
	VBROADCASTSS(Mem{Base: f.val, Index: i, Scale: 4}, value)
	do(Mem{Base: f.w, Index: row, Scale: 1}, value)
	INCQ(i)
	CMPQ(i, f.n)
	JL(LabelRef(label))
}

func gather() {
	TEXT("gatherAVX2", NOSPLIT, "func(out, w *float32, stride int, idx *uint32, val *float32, n, registers int)")
	Doc("gatherAVX2 is Gather over whole registers; n ≥ 1.")
	f := load("out")
	f.walk(func(size int, label string) {
		sums := make([]VecVirtual, size)
		for k := range sums {
			sums[k] = YMM()
			VMOVUPS(Mem{Base: f.vec, Disp: 32 * k}, sums[k])
		}
		f.eachFeature(size, label, func(row Mem, value VecVirtual) {
			for k := range sums {
				product := YMM()
				VMULPS(row.Offset(32*k), value, product)
				VADDPS(product, sums[k], sums[k])
			}
		})
		for k := range sums {
			VMOVUPS(sums[k], Mem{Base: f.vec, Disp: 32 * k})
		}
	})
}

func spread() {
	TEXT("spreadAVX2", NOSPLIT, "func(delta, w *float32, stride int, idx *uint32, val *float32, n, registers int)")
	Doc("spreadAVX2 is Spread over whole registers; n ≥ 1.")
	f := load("delta")
	f.walk(func(size int, label string) {
		deltas := make([]VecVirtual, size)
		for k := range deltas {
			deltas[k] = YMM()
			VMOVUPS(Mem{Base: f.vec, Disp: 32 * k}, deltas[k])
		}
		f.eachFeature(size, label, func(row Mem, value VecVirtual) {
			for k := range deltas {
				sum := YMM()
				VMULPS(deltas[k], value, sum)
				VADDPS(row.Offset(32*k), sum, sum)
				VMOVUPS(sum, row.Offset(32*k))
			}
		})
	})
}
