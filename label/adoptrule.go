package label

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"zhuomo/text"
)

// AdoptValue is a value in a column of labels, and what it is taken for.
type AdoptValue struct {
	Value    string `json:"value" table:"值|value"`
	RowCount int    `json:"row_count" table:"行|rows"`            // rows that hold it
	Label    string `json:"label,omitempty" table:"标签|label"`    // that it is taken for; absent: it is left out
	Known    bool   `json:"known"`                               // it is the id or a name of a label of the guideline
	New      bool   `json:"new" table:"新增|new"`                  // the guideline gets this label
	Suggest  string `json:"suggest,omitempty" table:"也许是|maybe"` // label that reads like it
}

// AdoptChoice is what a person decides on a value.
type AdoptChoice struct {
	Value string `json:"value" doc:"列里的值|value in the column"`
	Label string `json:"label,omitempty" doc:"算作哪个标签（编号或名称）；空为不采用|label it is taken for (id or name); empty leaves it out"`
	New   bool   `json:"new,omitempty" doc:"作为新标签加进规范|make it a new label of the guideline"`
}

// What becomes of values that are no labels and on which nobody decided.
const (
	leaveUnknown   = "leave"
	suggestUnknown = "suggested" // taken for the label that reads like them
	newUnknown     = "new"       // new labels of the guideline
)

const (
	wholeCell       = "none" // separator that says: a cell is one label
	maxAdoptValues  = 500    // values that are no labels of the guideline
	fewValues       = 20     // so few may all be different
	suggestFloor    = .6     // likeness from which a label is suggested
	soundFloor      = .99    // likeness of the sound from which it is: typed by pinyin, chosen wrong
	rareAgainst     = 10     // a value so many times rarer than one that reads like it may be its misspelling
	separatorAgrees = .8     // share of the cells with a separator whose parts are all labels
)

// valueKey folds a value for comparison; marks alone stay as they are.
func valueKey(value string) string { return cmp.Or(text.CompareKey(value), strings.TrimSpace(value)) }

// namesOf gives the label of each id and name, folded; an id is stronger than a
// name, and what stands earlier than what comes later.
func namesOf(g Guideline) map[string]string {
	names := map[string]string{}
	add := func(name, id string) {
		if key := valueKey(name); key != "" && names[key] == "" {
			names[key] = id
		}
	}
	for _, l := range g.Labels {
		add(l.ID, l.ID)
	}
	for _, l := range g.Labels {
		add(l.ZH, l.ID)
		add(l.EN, l.ID)
	}
	return names
}

// reading is how a column is read: each cell as a set of labels.
type reading struct {
	guideline Guideline // with the labels that it gets
	added     []Label
	separator string // "" where a cell is one label
	values    []AdoptValue
	cells     map[string][]string // labels of each cell that is taken over
	clash     map[string]error    // why the labels of a cell cannot stand together
}

// readColumn decides what each cell of a column means. cells are its distinct
// values with their rows, trimmed, without the empty one; g is the guideline so
// far, without labels where there is none.
// Faults: NotLabels, TooManyValues, NoValue, UnknownLabel, BadOrder.
func readColumn(column string, cells map[string]int, g Guideline, o AdoptOrder) (reading, error) {
	first := len(g.Labels) == 0
	r := reading{guideline: g, cells: map[string][]string{}, clash: map[string]error{}}
	names := namesOf(g)
	switch {
	case o.Separator == wholeCell || !first && !g.Multi:
	case o.Separator != "":
		r.separator = o.Separator
	default:
		r.separator = guessSeparator(cells, names)
	}
	parts := func(cell string) []string {
		if _, whole := names[valueKey(cell)]; whole || r.separator == "" {
			return []string{cell}
		}
		return splitCell(cell, r.separator)
	}
	r.values = valuesOf(cells, parts)
	if first {
		name := cmp.Or(strings.TrimSpace(o.GuidelineName), column)
		multi := slices.ContainsFunc(keysOf(cells), func(c string) bool { return len(parts(c)) > 1 })
		r.guideline = Guideline{Name: name, Task: classify, Multi: multi}
	}
	if err := r.decide(column, names, first, o); err != nil {
		return r, err
	}
	labels := map[string]string{} // by the key of the value
	for _, v := range r.values {
		labels[valueKey(v.Value)] = v.Label
	}
	for cell := range cells {
		var is []string
		for _, part := range parts(cell) {
			is = append(is, labels[valueKey(part)])
		}
		if len(is) == 0 || slices.Contains(is, "") {
			continue
		}
		if err := r.guideline.Allows(is); err != nil {
			r.clash[cell] = err
			continue
		}
		r.cells[cell] = distinct(is)
	}
	return r, nil
}

