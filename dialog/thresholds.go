package dialog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// SaveThresholds writes thresholds into a flow file and keeps it as a new
// revision; all else in the file stays as it was written. seen is the revision
// that the person saw, 0 for any.
//
// Faults: NoFlow, Edited, BadThresholds.
func (s *Service) SaveThresholds(ctx context.Context, product, idOrName string, seen int64, t Thresholds) (Saved, error) {
	if !(0 <= t.Offer && t.Offer <= t.Answer && t.Answer <= 1 && 0 <= t.Knowledge && t.Knowledge <= 1) {
		return Saved{}, BadThresholds.With().At("answer")
	}
	now, text, err := s.Find(ctx, product, idOrName, 0)
	if err != nil {
		return Saved{}, err
	}
	if seen == 0 {
		seen = now.Revision // of the text that is changed here
	}
	changed, err := withThresholds(text, t)
	if err != nil {
		return Saved{}, err
	}
	saved, _, err := s.Save(ctx, product, now.ID, seen, changed)
	return saved, err
}

// withThresholds puts thresholds in the place of those in a flow file, or at
// its end.
func withThresholds(text []byte, t Thresholds) ([]byte, error) {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	line := "{answer: " + number(t.Answer) + ", offer: " + number(t.Offer) + ", knowledge: " + number(t.Knowledge) + "}"
	file, err := parser.ParseBytes(text, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("read a kept flow: %w", err)
	}
	path, err := yaml.PathString("$.thresholds")
	if err != nil {
		return nil, err
	}
	node, err := path.FilterFile(file)
	if err != nil { // it has none
		return []byte(strings.TrimRight(string(text), "\n") + "\nthresholds: " + line + "\n"), nil
	}
	first := node.GetToken()
	lines := strings.Split(string(text), "\n")
	at := first.Position.Line - 1
	for at > 0 && !strings.HasPrefix(lines[at], "thresholds:") {
		at--
	}
	end := at + 1 // the block goes on while lines are indented or empty
	for end < len(lines) && (strings.HasPrefix(lines[end], " ") || strings.HasPrefix(lines[end], "\t")) {
		end++
	}
	out := append([]string{}, lines[:at]...)
	out = append(out, "thresholds: "+line)
	out = append(out, lines[end:]...)
	changed := []byte(strings.Join(out, "\n"))
	flow, err := ReadFlow(changed)
	if err != nil {
		return nil, err
	}
	if flow.Thresholds != t {
		return nil, fmt.Errorf("thresholds of a flow could not be put in place")
	}
	return changed, nil
}
