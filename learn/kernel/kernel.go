// Package kernel holds the two loops in which a linear learner spends its time,
// each as AVX2 code (from gen, by avo) and as a plain twin. FuzzKernels holds
// the two together bit for bit: both add in feature order, lane by lane, and
// round each product.
//
// Shape: w is feature-major: the weights of feature f are w[f*stride : f*stride+len(lanes)],
// one lane a class. The number of lanes is a multiple of Lanes.
package kernel

// Lanes is the grain of lane counts and strides.
const Lanes = 8

// Pad rounds a number of classes up to whole registers.
func Pad(classes int) int { return (classes + Lanes - 1) / Lanes * Lanes }

// gatherRef is Gather told plainly.
func gatherRef(out, w []float32, stride int, idx []uint32, val []float32) {
	for j, f := range idx {
		row := w[int(f)*stride:][:len(out)]
		v := val[j]
		for c := range out {
			out[c] += float32(v * row[c])
		}
	}
}

// spreadRef is Spread told plainly.
func spreadRef(delta, w []float32, stride int, idx []uint32, val []float32) {
	for j, f := range idx {
		row := w[int(f)*stride:][:len(delta)]
		v := val[j]
		for c := range row {
			row[c] += float32(v * delta[c])
		}
	}
}

// check panics where the assembly would read outside its slices because of a
// bug in the caller. Feature numbers are the caller's promise: each is below
// len(w)/stride.
func check(lanes, w []float32, stride int, idx []uint32, val []float32) {
	if len(lanes)%Lanes != 0 || len(lanes) > stride || len(val) < len(idx) || len(w) < len(lanes) {
		panic("kernel: lanes must be whole registers within the stride, with a value for each feature")
	}
}
