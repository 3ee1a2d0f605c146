//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// fast tells whether the machine has what the assembly uses. It is set once
// and never changes.
var fast = cpu.X86.HasAVX2

// Gather adds Σ_j val[j]·w[idx[j]] to out, lane by lane.
func Gather(out, w []float32, stride int, idx []uint32, val []float32) {
	if !fast || len(idx) == 0 || len(out) == 0 {
		gatherRef(out, w, stride, idx, val)
		return
	}
	check(out, w, stride, idx, val)
	gatherAVX2(&out[0], &w[0], stride, &idx[0], &val[0], len(idx), len(out)/Lanes)
}

// Spread adds val[j]·delta to w[idx[j]] for every feature, lane by lane. A
// feature may not occur twice in idx.
func Spread(delta, w []float32, stride int, idx []uint32, val []float32) {
	if !fast || len(idx) == 0 || len(delta) == 0 {
		spreadRef(delta, w, stride, idx, val)
		return
	}
	check(delta, w, stride, idx, val)
	spreadAVX2(&delta[0], &w[0], stride, &idx[0], &val[0], len(idx), len(delta)/Lanes)
}

//go:noescape
func gatherAVX2(out, w *float32, stride int, idx *uint32, val *float32, n, registers int)

//go:noescape
func spreadAVX2(delta, w *float32, stride int, idx *uint32, val *float32, n, registers int)
