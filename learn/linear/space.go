package linear

import (
	"math"
	"math/bits"

	"zhuomo/learn"
	"zhuomo/learn/kernel"
)

// space knows the features that were seen: a bitmap over all buckets, from
// which the number of a feature is the count of bits before its own. The
// number does not depend on the order of examples. The last feature may be the
// constant one (see bias).
type space struct {
	bitmap []uint64
	rank   []uint32  // features before each word of bitmap
	idf    []float32 // by feature
	unseen float32   // the idf of a bucket that was never seen
	bias   float32   // value of the constant feature, 0 = there is none
	shares [mostGroups]float32
	// words is what words weigh beside the characters where their share follows how much
	// of the text they are; 0 where it is fixed.
	words float64
	// dense is how many features after those are the numbers of an encoder's vector,
	// vector the length that it has beside the text's own 1.
	dense  int
	vector float32
}

// mostWeights bounds the weights of a fit, 2 GiB; the rehearsal on a part of the
// rows holds as much again.
const mostWeights = 1 << 29

// leastFor is in how many examples a bucket must be to become a feature: least,
// or more where the weights, lanes for each feature, would else be more than most.
// others are features that come from no bucket. Classes can hardly be told apart
// by fewer features than classes: no room for that is a fault. Fault: TooManyLabels.
func leastFor(df []uint32, least, classes, lanes, others, most int) (int, error) {
	const steps = 1 << 12
	var in [steps]int // how many buckets are in so many examples, the last: or in more
	total := 0
	for _, n := range df {
		if n > 0 && int(n) >= least {
			in[min(int(n), steps-1)]++
			total++
		}
	}
	room := most/lanes - others
	for ; total > room && least < steps-1; least++ {
		total -= in[least]
	}
	if room < classes || total > room {
		return 0, learn.TooManyLabels.With("labels", classes, "limit_mb", most>>18, "features", max(0, room))
	}
	return least, nil
}

// newSpace numbers the buckets that enough of rows examples have; see leastFor.
// Fault: TooManyLabels.
func newSpace(df []uint32, rows, classes int, s settings, dense int) (*space, error) {
	others := max(dense, 0)
	if s.bias > 0 {
		others++
	}
	least, err := leastFor(df, s.leastRows, classes, kernel.Pad(classes), others, mostWeights)
	if err != nil {
		return nil, err
	}
	sp := &space{
		bitmap: make([]uint64, (len(df)+63)/64), rank: make([]uint32, (len(df)+63)/64),
		unseen: weigh(rows, 0, s.idfPower), bias: s.bias, shares: s.shares(), words: s.wordsByPart(), dense: max(dense, 0), vector: s.vectorShare,
	}
	byCount := make([]float32, 0, 1024)
	for n := range cap(byCount) {
		byCount = append(byCount, weigh(rows, n, s.idfPower))
	}
	for b, n := range df {
		if b%64 == 0 {
			sp.rank[b/64] = uint32(len(sp.idf))
		}
		if n < uint32(least) || n == 0 {
			continue
		}
		sp.bitmap[b/64] |= 1 << (b % 64)
		if int(n) < len(byCount) {
			sp.idf = append(sp.idf, byCount[n])
		} else {
			sp.idf = append(sp.idf, weigh(rows, int(n), s.idfPower))
		}
	}
	return sp, nil
}

// weigh is the weight of a bucket that n of rows examples have.
func weigh(rows, n int, power float64) float32 {
	return float32(math.Pow(math.Log(float64(1+rows)/float64(1+n))+1, power))
}

// features counts the features, the constant one included.
func (s *space) features() int {
	return s.firstDense() + s.dense
}

// firstDense is the feature of a vector's first number.
func (s *space) firstDense() int {
	if s.bias > 0 {
		return len(s.idf) + 1
	}
	return len(s.idf)
}

// find gives the feature of a bucket.
func (s *space) find(b uint32) (uint32, bool) {
	word, bit := s.bitmap[b/64], b%64
	if word>>bit&1 == 0 {
		return 0, false
	}
	return s.rank[b/64] + uint32(bits.OnesCount64(word&(1<<bit-1))), true
}

// often[n] is what n occurrences count against one.
var often = func() (table [256]float32) {
	for n := 1; n < len(table); n++ {
		table[n] = float32(1 + math.Log(float64(n)))
	}
	return
}()

// encode appends the features of g and their values. Each group of n-grams has
// length shares[group]; the text's own groups share length 1 among those that
// are not empty. Unknown buckets have no feature but keep their part of the
// length, so that foreign words make every score smaller. known, if not nil,
// says which buckets count as seen. familiar is the share of the text's own
// squared length that is in features, 0–1.
func (s *space) encode(g *grams, groups int, known func(bucket uint32) bool, idx []uint32, val []float32) (_ []uint32, _ []float32, familiar float32) {
	shares := s.shares
	if g.ends[groupWords] == g.ends[groupChars] { // no words: the characters have it all
		shares[groupChars] = 1
	} else if s.words > 0 {
		shares[groupChars], shares[groupWords] = halves(s.words * math.Sqrt(float64(g.latin)))
	}
	from := int32(0)
	for group := range groups {
		var sum float32
		begin := len(val)
		for j := from; j < g.ends[group]; j++ {
			b := g.bucket[j]
			weight := often[min(g.count[j], 255)]
			f, ok := s.find(b)
			if !ok || known != nil && !known(b) {
				weight = float32(weight * s.unseen)
				sum += float32(weight * weight)
				continue
			}
			weight = float32(weight * s.idf[f])
			sum += float32(weight * weight)
			idx, val = append(idx, f), append(val, weight)
		}
		from = g.ends[group]
		if sum > 0 {
			scale := shares[group] / float32(math.Sqrt(float64(sum)))
			for j := begin; j < len(val); j++ {
				val[j] *= scale
				if group < groupHistory {
					familiar += float32(val[j] * val[j])
				}
			}
		}
	}
	if s.bias > 0 {
		idx, val = append(idx, uint32(len(s.idf))), append(val, s.bias)
	}
	if len(g.vector) == s.dense {
		first := uint32(s.firstDense())
		for j, v := range g.vector {
			idx, val = append(idx, first+uint32(j)), append(val, float32(s.vector*v))
		}
	}
	return idx, val, familiar
}
