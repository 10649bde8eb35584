package graph

import "atelier/exec"

// statements says how many statements a relation takes at most, for the executor's certificate: one, unless it stands here.
func statements(of exec.Ask) int {
	switch of.Type + "." + of.Field {
	case "Query.usersPage", "Query.tasksPage": // The page and its total.
		return 2
	case "Query.nodes": // One for each kind of objects; tasks are one.
		return nodeKinds
	}
	return 1
}

// nodeKinds are the kinds of objects that nodes looks for: each is a statement of its own.
const nodeKinds = 9
