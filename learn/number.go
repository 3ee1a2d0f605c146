package learn

import (
	"math"
	"strconv"
)

// Numbers reads labels that name numbers, such as ratings 1–5. Fault: NotNumbers,
// also where two labels name the same number.
func Numbers(labels []string) ([]float64, error) {
	out, seen := make([]float64, len(labels)), make(map[float64]bool, len(labels))
	for l, name := range labels {
		v, err := strconv.ParseFloat(name, 64)
		if err != nil || !(math.Abs(v) <= 1e9) || seen[v] {
			return nil, NotNumbers.With("label", name)
		}
		out[l], seen[v] = v, true
	}
	return out, nil
}
