package document

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// reach is which fragments are spread where. Operations stand beside the fragments in spreads and own, under keys of theirs.
type reach struct {
	fragments map[string]*ast.FragmentDefinition
	spreads   map[string][]string // By where they are written; repeats included.
	own       map[string]int      // Selections by where they are written.
}

// isLong reports whether validation would enter more selections than that: it walks each operation and each fragment with
// all the fragments that they reach.
func (r *reach) isLong(most int) bool {
	visits := 0
	for name := range r.own {
		if visits += r.visits(name, map[string]bool{}); visits > most {
			return true
		}
	}
	return false
}

func (r *reach) visits(name string, entered map[string]bool) int {
	if entered[name] {
		return 0
	}
	entered[name] = true
	n := r.own[name]
	for _, next := range r.spreads[name] {
		n += r.visits(next, entered)
	}
	return n
}

// hasCircle reports whether a fragment is spread within itself. Without circles, all that follows may take fragments for trees.
func (r *reach) hasCircle() bool {
	open, done := map[string]bool{}, map[string]bool{}
	var follow func(name string) bool
	follow = func(name string) bool {
		if open[name] || done[name] {
			return open[name]
		}
		open[name] = true
		if slices.ContainsFunc(r.spreads[name], follow) {
			return true
		}
		delete(open, name)
		done[name] = true
		return false
	}
	for name := range r.fragments {
		if follow(name) {
			return true
		}
	}
	return false
}