// decide says what each value is taken for, and gives the guideline its new
// labels.
func (r *reading) decide(column string, names map[string]string, first bool, o AdoptOrder) error {
	chosen := map[string]AdoptChoice{}
	for _, c := range o.Choices {
		chosen[valueKey(c.Value)] = c
	}
	unknown, rows := 0, 0
	for i := range r.values {
		v := &r.values[i]
		key := valueKey(v.Value)
		if v.Label, v.Known = names[key]; !v.Known {
			if _, decided := chosen[key]; !decided {
				unknown++
				rows += v.RowCount
			}
		}
	}
	switch {
	case unknown > fewValues && 5*unknown > 4*rows:
		return NotLabels.With("column", column, "values", unknown, "rows", rows).At("label_column")
	case unknown > maxAdoptValues:
		return TooManyValues.With("column", column, "values", unknown, "limit", maxAdoptValues).At("label_column")
	}
	known := keysOf(names)
	var made []*AdoptValue
	add := func(v *AdoptValue) {
		v.New = true
		v.Label = freeID(v.Value, func(id string) bool { _, taken := r.guideline.Label(id); return taken })
		l := Label{ID: v.Label}
		if strings.IndexFunc(v.Value, text.IsHanzi) >= 0 {
			l.ZH = v.Value
		} else {
			l.EN = v.Value
		}
		r.guideline.Labels = append(slices.Clip(r.guideline.Labels), l)
		r.added = append(r.added, l)
		made = append(made, v)
	}
	for i := range r.values { // the most frequent first: what is rare may be a misspelling of it
		v := &r.values[i]
		c, decided := chosen[valueKey(v.Value)]
		switch {
		case decided && c.New && !v.Known:
			add(v)
		case decided || v.Known:
		default:
			v.Suggest = nearest(*v, known, names, made)
			switch {
			case o.Unknown == newUnknown, v.Suggest == "" && first && o.Unknown != leaveUnknown:
				add(v)
			case o.Unknown == suggestUnknown:
				v.Label = v.Suggest
			}
		}
	}
	if len(r.guideline.Labels) > maxLabels {
		return LabelCount.With("count", len(r.guideline.Labels), "want", fmt.Sprintf("1–%d", maxLabels)).At("label_column")
	}
	now := namesOf(r.guideline)
	for i := range r.values {
		v := &r.values[i]
		key := valueKey(v.Value)
		c, decided := chosen[key]
		delete(chosen, key)
		if !decided || c.New {
			continue
		}
		v.Label, v.Known = "", false
		if c.Label == "" {
			continue
		}
		if v.Label = now[valueKey(c.Label)]; v.Label == "" {
			return UnknownLabel.With("label", c.Label).At("choices")
		}
	}
	for _, c := range o.Choices {
		if _, left := chosen[valueKey(c.Value)]; left {
			return NoValue.With("column", column, "value", c.Value).At("choices")
		}
	}
	return nil
}

