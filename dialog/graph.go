package dialog

import (
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// reachable are the nodes that can be walked to from the given ones.
func (f *Flow) reachable(from ...string) map[string]bool {
	seen := map[string]bool{}
	for stack := from; len(stack) > 0; {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := f.nodes[id]
		if n == nil || seen[id] {
			continue
		}
		seen[id] = true
		for _, e := range n.Edges() {
			stack = append(stack, e.To)
		}
	}
	return seen
}

// slotsFrom are the slots that the thread from entry asks or uses, in the
// order in which the flow declares them.
func (f *Flow) slotsFrom(entry string) (all []*Slot) {
	used := map[string]bool{}
	for id := range f.reachable(entry) {
		n := f.nodes[id]
		for _, name := range n.Ask {
			used[name] = true
		}
		for _, name := range append(n.reads(), f.tableReads(n)...) {
			first, _, _ := strings.Cut(name, ".")
			used[first] = true
		}
	}
	for i := range f.Slots {
		if used[f.Slots[i].Name] {
			all = append(all, &f.Slots[i])
		}
	}
	return all
}

// tableReads lists what is read of how the node's table is chosen from.
func (f *Flow) tableReads(n *Node) (all []string) {
	if r := f.recommend[n.Lookup+n.Pick]; r != nil {
		for _, l := range r.Limits {
			all = append(all, ruleReads(l.when, l.Where)...)
		}
		for _, w := range r.Wishes {
			all = append(append(all, ruleReads(w.when, w.Where)...), holes(w.Why)...)
		}
		for _, f := range r.Features {
			if f.With != "" {
				all = append(all, f.With)
			}
			all = append(all, slices.DeleteFunc(holes(f.Why), func(name string) bool { return name == "value" })...)
		}
		all = append(all, holes(r.Trying)...)
	}
	return all
}

// reads lists every name that the node's texts, conditions and filters read.
func (n *Node) reads() (all []string) {
	add := func(list ...string) {
		for _, t := range list {
			all = append(all, holes(t)...)
		}
	}
	add(n.Say...)
	add(n.Clarify...)
	add(n.Handover...)
	add(n.Spoken...)
	add(n.Where...)
	for _, w := range n.Wishes {
		all = append(all, ruleReads(w.when, w.Where)...)
		add(w.Why)
	}
	for _, c := range n.Choices {
		add(c.Text, c.Send)
	}
	if n.Card != nil {
		add(n.Card.Title)
		for _, f := range n.Card.Facts {
			add(f.Value)
		}
		for _, a := range n.Card.Actions {
			add(a.Text, a.Send)
		}
	}
	if n.Call != nil {
		add(n.Call.URL, n.Call.Body)
	}
	if n.Knowledge != nil {
		add(n.Knowledge.Text)
	}
	for _, name := range sortedKeys(n.Set) {
		add(n.Set[name])
	}
	for _, c := range n.Branch {
		all = append(all, c.when.names()...)
	}
	return all
}

// loops finds circles among nodes, ways that come back to where they began.
// stops tells at which nodes a way is cut. Each circle is given once, from its
// first node in file order.
func (f *Flow) loops(stops func(*Node) bool) (found [][]string) {
	const (
		fresh = iota
		open
		done
	)
	state := map[string]int{}
	var path []string
	var visit func(id string)
	visit = func(id string) {
		n := f.nodes[id]
		if n == nil || stops(n) || state[id] == done {
			return
		}
		if state[id] == open {
			found = append(found, slices.Clone(path[slices.Index(path, id):]))
			return
		}
		state[id] = open
		path = append(path, id)
		for _, e := range n.Edges() {
			visit(e.To)
		}
		path = path[:len(path)-1]
		state[id] = done
	}
	for i := range f.Nodes {
		visit(f.Nodes[i].ID)
	}
	return found
}
