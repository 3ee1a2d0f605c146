package tune_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"zhuomo/internal/spec"
	"zhuomo/tune"
)

// kernelTable is an exhaustive table of a GPU kernel's settings: the places of their
// values, and minus the logarithm of the time that each takes.
func kernelTable(t *testing.T, card string) (dials []spec.Param, rows []map[string]int, scores []float64) {
	t.Helper()
	root := os.Getenv("ZHUOMO_SETS")
	f, err := os.Open(filepath.Join(root, "hpo-kernel-tuning", "convolution_"+card+"_T4.json.gz"))
	if root == "" || err != nil {
		t.Skip("needs the set hpo-kernel-tuning: set ZHUOMO_SETS")
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Results []struct {
			Configuration map[string]int
			Invalidity    string
			Times         struct{ Runtimes []any }
		}
	}
	if err := json.NewDecoder(unzipped).Decode(&table); err != nil {
		t.Fatal(err)
	}
	levels := map[string][]int{}
	for _, r := range table.Results {
		for name, v := range r.Configuration {
			if !slices.Contains(levels[name], v) {
				levels[name] = append(levels[name], v)
			}
		}
	}
	for name, l := range levels {
		if slices.Sort(l); len(l) > 1 {
			dials = append(dials, spec.Param{Name: name, Kind: spec.Int, Max: float64(len(l) - 1)})
		}
	}
	slices.SortFunc(dials, func(a, b spec.Param) int { return len(a.Name) - len(b.Name) + 100*(int(a.Name[0])-int(b.Name[0])) })
	for _, r := range table.Results {
		var sum float64
		good := r.Invalidity == "correct" && len(r.Times.Runtimes) > 0
		for _, x := range r.Times.Runtimes {
			took, ok := x.(float64)
			good = good && ok && took > 0
			sum += took
		}
		if !good {
			continue
		}
		row := map[string]int{}
		for _, d := range dials {
			row[d.Name] = slices.Index(levels[d.Name], r.Configuration[d.Name])
		}
		rows, scores = append(rows, row), append(scores, -math.Log(sum/float64(len(r.Times.Runtimes))))
	}
	return dials, rows, scores
}

// jointShares is the truth: of all rows, the variance of each dial's part in the least
// squares fit of one step a value, all dials together. The table has gaps (padding is
// only there with shared memory), so a dial alone would get what its company does.
func jointShares(dials []spec.Param, rows []map[string]int, scores []float64) []float64 {
	var owner, level []int
	for d, dial := range dials {
		for v := 1; v <= int(dial.Max); v++ {
			owner, level = append(owner, d), append(level, v)
		}
	}
	x := mat.NewDense(len(rows), len(owner)+1, nil)
	for i, r := range rows {
		x.Set(i, len(owner), 1)
		for c := range owner {
			if r[dials[owner[c]].Name] == level[c] {
				x.Set(i, c, 1)
			}
		}
	}
	var w mat.VecDense
	if err := w.SolveVec(x, mat.NewVecDense(len(scores), scores)); err != nil {
		panic(err)
	}
	out := make([]float64, len(dials))
	for d := range dials {
		part := make([]float64, len(rows))
		for i := range rows {
			for c := range owner {
				if owner[c] == d {
					part[i] += x.At(i, c) * w.AtVec(c)
				}
			}
		}
		out[d] = stat.Variance(part, nil) / stat.Variance(scores, nil)
	}
	return out
}

func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if x[a] < x[b] {
			return -1
		} else if x[a] > x[b] {
			return 1
		}
		return 0
	})
	out := make([]float64, len(x))
	for rank, i := range order {
		out[i] = float64(rank)
	}
	return out
}

// Spearman's rank correlation of the importance by a hundred random trials with that by
// the whole table; forty draws. The bar is .8.
func TestImportanceAgreesWithExhaustiveTables(t *testing.T) {
	for _, card := range []string{"A100", "A4000"} {
		t.Run(card, func(t *testing.T) {
			dials, rows, scores := kernelTable(t, card)
			truth := jointShares(dials, rows, scores)
			for _, n := range []int{50, 100, 200} {
				var sum float64
				covered, all := 0, 0
				for seed := range uint64(40) {
					rng := rand.New(rand.NewPCG(seed, 5))
					var trials []tune.Trial
					for k, at := range rng.Perm(len(rows))[:n] {
						v := spec.Values{}
						for name, x := range rows[at] {
							v[name] = x
						}
						trials = append(trials, tune.Trial{Number: k, State: tune.Done, Values: v, Score: scores[at]})
					}
					shares := make([]float64, len(dials))
					for _, i := range tune.Importances(dials, trials) {
						d := slices.IndexFunc(dials, func(p spec.Param) bool { return p.Name == i.Param })
						shares[d] = i.Share
						if all++; truth[d] >= i.Low && truth[d] <= i.High {
							covered++
						}
					}
					sum += stat.Correlation(ranks(truth), ranks(shares), nil)
				}
				t.Logf("%d trials: rank agreement %.3f, %s of the truth within the intervals", n, sum/40, fmt.Sprintf("%.2f", float64(covered)/float64(all)))
				if n >= 100 && sum/40 < .8 {
					t.Errorf("%d trials agree by %.3f", n, sum/40)
				}
			}
		})
	}
}
