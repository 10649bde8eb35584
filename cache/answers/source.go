package answers

import "atelier/domain"

// Source is something that an answer is made of, as changes name it.
type Source struct {
	table domain.Table
	kind  sourceKind
	key   string
}

type sourceKind uint8

const (
	aRow       sourceKind = iota // key is the row's own.
	anOwners                     // key is the user whose rows they are.
	aParents                     // key is what the rows stand below.
	wholeTable                   // No key: any change of the table concerns it.
	anyOfTable                   // No key: only a change that does not say which rows it concerns. Every answer of the table has it.
	aViewer                      // key is who was answered.
)

// Row is one row, or that there is none with this key.
func Row(table domain.Table, key string) Source { return Source{table, aRow, key} }

// OwnedBy is all rows of a user's, under whatever filter and in whatever order: also how many there are, and that there is none.
func OwnedBy(table domain.Table, user domain.UserID) Source {
	return Source{table, anOwners, string(user)}
}

// Below is all rows that stand below a parent, such as the messages of a chat.
func Below(table domain.Table, parent string) Source { return Source{table, aParents, parent} }

// Whole is a table as it is.
func Whole(table domain.Table) Source { return Source{table: table, kind: wholeTable} }

func anyOf(table domain.Table) Source { return Source{table: table, kind: anyOfTable} }

func answered(viewer domain.UserID) Source { return Source{kind: aViewer, key: string(viewer)} }

// Rows is the rows with these keys.
func Rows[K ~string](table domain.Table, keys []K) []Source {
	sources := make([]Source, len(keys))
	for i, key := range keys {
		sources[i] = Row(table, string(key))
	}
	return sources
}

// AllOwnedBy is the rows of each of these users.
func AllOwnedBy(table domain.Table, users []domain.UserID) []Source {
	sources := make([]Source, len(users))
	for i, user := range users {
		sources[i] = OwnedBy(table, user)
	}
	return sources
}

// AllBelow is the rows below each of these parents.
func AllBelow[K ~string](table domain.Table, parents []K) []Source {
	sources := make([]Source, len(parents))
	for i, parent := range parents {
		sources[i] = Below(table, string(parent))
	}
	return sources
}

// named are the sources that a change concerns.
func named(c domain.Change) []Source {
	sources := []Source{Whole(c.Table)}
	if c.All {
		return append(sources, anyOf(c.Table))
	}
	for _, id := range c.IDs {
		sources = append(sources, Row(c.Table, id))
	}
	for _, owner := range c.Owners {
		sources = append(sources, Source{c.Table, anOwners, owner})
	}
	for _, parent := range c.Parents {
		sources = append(sources, Below(c.Table, parent))
	}
	return sources
}

// maxOfKind is how many sources of one kind an answer names in one table. Beyond, it is made of the whole table: that costs
// some answers that could have stayed, and no memory.
const maxOfKind = 500

// condensed returns each source once, tables in place of too many of theirs, and for each table that any of it may change.
func condensed(sources []Source) []Source {
	type group struct {
		table domain.Table
		kind  sourceKind
	}
	seen, counts := make(map[Source]bool, len(sources)+8), map[group]int{}
	for _, s := range sources {
		if g := (group{s.table, s.kind}); !seen[s] {
			seen[s] = true
			counts[g]++
		}
	}
	for s := range seen {
		if counts[group{s.table, s.kind}] > maxOfKind {
			delete(seen, s)
		}
	}
	all := make([]Source, 0, len(seen)+8)
	for s := range seen {
		all = append(all, s)
	}
	tables := map[domain.Table]bool{}
	for g, n := range counts {
		if n > maxOfKind && !seen[Whole(g.table)] {
			seen[Whole(g.table)] = true
			all = append(all, Whole(g.table))
		}
		if g.table != "" && !tables[g.table] {
			tables[g.table] = true
			all = append(all, anyOf(g.table))
		}
	}
	return all
}
