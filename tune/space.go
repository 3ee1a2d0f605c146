package tune

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zhuomo/internal/spec"
)

// Space is what a search may change: some parameters of a Spec, each within a
// range. All others keep the values they are fixed at.
type Space struct {
	Of    spec.Spec
	Dials []spec.Param // Min, Max and Choices narrowed to the search
	Fixed spec.Values  // every parameter of Of, the dials at their defaults
	// Begin are the settings that the first trials try, by number, where the sampler is Warm.
	Begin []spec.Values
}

// Range narrows one dial.
type Range struct {
	Min     *float64 `json:"min,omitempty" doc:"最小值，不填则按参数的范围|smallest, the parameter's own when absent"`
	Max     *float64 `json:"max,omitempty" doc:"最大值，不填则按参数的范围|largest, the parameter's own when absent"`
	Choices []string `json:"choices,omitempty" doc:"可选的值|values to choose from"`
}

// NewSpace makes the space of the named dials; none named means those that the
// Spec declares worth tuning. fixed sets parameters that are not searched,
// ranges narrows dials. Faults: those of Spec.Fill, NoDial, BadRange.
func NewSpace(of spec.Spec, dials []string, fixed map[string]any, ranges map[string]Range) (Space, error) {
	filled, err := of.Fill(fixed)
	if err != nil {
		return Space{}, err
	}
	s := Space{Of: of, Fixed: filled}
	for _, p := range of.Params {
		_, set := fixed[p.Name]
		_, ranged := ranges[p.Name]
		wanted := slices.Contains(dials, p.Name) || len(dials) == 0 && (p.Tune || ranged) && !set
		if !wanted {
			continue
		}
		if p.Kind == spec.String || p.Kind == spec.Strings {
			return Space{}, NoDial.With("param", p.Name, "known", names(of)).At(p.Name)
		}
		if p, err = narrow(p, ranges[p.Name]); err != nil {
			return Space{}, err
		}
		s.Dials = append(s.Dials, p)
	}
	for _, name := range slices.Concat(dials, slices.Sorted(maps.Keys(ranges))) {
		if !slices.ContainsFunc(s.Dials, func(p spec.Param) bool { return p.Name == name }) {
			return Space{}, NoDial.With("param", name, "known", names(of)).At(name)
		}
	}
	if len(s.Dials) == 0 {
		return Space{}, NoDial.With("param", "-", "known", names(of))
	}
	return s, nil
}

func narrow(p spec.Param, r Range) (spec.Param, error) {
	bad := func() error {
		return BadRange.With("param", p.Name, "range", p.Range()).At(p.Name)
	}
	low, high := p.Min, p.Max
	if r.Min != nil {
		low = *r.Min
	}
	if r.Max != nil {
		high = *r.Max
	}
	switch p.Kind {
	case spec.Int:
		low, high = math.Ceil(low), math.Floor(high)
		fallthrough
	case spec.Float:
		if !(low >= p.Min && high <= p.Max && low <= high) || len(r.Choices) > 0 {
			return p, bad()
		}
		p.Min, p.Max = low, high
		p.Log = p.Log && low > 0
	default:
		if r.Min != nil || r.Max != nil || slices.ContainsFunc(r.Choices, func(c string) bool { return !slices.Contains(p.Choices, c) }) {
			return p, bad()
		}
		if len(r.Choices) > 0 {
			p.Choices = r.Choices
		}
	}
	return p, nil
}

// At gives the values at a point of the unit cube, one coordinate a dial, each
// in [0,1]: numbers by their scale, the others by equal shares.
func (s Space) At(point []float64) spec.Values {
	values := make(spec.Values, len(s.Fixed))
	for name, v := range s.Fixed {
		values[name] = v
	}
	for i, p := range s.Dials {
		values[p.Name] = place(p, point[i])
	}
	return values
}

func place(p spec.Param, u float64) any {
	u = min(max(u, 0), 1)
	switch p.Kind {
	case spec.Int:
		// Every whole number has an equal share of the scale, the ends too.
		low, high := p.Min-0.5, p.Max+0.5
		if p.Log && p.Min > 0 {
			return int(min(max(math.Round(math.Exp(math.Log(max(low, 0.5))+u*(math.Log(high)-math.Log(max(low, 0.5))))), p.Min), p.Max))
		}
		return int(min(max(math.Round(low+u*(high-low)), p.Min), p.Max))
	case spec.Float:
		if p.Log && p.Min > 0 {
			return min(max(math.Exp(math.Log(p.Min)+u*(math.Log(p.Max)-math.Log(p.Min))), p.Min), p.Max)
		}
		return p.Min + u*(p.Max-p.Min)
	case spec.Bool:
		return u >= 0.5
	}
	return p.Choices[min(int(u*float64(len(p.Choices))), len(p.Choices)-1)]
}

// Point is the inverse of At: the middle of what At turns into these values.
func (s Space) Point(values spec.Values) []float64 {
	point := make([]float64, len(s.Dials))
	for i, p := range s.Dials {
		point[i] = placeOf(p, values[p.Name])
	}
	return point
}

// Snap moves a point to where Point would put the values that it stands for.
func (s Space) Snap(point []float64) {
	for i, p := range s.Dials {
		if Levels(p) > 0 {
			point[i] = placeOf(p, place(p, point[i]))
		}
	}
}

func placeOf(p spec.Param, value any) float64 {
	low, high := p.Min, p.Max
	var x float64
	switch v := value.(type) {
	case bool:
		if v {
			return 0.75
		}
		return 0.25
	case string:
		return (float64(slices.Index(p.Choices, v)) + 0.5) / float64(len(p.Choices))
	case int:
		x, low, high = float64(v), low-0.5, high+0.5
		if p.Log && p.Min > 0 {
			low = max(low, 0.5)
		}
	case float64:
		x = v
	}
	if p.Log && p.Min > 0 {
		x, low, high = math.Log(x), math.Log(low), math.Log(high)
	}
	if high == low {
		return 0.5
	}
	return min(max((x-low)/(high-low), 0), 1)
}

// Levels is how many values a dial has: 0 when there is no end to them.
func Levels(p spec.Param) int {
	switch p.Kind {
	case spec.Int:
		return int(p.Max-p.Min) + 1
	case spec.Float:
		if p.Min == p.Max {
			return 1
		}
		return 0
	case spec.Bool:
		return 2
	}
	return len(p.Choices)
}

// Size is how many different settings there are: 0 when there is no end to them, or
// more than a study may try.
func (s Space) Size() int {
	size := 1
	for _, p := range s.Dials {
		if size *= Levels(p); size == 0 || size > mostTrials {
			return 0
		}
	}
	return size
}

// Key is the same for the same values of the dials.
func (s Space) Key(v spec.Values) string {
	var b strings.Builder
	for _, p := range s.Dials {
		fmt.Fprint(&b, v[p.Name], "\x00")
	}
	return b.String()
}

func names(s spec.Spec) string {
	var list []string
	for _, p := range s.Params {
		if p.Kind != spec.String && p.Kind != spec.Strings {
			list = append(list, p.Name)
		}
	}
	return strings.Join(list, ", ")
}
