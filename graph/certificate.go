package graph

import (
	"strings"

	"atelier/exec"
)

// statements says how many statements a relation takes at most, for the executor's certificate: one, unless it stands here.
func statements(of exec.Ask) int {
	switch {
	case of.Type == "Query" && of.Field == "nodes": // One for each kind of objects; tasks are one.
		return nodeKinds
	case strings.HasSuffix(of.Of, "Page"):
		return one(of, itemFields) + one(of, totalFields)
	case strings.HasSuffix(of.Of, "Connection"): // Its total is a relation of its own.
		return one(of, pageFields)
	}
	return 1
}

// one is the statement by which fields are read, if any of them is asked for.
func one(of exec.Ask, fields []string) int {
	if of.Selects(fields...) {
		return 1
	}
	return 0
}

// nodeKinds are the kinds of objects that nodes looks for: each is a statement of its own.
const nodeKinds = 9
