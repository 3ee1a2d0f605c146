package track

import "context"

// Lineage is what a thing was made of and what was made of it, over all steps.
type Lineage struct {
	Of    Named  `json:"of"`
	Below []Step `json:"below" nullable:"false" doc:"它由什么来，近的在前|what it was made of, the nearest first"`
	Above []Step `json:"above" nullable:"false" doc:"由它生出的，近的在前|what was made of it, the nearest first"`
	Cut   bool   `json:"cut" doc:"还有没列出的|there is more than is listed"`
}

// Named is a thing with what people call it.
type Named struct {
	Ref
	Name string `json:"name,omitempty" table:"名称|name" doc:"没有名字时省去|left out where it has none"`
}

// Step is one thing on the way, and the thing one step nearer to where the way begins.
type Step struct {
	Named
	Relation Relation `json:"relation" enum:"made_from,answered,weighed,mends"`
	Nearer   Ref      `json:"nearer"`
	Steps    int      `json:"steps" table:"隔几步|steps" doc:"隔几步，从 1 起|how many steps away, from 1"`
}

// mostSteps bounds how many things are listed on each side.
const mostSteps = 200

// Lineage follows a thing both ways. Fault: NothingMade where no step leads from it and
// nobody knows it.
func (s *Service) Lineage(ctx context.Context, product string, of Ref) (l Lineage, err error) {
	if l.Of, err = s.named(ctx, product, of); err != nil {
		return l, err
	}
	of = l.Of.Ref
	var cut bool
	if l.Below, l.Cut, err = s.walk(ctx, product, of, s.below); err != nil {
		return l, err
	}
	if l.Above, cut, err = s.walk(ctx, product, of, s.above); err != nil {
		return l, err
	}
	if len(l.Below)+len(l.Above) == 0 && l.Of.Name == "" {
		return l, NothingMade.With("kind", string(of.Kind), "id", of.ID)
	}
	l.Cut = l.Cut || cut
	return l, nil
}

// hop is a thing one step away.
type hop struct {
	to       Ref
	relation Relation
}

// below is what a thing was made of.
func (s *Service) below(ctx context.Context, product string, of Ref) ([]hop, error) {
	edges, err := s.Below(ctx, product, of, mostSteps+1)
	hops := make([]hop, 0, len(edges))
	for _, e := range edges {
		hops = append(hops, hop{e.To, e.Relation})
	}
	if err != nil || s.from.Things == nil {
		return hops, err
	}
	more, err := s.from.Things.From(ctx, product, of)
	return withMade(hops, more), err
}

// above is what was made of a thing.
func (s *Service) above(ctx context.Context, product string, of Ref) ([]hop, error) {
	edges, err := s.Above(ctx, product, of, mostSteps+1)
	hops := make([]hop, 0, len(edges))
	for _, e := range edges {
		hops = append(hops, hop{e.From, e.Relation})
	}
	if err != nil || s.from.Things == nil {
		return hops, err
	}
	more, err := s.from.Things.Into(ctx, product, of)
	return withMade(hops, more), err
}

func withMade(hops []hop, refs []Ref) []hop {
	for _, r := range refs {
		hops = append(hops, hop{r, MadeFrom})
	}
	return hops
}

// walk goes from a thing, breadth first, and names each thing on the way once.
func (s *Service) walk(ctx context.Context, product string, of Ref, next func(context.Context, string, Ref) ([]hop, error)) (list []Step, cut bool, err error) {
	list = []Step{}
	seen := map[Ref]int{of: 0}
	for queue := []Ref{of}; len(queue) > 0; queue = queue[1:] {
		hops, err := next(ctx, product, queue[0])
		if err != nil {
			return list, cut, err
		}
		for _, h := range hops {
			if _, there := seen[h.to]; there {
				continue
			}
			if len(list) == mostSteps {
				return list, true, nil
			}
			seen[h.to] = seen[queue[0]] + 1
			step := Step{Relation: h.relation, Nearer: queue[0], Steps: seen[h.to]}
			if step.Named, err = s.named(ctx, product, h.to); err != nil {
				return list, cut, err
			}
			list, queue = append(list, step), append(queue, h.to)
		}
	}
	return list, false, nil
}

func (s *Service) named(ctx context.Context, product string, of Ref) (n Named, err error) {
	if s.from.Things == nil {
		return Named{Ref: of}, nil
	}
	n.Ref, n.Name, err = s.from.Things.Find(ctx, product, of)
	return n, err
}
