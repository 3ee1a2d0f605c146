package track

import "zhuomo/text"

var personal = text.NewPersonal(nil, nil)

// hide replaces personal data by one dot a character and tells how many finds
// there were.
func hide(s *string) (finds int) {
	spans := personal.Scan(*s)
	if len(spans) == 0 {
		return 0
	}
	runes := []rune(*s)
	for _, span := range spans {
		for i := span.Start; i < span.End; i++ {
			runes[i] = '•'
		}
	}
	*s = string(runes)
	return len(spans)
}

// Mask hides the personal data in everything that was said or written on a
// thread. It changes t.
func (t *Thread) Mask() {
	n := 0
	turn := func(f *TurnFact) {
		n += hide(&f.Text) + hide(&f.Reply)
		for i := range f.History {
			n += hide(&f.History[i])
		}
	}
	if t.Turn != nil {
		turn(t.Turn)
	}
	for i := range t.Shaped {
		turn(&t.Shaped[i].Turn)
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Witness != nil {
			n += hide(&r.Witness.Text)
		}
		if r.Row != nil {
			n += hide(&r.Row.Raw)
			for column, value := range r.Row.Values {
				n += hide(&value)
				r.Row.Values[column] = value
			}
		}
		for c := range r.Changes {
			n += hide(&r.Changes[c].Before) + hide(&r.Changes[c].After)
		}
	}
	t.Masked = n
}

// product is whose thread it is, "" when nothing tells.
func (t *Thread) product() string {
	if t.Turn != nil {
		return t.Turn.ProductID
	}
	for _, r := range t.Rows {
		if r.Row != nil {
			return r.Row.ProductID
		}
	}
	return ""
}
