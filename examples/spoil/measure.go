package spoil

import (
	"slices"

	"zhuomo/dataset"
)

// Cleaned is a row after cleaning, by its source.
type Cleaned struct {
	Source dataset.Source
	Text   string
}

// Score says how well the dirt was cleaned.
//
// An action is a raw record that was changed or set aside; it is right when its
// result is what the truth says. Recall is the share of planted records that came
// out right, precision the share of right actions among all actions.
type Score struct {
	RowsRaw      int                `json:"rows_raw"`
	RowsClean    int                `json:"rows_clean"`
	RowsSetAside int                `json:"rows_set_aside"`
	Planted      int                `json:"planted"`
	Actions      int                `json:"actions"`
	Recall       float64            `json:"cleaning_recall"`
	Precision    float64            `json:"cleaning_precision"`
	ByKind       map[string]float64 `json:"cleaning_by_kind"` // recall of the records with that kind
	CountByKind  map[string]int     `json:"count_by_kind"`
	// Misses are the records that did not come out right, in the order of the
	// files, for people to look at.
	Misses []Miss `json:"misses,omitempty"`
	// Strange counts rows whose source the truth does not know.
	Strange int `json:"strange,omitempty"`
}

// Miss is one record that did not come out right.
type Miss struct {
	Record Record   `json:"record"`
	Got    []string `json:"got,omitempty"` // none: it was set aside
	Why    string   `json:"why"`
}

// What happened to a record.
type outcome struct {
	texts []string
	aside bool
}

// Measure compares rows after cleaning, and the sources of rows set aside, with
// the truth. Texts are compared in one normal form of scripts only.
func Measure(t Truth, rows []Cleaned, aside []dataset.Source) Score {
	score := Score{RowsRaw: len(t.Records), RowsClean: len(rows), RowsSetAside: len(aside), ByKind: map[string]float64{}, CountByKind: map[string]int{}}
	at := t.places()
	outcomes := make([]outcome, len(t.Records))
	for _, row := range rows {
		if i, ok := at[placeOf(row.Source)]; ok {
			outcomes[i].texts = append(outcomes[i].texts, row.Text)
		} else {
			score.Strange++
		}
	}
	for _, source := range aside {
		if i, ok := at[placeOf(source)]; ok {
			outcomes[i].aside = true
		} else {
			score.Strange++
		}
	}
	survivors := map[int]int{}
	for i, r := range t.Records {
		if r.Group > 0 && len(outcomes[i].texts) > 0 {
			survivors[r.Group]++
		}
	}
	rightActions, rightPlanted, rightKind := 0, 0, map[string]int{}
	for i, r := range t.Records {
		why := judge(r, outcomes[i], survivors)
		acted := outcomes[i].aside || len(outcomes[i].texts) != 1 || outcomes[i].texts[0] != r.Raw
		if acted {
			score.Actions++
			if why == "" {
				rightActions++
			}
		}
		if len(r.Kinds) > 0 {
			score.Planted++
			if why == "" {
				rightPlanted++
			}
		}
		for _, kind := range r.Kinds {
			score.CountByKind[kind]++
			if why == "" {
				rightKind[kind]++
			}
		}
		if why != "" {
			score.Misses = append(score.Misses, Miss{r, outcomes[i].texts, why})
		}
	}
	score.Recall, score.Precision = share(rightPlanted, score.Planted), share(rightActions, score.Actions)
	for kind, n := range score.CountByKind {
		score.ByKind[kind] = share(rightKind[kind], n)
	}
	return score
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// judge tells why a record did not come out right, or "".
func judge(r Record, got outcome, survivors map[int]int) string {
	switch {
	case got.aside && len(got.texts) > 0:
		return "both kept and set aside"
	case !got.aside && len(got.texts) == 0:
		return "lost"
	case len(got.texts) > 1:
		return "split"
	case len(r.Want) == 0 && !got.aside:
		return "should be set aside"
	case len(r.Want) == 0:
		return ""
	case got.aside && r.Loose:
		return ""
	case got.aside && r.Group == 0:
		return "should stay"
	case r.Group > 0 && survivors[r.Group] == 0:
		return "no twin is left"
	case r.Group > 0 && survivors[r.Group] > 1 && (got.aside || r.planted(TwinTurn, NearTurn, TwinSession, NearSession)):
		return "its twin stayed too"
	case got.aside:
		return ""
	case !slices.ContainsFunc(r.Want, func(want string) bool { return oneScript(want) == oneScript(got.texts[0]) }):
		return "wrong text"
	}
	return ""
}

func (r Record) planted(kinds ...string) bool {
	return slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(r.Kinds, k) })
}
