package linear

import (
	"cmp"
	"slices"

	"zhuomo/learn"
)

// rising lists labels by the numbers that they name; nil where their order does not
// matter. Fault: NotNumbers.
func (s settings) rising(task learn.Task, labels []string) ([]int, error) {
	if task != learn.Single || !s.ordered {
		return nil, nil
	}
	numbers, err := learn.Numbers(labels)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(labels))
	for l := range order {
		order[l] = l
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(numbers[a], numbers[b]) })
	return order, nil
}

// middle is the first of the labels, as they rise, up to which half of the probability
// lies: the answer from which the right one is least far off, if p is true.
func middle(rising []int, p []float64) int {
	var sum float64
	for _, l := range rising {
		sum += p[l]
		if sum >= 0.5 {
			return l
		}
	}
	return rising[len(rising)-1] // rounding kept the sum below one half
}
