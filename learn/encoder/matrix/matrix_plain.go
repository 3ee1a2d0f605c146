//go:build !amd64 || purego

package matrix

// Multiply adds a·b to c for rows of a and c and the panels from…to of b.
func Multiply(c []float32, cStride int, a []float32, aStride, rows int, b *Panels, from, to int) {
	if rows == 0 || from == to {
		return
	}
	check(c, cStride, a, aStride, rows, b, from, to)
	for panel := from; panel < to; panel++ {
		multiplyRef(c[panel*Wide:], cStride, a, aStride, b.data[panel*b.K*Wide:][:b.K*Wide], b.K, rows)
	}
}

// Exp replaces each x by e^(x − shift); len(x) is a multiple of Lanes.
func Exp(x []float32, shift float32) { expRef(x, shift) }

// GELU replaces each x by x·Φ(x), Φ the normal distribution; len(x) is a multiple of Lanes.
func GELU(x []float32) { geluRef(x) }
