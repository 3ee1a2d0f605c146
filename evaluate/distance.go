package evaluate

import (
	"math"
	"slices"

	"zhuomo/learn"
)

// numbersOf are the numbers that the labels name, nil where they name none or are
// fewer than three, for which distance tells no more than exact.
func numbersOf(data learn.Data) []float64 {
	if data.Task != learn.Single || len(data.Labels) < 3 {
		return nil
	}
	numbers, err := learn.Numbers(data.Labels)
	if err != nil { // these labels have no order
		return nil
	}
	return numbers
}

// distance tells how far off the answers are: mae is the mean distance in units of
// the labels, kappa is 1 where all are right and 0 where they are as far off as chance
// with the same shares of labels. An answer that is none of the labels counts as the
// farthest from gold. Where gold and answers are all one label, kappa is 1.
//
// Source: Cohen 1968, weighted kappa with squared distances. The distance of chance is
// the sum of both variances and of the squared difference of the means.
func distance(rows []outcome, at []int, numbers []float64) (mae, kappa float64) {
	low, high := slices.Min(numbers), slices.Max(numbers)
	n := float64(len(at))
	var gold, said, squares, off float64
	for _, i := range at {
		g := numbers[rows[i].gold[0].label]
		s := low
		switch {
		case len(rows[i].said) > 0:
			s = numbers[rows[i].said[0].label]
		case high-g > g-low:
			s = high
		}
		mae += math.Abs(g - s)
		off += (g - s) * (g - s)
		g, s = g-low, s-low
		gold, said, squares = gold+g, said+s, squares+g*g+s*s
	}
	mae, off = mae/n, off/n
	chance := squares/n - 2*gold/n*said/n
	if chance < 1e-12*(high-low)*(high-low) {
		return mae, 1
	}
	return mae, 1 - off/chance
}
