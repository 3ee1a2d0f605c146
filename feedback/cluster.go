package feedback

import (
	"slices"

	"zhuomo/text"
)

// Cluster is a group of open items that ask the same.
type Cluster struct {
	Text  string   `json:"text" table:"代表|for example"` // the member nearest to all others
	Turns []string `json:"turns"`                       // turn ids, nearest first
	Count int      `json:"count" table:"条数|count"`
	Risk  float64  `json:"risk" table:"风险|risk"` // of its members, summed
}

// alike is the Jaccard likeness of character bigrams from which two questions
// count as the same.
const alike = .45

// Group puts items that ask the same together: each item joins the first cluster
// whose leader it resembles (leader clustering, Hartigan 1975), leaders taken in
// the order of risk. It sets Count on every item.
//
// Order: same items in the same order, same clusters; the costliest cluster first.
// Cost:  O(items × clusters sharing a bigram).
func Group(items []Item) []Cluster {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case items[a].Risk > items[b].Risk:
			return -1
		case items[a].Risk < items[b].Risk:
			return 1
		}
		return 0
	})
	var groups [][]int
	keys := make([]string, len(items))
	byGram := map[string][]int{} // bigram → groups whose leader has it
	for _, i := range order {
		keys[i] = text.CompareKey(items[i].Text)
		at := -1
		for _, g := range candidates(byGram, keys[i]) {
			if text.Jaccard(keys[groups[g][0]], keys[i], 2) >= alike {
				at = g
				break
			}
		}
		if at < 0 {
			at = len(groups)
			groups = append(groups, nil)
			for _, gram := range bigrams(keys[i]) {
				byGram[gram] = append(byGram[gram], at)
			}
		}
		groups[at] = append(groups[at], i)
	}
	clusters := make([]Cluster, 0, len(groups))
	for _, members := range groups {
		c := Cluster{Text: items[members[0]].Text, Count: len(members)}
		for _, i := range members {
			items[i].Count = len(members)
			c.Turns = append(c.Turns, items[i].TurnID)
			c.Risk += items[i].Risk
		}
		clusters = append(clusters, c)
	}
	slices.SortStableFunc(clusters, func(a, b Cluster) int {
		switch {
		case a.Risk > b.Risk:
			return -1
		case a.Risk < b.Risk:
			return 1
		}
		return 0
	})
	return clusters
}

// candidates are the groups that share a bigram with key, in group order.
func candidates(byGram map[string][]int, key string) []int {
	var found []int
	for _, gram := range bigrams(key) {
		found = append(found, byGram[gram]...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// bigrams lists the distinct pairs of neighbouring characters; a single
// character stands for itself.
func bigrams(key string) []string {
	runes := []rune(key)
	if len(runes) == 1 {
		return []string{key}
	}
	var out []string
	for i := 1; i < len(runes); i++ {
		out = append(out, string(runes[i-1:i+1]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
