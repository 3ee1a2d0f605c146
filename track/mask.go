package track

import "zhuomo/text"

// hide masks personal data and tells how many finds there were.
func hide(s *string) (finds int) {
	*s, finds = text.Masked(*s)
	return finds
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