// valuesOf counts the rows of each value, the most frequent first; values that
// read the same are one, written as most rows write it.
func valuesOf(cells map[string]int, parts func(string) []string) []AdoptValue {
	at := map[string]int{}
	spelt := map[string]int{} // rows of the spelling that stands for a value
	var values []AdoptValue
	all := keysOf(cells)
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(cells[b], cells[a]), cmp.Compare(a, b)) })
	for _, cell := range all {
		seen := map[string]bool{}
		for _, part := range parts(cell) {
			key := valueKey(part)
			if seen[key] {
				continue
			}
			seen[key] = true
			i, ok := at[key]
			if !ok {
				i = len(values)
				at[key] = i
				values = append(values, AdoptValue{Value: part})
			}
			values[i].RowCount += cells[cell]
			if cells[cell] > spelt[key] {
				values[i].Value, spelt[key] = part, cells[cell]
			}
		}
	}
	slices.SortStableFunc(values, func(a, b AdoptValue) int { return cmp.Compare(b.RowCount, a.RowCount) })
	return values
}

// nearest is the label that reads or sounds like a value, "" when none does. A
// label that is made of a value counts only where that is far more frequent.
func nearest(v AdoptValue, known []string, names map[string]string, made []*AdoptValue) string {
	best, label := 0., ""
	consider := func(name, id string) {
		if l := alikeness(valueKey(v.Value), name); l > best || l == best && id < label {
			best, label = l, id
		}
	}
	for _, name := range known {
		consider(name, names[name])
	}
	for _, m := range made {
		if v.RowCount*rareAgainst <= m.RowCount || v.RowCount == 1 && m.RowCount >= 4 {
			consider(valueKey(m.Value), m.Label)
		}
	}
	if best == 0 {
		return ""
	}
	return label
}

// alikeness is how much two folded values read alike, or sound alike; 0 below
// the floors.
func alikeness(a, b string) float64 {
	likeness := text.Likeness(a, b, suggestFloor)
	if sounds := text.Likeness(sound(a), sound(b), soundFloor); sounds > 0 && len([]rune(a)) > 1 {
		return max(likeness, sounds)
	}
	return likeness
}

// sound spells a value by the usual readings of its characters.
func sound(value string) string {
	var b strings.Builder
	for _, r := range value {
		if readings := text.PlainReadings(r); len(readings) > 0 {
			b.WriteString(readings[0])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// separators are what is guessed, with the marks that count as each.
var separators = []struct{ is, marks string }{{";", ";；"}, {"|", "|｜"}, {"、", "、"}, {",", ",，"}, {"/", "/／"}, {"\n", "\n\r"}}

// splitCell parts a cell at a separator; a mark counts in both widths.
func splitCell(cell, separator string) []string {
	marks := separator
	for _, s := range separators {
		if s.is == separator {
			marks = s.marks
		}
	}
	var raw []string
	if len([]rune(separator)) == 1 {
		raw = strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(marks, r) })
	} else {
		raw = strings.Split(cell, separator)
	}
	var parts []string
	for _, p := range raw {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return parts
}

// guessSeparator finds the mark that parts cells into labels, or into what
// stands alone in other cells; "" when no mark does.
func guessSeparator(cells map[string]int, names map[string]string) string {
	alone := map[string]bool{}
	for cell := range cells {
		alone[valueKey(cell)] = true
	}
	best, most := "", 0
	for _, s := range separators {
		with, good := 0, 0
		for cell := range cells {
			parts := splitCell(cell, s.is)
			if len(parts) < 2 {
				continue
			}
			with++
			if !slices.ContainsFunc(parts, func(p string) bool { return names[valueKey(p)] == "" && !alone[valueKey(p)] }) {
				good++
			}
		}
		if good > most && float64(good) >= separatorAgrees*float64(with) {
			best, most = s.is, good
		}
	}
	return best
}

// freeID makes the id of a label of its name: what an id may not hold becomes _.
func freeID(name string, taken func(string) bool) string {
	id := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("_.:/-", r) {
			return r
		}
		return '_'
	}, strings.TrimSpace(name))
	id = strings.TrimRight(strings.TrimLeft(id, "_.:/-"), "_")
	if runes := []rune(id); len(runes) > maxLabelRunes-10 {
		id = string(runes[:maxLabelRunes-10])
	}
	id = cmp.Or(id, "label")
	free := id
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s_%d", id, n)
	}
	return free
}

func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
