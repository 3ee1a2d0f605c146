//go:build !amd64 || purego

package kernel

// Gather adds Σ_j val[j]·w[idx[j]] to out, lane by lane.
func Gather(out, w []float32, stride int, idx []uint32, val []float32) {
	gatherRef(out, w, stride, idx, val)
}

// Spread adds val[j]·delta to w[idx[j]] for every feature, lane by lane. A
// feature may not occur twice in idx.
func Spread(delta, w []float32, stride int, idx []uint32, val []float32) {
	spreadRef(delta, w, stride, idx, val)
}
