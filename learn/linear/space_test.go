package linear

import (
	"errors"
	"fmt"
	"testing"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

func TestRareBucketsGiveWayWhereMemoryEnds(t *testing.T) {
	t.Parallel()
	// 100 buckets are in one example, 50 in two, 25 in ten, the others in none.
	df := make([]uint32, 1000)
	for i := range 175 {
		switch {
		case i < 100:
			df[5*i] = 1
		case i < 150:
			df[5*i] = 2
		default:
			df[5*i] = 10
		}
	}
	for name, c := range map[string]struct{ least, classes, lanes, others, most, want int }{
		"all have room":                  {1, 3, 8, 1, 8 * 176, 1},
		"no bucket is left out for none": {0, 3, 8, 0, 8 * 175, 0},
		"one too many":                   {1, 3, 8, 1, 8 * 175, 2},
		"two too many":                   {1, 3, 8, 1, 8 * 75, 3},
		"the asked for stays":            {3, 3, 8, 0, 1 << 20, 3},
		"fewer features than classes":    {1, 30, 32, 0, 32 * 29, -1},
	} {
		got, err := leastFor(df, c.least, c.classes, c.lanes, c.others, c.most)
		if c.want < 0 {
			if !errors.Is(err, learn.TooManyLabels) {
				t.Errorf("%s: %d, %v", name, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %d, %v, not %d", name, got, err, c.want)
		}
	}
}

// TestAHundredThousandLabelsAreRefused: no weights could be held for them.
func TestAHundredThousandLabelsAreRefused(t *testing.T) {
	t.Parallel()
	data := learn.Data{Task: learn.Single}
	for n := range 100_000 {
		data.Labels = append(data.Labels, fmt.Sprint("c", n))
		data.Examples = append(data.Examples, learn.Example{Text: fmt.Sprintf("第%d个问题", n), Labels: []int{n}})
	}
	values, err := New().Spec().Fill(spec.Values{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New().Fit(t.Context(), data, values, learn.Options{Seed: 1}); !errors.Is(err, learn.TooManyLabels) {
		t.Errorf("%v", err)
	}
}
