package tune

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// Warm is a Sampler whose searches begin with Space.Begin. Service fills that with what
// was best in earlier studies of the same component.
type Warm interface {
	Sampler
	Warm()
}

const (
	mostBegin   = 5  // settings that a study begins with, beside the defaults
	mostEarlier = 20 // studies looked at, the newest first
	leastBefore = 10 // trials that one must have had for its best to say much
	bestOfEach  = 3  // settings of one study at most
)

// begins gives the settings that a new study should begin with: the best of each earlier
// study of the same component and objective of the product, the newest first, then the
// second best of each, and so on. Of each setting the values of the study's own dials
// count, where they lie within its ranges; all others are as it fixes them.
func (s *Service) begins(ctx context.Context, study Study, space Space) ([]map[string]any, error) {
	earlier, err := s.bestBefore(ctx, study)
	if err != nil {
		return nil, err
	}
	list, known := []map[string]any{}, map[string]bool{space.Key(space.Fixed): true}
	for rank := range bestOfEach {
		for _, best := range earlier {
			if rank >= len(best) || len(list) == mostBegin {
				continue
			}
			if values, inside := space.taken(best[rank]); inside && !known[space.Key(values)] {
				known[space.Key(values)] = true
				list = append(list, best[rank])
			}
		}
	}
	return list, nil
}

// taken are values that another space had, as this one would try them.
func (s Space) taken(values map[string]any) (spec.Values, bool) {
	mine := map[string]any{}
	for name, v := range s.Fixed {
		mine[name] = v
	}
	for _, p := range s.Dials {
		v, had := values[p.Name]
		if !had {
			return nil, false
		}
		mine[p.Name] = v
	}
	return s.Inside(mine)
}

// begun is the space with what a study of ours tries first: the defaults, then Begin.
func (s Space) begun(study Study) Space {
	if len(study.Begin) == 0 {
		return s
	}
	s.Begin = []spec.Values{s.Fixed}
	for _, b := range study.Begin {
		if values, inside := s.taken(b); inside { // the space may have changed since
			s.Begin = append(s.Begin, values)
		}
	}
	return s
}

// bestBefore reads the best settings of each earlier study that is like this one.
func (s *Service) bestBefore(ctx context.Context, study Study) ([][]map[string]any, error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT s.id FROM studies s WHERE s.product_id = $1 AND s.component = $2 AND s.objective = $3
	AND (SELECT COUNT(*) FROM trials t WHERE t.study_id = s.id AND t.state = 'done') >= $4
ORDER BY s.id DESC LIMIT $5`, study.ProductID, study.Component, study.Objective, leastBefore, mostEarlier)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read an earlier study: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, db.Explain(err)
	}
	var all [][]map[string]any
	for _, id := range ids {
		best, err := s.bestOf(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, best)
	}
	return all, nil
}

func (s *Service) bestOf(ctx context.Context, study string) (list []map[string]any, err error) {
	rows, err := s.needs.DB.Reader().QueryContext(ctx, `
SELECT value_json FROM trials WHERE study_id = $1 AND state = 'done' ORDER BY score DESC, number LIMIT $2`, study, bestOfEach)
	if err != nil {
		return nil, db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var kept string
		var values map[string]any
		if err := rows.Scan(&kept); err != nil {
			return nil, fmt.Errorf("read a trial: %w", err)
		}
		if err := json.Unmarshal([]byte(kept), &values); err != nil {
			return nil, fmt.Errorf("read the values of a trial of %s: %w", study, err)
		}
		list = append(list, values)
	}
	return list, db.Explain(rows.Err())
}
