//go:build !purego

package matrix

import "golang.org/x/sys/cpu"

// fast tells whether the machine has what the assembly uses. It is set once
// and never changes.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// tall is how many rows the assembly takes at once.
const tall = 6

// Multiply adds a·b to c for rows of a and c and the panels from…to of b.
func Multiply(c []float32, cStride int, a []float32, aStride, rows int, b *Panels, from, to int) {
	if rows == 0 || from == to {
		return
	}
	check(c, cStride, a, aStride, rows, b, from, to)
	for panel := from; panel < to; panel++ {
		data := b.data[panel*b.K*Wide:][:b.K*Wide]
		if !fast {
			multiplyRef(c[panel*Wide:], cStride, a, aStride, data, b.K, rows)
			continue
		}
		for i := 0; i < rows; i += tall {
			multiplyAVX2(&c[i*cStride+panel*Wide], cStride, &a[i*aStride], aStride, &data[0], b.K, min(tall, rows-i))
		}
	}
}

// Exp replaces each x by e^(x − shift); len(x) is a multiple of Lanes.
func Exp(x []float32, shift float32) {
	if !fast || len(x) < Lanes {
		expRef(x, shift)
		return
	}
	expAVX2(&x[0], shift, len(x)/Lanes)
}

// GELU replaces each x by x·Φ(x), Φ the normal distribution; len(x) is a multiple of Lanes.
func GELU(x []float32) {
	if !fast || len(x) < Lanes {
		geluRef(x)
		return
	}
	geluAVX2(&x[0], len(x)/Lanes)
}

//go:noescape
func multiplyAVX2(c *float32, cStride int, a *float32, aStride int, b *float32, k, rows int)

//go:noescape
func expAVX2(x *float32, shift float32, registers int)

//go:noescape
func geluAVX2(x *float32, registers int)
