package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// AddChecks puts checks at the end of the product's suite, without those that
// it has already (same text, same labels), and keeps a new version. Ids are
// given. The text that was there stays as it was written where the checks are
// the last thing in it.
func (s *Service) AddChecks(ctx context.Context, product, actor string, checks []Check) (saved Saved, added int, err error) {
	if saved, err = s.text(ctx, product, kindSuite); err != nil {
		return saved, 0, err
	}
	suite := Suite{Name: "行为集"}
	if saved.Text != "" {
		if suite, err = ParseSuite([]byte(saved.Text), nil); err != nil {
			return saved, 0, err
		}
	}
	fresh := freshChecks(suite.Checks, checks)
	if len(fresh) == 0 {
		return saved, 0, nil
	}
	text, err := appendChecks(saved.Text, suite, fresh)
	if err != nil {
		return saved, 0, err
	}
	saved, err = s.SaveSuite(ctx, product, actor, text)
	return saved, len(fresh), err
}

// freshChecks gives ids to the checks that are not there yet.
func freshChecks(have, checks []Check) []Check {
	ids := map[string]bool{}
	for _, c := range have {
		ids[c.ID] = true
	}
	var fresh []Check
	next := len(have) + 1
	for _, c := range checks {
		same := func(x Check) bool {
			return x.Kind == c.Kind && x.Text == c.Text && sameSet(x.Labels, c.Labels) && slices.Equal(x.Context, c.Context)
		}
		if slices.ContainsFunc(have, same) || slices.ContainsFunc(fresh, same) {
			continue
		}
		for ids[fmt.Sprintf("chk_%d", next)] {
			next++
		}
		c.ID = fmt.Sprintf("chk_%d", next)
		ids[c.ID] = true
		fresh = append(fresh, c)
	}
	return fresh
}

// appendChecks writes fresh below text; when the text does not end with its
// checks, the whole suite is written anew.
func appendChecks(text string, suite Suite, fresh []Check) (string, error) {
	whole := suite
	whole.Checks = append(slices.Clone(suite.Checks), fresh...)
	if len(suite.Checks) > 0 {
		var b strings.Builder
		b.WriteString(strings.TrimRight(text, "\n") + "\n")
		for _, c := range fresh {
			line, err := yaml.MarshalWithOptions(c, yaml.Flow(true))
			if err != nil {
				return "", fmt.Errorf("write a check: %w", err)
			}
			b.WriteString("  - " + strings.TrimSpace(string(line)) + "\n")
		}
		if again, err := ParseSuite([]byte(b.String()), nil); err == nil && len(again.Checks) == len(whole.Checks) {
			return b.String(), nil
		}
	}
	all, err := yaml.Marshal(whole)
	if err != nil {
		return "", fmt.Errorf("write the suite: %w", err)
	}
	return string(all), nil
}
