package label

// Span is a labelled stretch [Start,End) of a text, in Unicode code points. Text
// is the stretch itself, so that a changed source is noticed.
type Span struct {
	Label string `json:"label" doc:"标签|label"`
	Start int    `json:"start" minimum:"0" doc:"起点（按字计）|begin, in code points"`
	End   int    `json:"end" minimum:"1" doc:"终点（不含）|end, exclusive"`
	Text  string `json:"text,omitempty" doc:"片段原文|the stretch itself"`
}

// Fits checks the span against its text. Faults: SpanOutside, SpanMoved.
func (s Span) Fits(text string) error {
	runes := []rune(text)
	if s.Start < 0 || s.End <= s.Start || s.End > len(runes) {
		return SpanOutside.With("start", s.Start, "end", s.End, "runes", len(runes)).At("spans")
	}
	if found := string(runes[s.Start:s.End]); s.Text != "" && s.Text != found {
		return SpanMoved.With("start", s.Start, "end", s.End, "found", found).At("spans")
	}
	return nil
}
