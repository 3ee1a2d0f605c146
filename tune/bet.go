package tune

import "math"

// stakes are the shares of what may be staked at most that a bettor plays at once; with
// several, one need not know how much worse a challenger is.
var stakes = [...]float64{1, 1. / 2, 1. / 4, 1. / 8, 1. / 16}

// boldest is staked at most, so that no single group of rows ruins a bettor.
const boldest = .9

// against gives the logarithm of what a bettor against the challenger has made of 1.
// gains are, for each group of rows, how many more of them the challenger has right
// than the holder, in [−most, most]; most ≥ 1.
//
// If the challenger is as good or better in expectation, the money is an e-process:
// however often one looks, it reaches 1/α with a chance of at most α. The order of the
// groups does not change it.
//
// Cost:   O(groups).
// Source: Waudby-Smith, Ramdas 2023 (estimating means by betting, arXiv:2010.09686);
// Ville 1939. All stakes are played side by side instead of one that is learnt.
func against(gains []int, most int) float64 {
	if len(gains) == 0 {
		return 0
	}
	var money [len(stakes)]float64
	for j, stake := range stakes {
		money[j] = played(gains, stake*boldest/float64(most))
	}
	top := money[0]
	for _, m := range money[1:] {
		top = max(top, m)
	}
	var sum float64
	for _, m := range money {
		sum += math.Exp(m - top)
	}
	return top + math.Log(sum/float64(len(stakes)))
}

// played is Σ log(1 − stake·gain). Most groups differ by nothing, and of the others
// most by one row, so it counts before it takes logarithms; playedRef is the same sum
// told slowly.
func played(gains []int, stake float64) float64 {
	var up, down int
	var rest float64
	for _, g := range gains {
		switch g {
		case 0:
		case 1:
			up++
		case -1:
			down++
		default:
			rest += math.Log1p(-stake * float64(g))
		}
	}
	return rest + float64(up)*math.Log1p(-stake) + float64(down)*math.Log1p(stake)
}
