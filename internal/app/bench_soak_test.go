package app

import "testing"

func TestASoakIsFlatOnlyWhenNothingGrows(t *testing.T) {
	t.Parallel()
	minutes := func(memory, p99, files func(n float64) float64) (all []soakMinute) {
		for n := range 60 {
			x := float64(n)
			all = append(all, soakMinute{Minute: n + 1, P50MS: 1, P99MS: p99(x), ResidentMB: memory(x), Goroutines: 40, Files: files(x)})
		}
		return all
	}
	even := func(n float64) float64 { return 100 + float64(int(n)%3) }
	climbs := func(n float64) float64 { return 100 + n }
	stumbles := func(n float64) float64 {
		if n == 50 {
			return 4000
		}
		return even(n)
	}
	settles := func(n float64) float64 { return 100 + min(n, 10)*20 }
	crowds := func(n float64) float64 { return 40 + float64(int(n)*37%50)*n/30 } // ever more at a time, none stay
	leaks := func(n float64) float64 { return 40 + float64(int(n)*37%50) + n }
	for name, c := range map[string]struct {
		all  []soakMinute
		flat bool
	}{
		"even":                    {minutes(even, even, even), true},
		"caches fill at first":    {minutes(settles, even, even), true},
		"one minute was bad":      {minutes(even, stumbles, even), true},
		"memory climbs":           {minutes(climbs, even, even), false},
		"answers become slower":   {minutes(even, climbs, even), false},
		"files are not closed":    {minutes(even, even, climbs), false},
		"connections crowd":       {minutes(even, even, crowds), true},
		"some stay open":          {minutes(even, even, leaks), false},
		"one minute says nothing": {minutes(even, even, even)[:1], false},
	} {
		if f := soaked(c.all); f.Flat != c.flat {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
