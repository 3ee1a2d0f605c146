// Command gen writes ../matrix_amd64.s: go run . -out ../matrix_amd64.s
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// most is how many rows of a tile are held in registers: twice as many sums, two
// registers of b and one of a make fifteen.
const most = 6

func main() {
	ConstraintExpr("!purego")
	multiply()
	exp()
	gelu()
	Generate()
}

// multiply emits one loop for each number of rows.
func multiply() {
	TEXT("multiplyAVX2", NOSPLIT, "func(c *float32, cStride int, a *float32, aStride int, b *float32, k, rows int)")
	Doc("multiplyAVX2 adds to 1 to 6 rows of 16 sums the products of rows of a with a panel of b; k ≥ 1.")
	c, a, b := Load(Param("c"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	cStride, aStride := Load(Param("cStride"), GP64()), Load(Param("aStride"), GP64())
	k, rows := Load(Param("k"), GP64()), Load(Param("rows"), GP64())
	SHLQ(U8(2), cStride) // floats to bytes
	SHLQ(U8(2), aStride)
	low, cLow := GP64(), GP64() // the fourth row
	LEAQ(Mem{Base: a, Index: aStride, Scale: 2}, low)
	ADDQ(aStride, low)
	LEAQ(Mem{Base: c, Index: cStride, Scale: 2}, cLow)
	ADDQ(cStride, cLow)
	row := func(first, fourth, stride Register, i int) Mem {
		base := first
		if i >= 3 {
			base, i = fourth, i-3
		}
		m := Mem{Base: base}
		if i > 0 {
			m.Index, m.Scale = stride, uint8(i)
		}
		return m
	}
	for n := most; n >= 1; n-- {
		if n > 1 {
			CMPQ(rows, U8(n))
			JNE(LabelRef(fmt.Sprintf("not%d", n)))
		}
		sums := make([][2]VecVirtual, n)
		for i := range sums {
			for h := range 2 {
				sums[i][h] = YMM()
				VMOVUPS(row(c, cLow, cStride, i).Offset(32*h), sums[i][h])
			}
		}
		left, right, one := YMM(), YMM(), YMM()
		Label(fmt.Sprintf("loop%d", n))
		VMOVUPS(Mem{Base: b}, left)
		VMOVUPS(Mem{Base: b, Disp: 32}, right)
		for i := range sums {
			VBROADCASTSS(row(a, low, aStride, i), one)
			VFMADD231PS(left, one, sums[i][0])
			VFMADD231PS(right, one, sums[i][1])
		}
		ADDQ(U8(4), a)
		if n > 3 {
			ADDQ(U8(4), low)
		}
		ADDQ(U8(64), b)
		DECQ(k)
		JNZ(LabelRef(fmt.Sprintf("loop%d", n)))
		for i := range sums {
			for h := range 2 {
				VMOVUPS(sums[i][h], row(c, cLow, cStride, i).Offset(32*h))
			}
		}
		VZEROUPPER()
		RET()
		if n > 1 {
			Label(fmt.Sprintf("not%d", n))
		}
	}
}

// constants are those written so far: both functions use some of them.
var constants = map[string]Mem{}

func constant(name string, v float32) Mem { return once(name, F32(v)) }

func bits(name string, v uint32) Mem { return once(name, U32(v)) }

func once(name string, v Constant) Mem {
	if _, there := constants[name]; !there {
		constants[name] = ConstData(name, v)
	}
	return constants[name]
}

// spread loads a constant into all lanes.
func spread(m Mem) VecVirtual {
	r := YMM()
	VBROADCASTSS(m, r)
	return r
}

// exponential holds what e^x needs beside x.
type exponential struct {
	low, high, log2e, ln2High, ln2Low, bias VecVirtual
	poly                                    []Mem
}

func newExponential() exponential {
	return exponential{
		low: spread(constant("low", -87.33654)), high: spread(constant("high", 88.02969)), log2e: spread(constant("log2e", 1.44269504)),
		ln2High: spread(constant("ln2high", 0.693359375)), ln2Low: spread(constant("ln2low", -2.12194440e-4)), bias: spread(bits("bias", 127)),
		poly: []Mem{constant("p0", 1.9875691500e-4), constant("p1", 1.3981999507e-3), constant("p2", 8.3334519073e-3), constant("p3", 4.1665795894e-2),
			constant("p4", 1.6666665459e-1), constant("p5", 5.0000001201e-1), constant("one", 1)},
	}
}

// of replaces x by e^x. Source: Cephes expf (Moshier).
func (e exponential) of(x VecVirtual) {
	n, r, sum, c := YMM(), YMM(), YMM(), YMM()
	VMAXPS(e.low, x, x)
	VMINPS(e.high, x, x)
	VMULPS(e.log2e, x, n)
	VROUNDPS(U8(8), n, n) // to the nearest
	VMOVUPS(x, r)
	VFNMADD231PS(e.ln2High, n, r)
	VFNMADD231PS(e.ln2Low, n, r)
	VBROADCASTSS(e.poly[0], sum)
	for _, p := range e.poly[1:6] {
		VBROADCASTSS(p, c)
		VFMADD213PS(c, r, sum)
	}
	VMULPS(r, r, c)
	VFMADD213PS(r, c, sum)
	VBROADCASTSS(e.poly[6], c)
	VADDPS(c, sum, sum)
	VCVTPS2DQ(n, n)
	VPADDD(e.bias, n, n)
	VPSLLD(U8(23), n, n)
	VMULPS(n, sum, x)
}

func exp() {
	TEXT("expAVX2", NOSPLIT, "func(x *float32, shift float32, registers int)")
	Doc("expAVX2 replaces each of 8·registers numbers by e^(x − shift); registers ≥ 1.")
	x, n := Load(Param("x"), GP64()), Load(Param("registers"), GP64())
	first := Load(Param("shift"), XMM()).(VecVirtual)
	shift := YMM()
	VBROADCASTSS(first, shift)
	e := newExponential()
	Label("exploop")
	v := YMM()
	VMOVUPS(Mem{Base: x}, v)
	VSUBPS(shift, v, v)
	e.of(v)
	VMOVUPS(v, Mem{Base: x})
	ADDQ(U8(32), x)
	DECQ(n)
	JNZ(LabelRef("exploop"))
	VZEROUPPER()
	RET()
}

// gelu: x·Φ(x). Source: erf by Abramowitz and Stegun 7.1.26, |error| ≤ 1.5e-7.
func gelu() {
	TEXT("geluAVX2", NOSPLIT, "func(x *float32, registers int)")
	Doc("geluAVX2 replaces each of 8·registers numbers by x·Φ(x); registers ≥ 1.")
	x, n := Load(Param("x"), GP64()), Load(Param("registers"), GP64())
	e := newExponential()
	Label("geluloop")
	v, z, t, sum, c := YMM(), YMM(), YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: x}, v)
	VBROADCASTSS(bits("absolute", 0x7fffffff), c)
	VANDPS(c, v, z)
	VBROADCASTSS(constant("half", float32(1/math.Sqrt2)), c)
	VMULPS(c, z, z) // |x|/√2
	VBROADCASTSS(constant("erf", 0.3275911), t)
	VBROADCASTSS(e.poly[6], c)
	VFMADD213PS(c, z, t)
	VDIVPS(t, c, t) // 1/(1 + p·z)
	VBROADCASTSS(constant("a5", 1.061405429), sum)
	for _, a := range []Mem{constant("a4", -1.453152027), constant("a3", 1.421413741), constant("a2", -0.284496736), constant("a1", 0.254829592)} {
		VBROADCASTSS(a, c)
		VFMADD213PS(c, t, sum)
	}
	VMULPS(t, sum, sum)
	VMULPS(z, z, z)
	VXORPS(t, t, t)
	VSUBPS(z, t, z)
	e.of(z)             // e^(−x²/2)
	VMULPS(z, sum, sum) // 1 − erf(|x|/√2)
	VBROADCASTSS(constant("point5", .5), c)
	VMULPS(c, sum, sum) // Φ(−|x|)
	// For x ≥ 0 it is x − x·Φ(−|x|), for x < 0 it is x·Φ(−|x|).
	VMULPS(v, sum, sum)
	VSUBPS(sum, v, t)
	VBLENDVPS(v, sum, t, v) // by the sign of x
	VMOVUPS(v, Mem{Base: x})
	ADDQ(U8(32), x)
	DECQ(n)
	JNZ(LabelRef("geluloop"))
	VZEROUPPER()
	RET()
}
