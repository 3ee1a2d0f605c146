package label

import "math"

// Share is a count out of another with the 95 % interval of Wilson (1927).
// Defined is false when nothing was counted.
type Share struct {
	Count   int     `json:"count"`
	Of      int     `json:"of"`
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Defined bool    `json:"defined"`
}

// shareOf is count out of n.
func shareOf(count, n int) Share {
	s := Share{Count: count, Of: n, High: 1}
	if n == 0 {
		return s
	}
	const z = 1.959963984540054 // the 97.5 % point of the normal distribution
	p, m := float64(count)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	s.Value, s.Low, s.High, s.Defined = p, max(0, middle-half), min(1, middle+half), true
	return s
}
