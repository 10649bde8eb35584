package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lib/pq"

	"atelier/domain"
)

// list is rows of a noun in a total order (key, id and, over several tables, tie), for one list or for those of
// many parents at once. It writes the SQL; pages.go runs it.
type list[T any] struct {
	noun     *noun[T]
	branches []branch
	// key names the sort key among the columns that branches deliver; beside it they deliver id and, if ties is set, service.
	key      string
	keyType  string // "timestamptz" or "text".
	ties     bool
	descends bool
	// parents are the keys of the parents, a column of p each; none for a list without parents.
	parents []parentKeys
	args    arguments
}

// branch is one table of a list, under the alias t.
type branch struct {
	from    string                 // "chat t"
	columns func(full bool) string // nil: the noun's.
	where   []string               // Conditions on t, on the parents p and on the arguments.
	key     string                 // The sort key as an expression on t.
	service domain.Service         // Breaks ties between branches; empty where there is one.
}

// parentKeys is a column of p with the key of each parent.
type parentKeys struct {
	column string
	keys   []string
}

// arguments collects a statement's values and hands out their placeholders.
type arguments struct{ values []any }

func (a *arguments) add(v any) string {
	a.values = append(a.values, v)
	return fmt.Sprintf("$%d", len(a.values))
}

// A row's side says why it is there: it belongs to the page, or it proves that the list goes on before or after it.
const (
	sideBefore = -1
	sidePage   = 0
	sideAfter  = 1
)

// pageSQL reads a page of every parent's list: the page, one row more in its direction, and, where a cursor
// bounds it, the row at or beyond the cursor. Rows begin with the parent's ordinal (from 1) and their side, and come in
// the list's order.
func (l *list[T]) pageSQL(page domain.Page, full bool) string {
	limit := l.args.add(page.Limit + 1)
	after, before := l.position(page.After), l.position(page.Before)
	sides := []string{l.side(sidePage, full, page.Backward, limit, l.compare(true, "", after), l.compare(false, "", before))}
	if page.After != nil {
		sides = append(sides, l.side(sideBefore, full, true, "1", l.compare(false, "=", after)))
	}
	if page.Before != nil {
		sides = append(sides, l.side(sideAfter, full, false, "1", l.compare(true, "=", before)))
	}
	return l.perParent(strings.Join(sides, "\nUNION ALL\n"))
}

// perParent evaluates rows, a query that may speak of p, for every parent.
func (l *list[T]) perParent(rows string) string {
	if len(l.parents) == 0 {
		return "SELECT 1 AS ord, x.* FROM (" + rows + ") x ORDER BY " + l.order("x.", false)
	}
	return "SELECT p.ord, x.* FROM " + l.parentsFrom() + "\nCROSS JOIN LATERAL (" + rows + ") x ORDER BY p.ord, " + l.order("x.", false)
}

// parentsFrom lists the parents: p has a column for each part of their key, and ord.
func (l *list[T]) parentsFrom() string {
	var arrays, columns []string
	for _, p := range l.parents {
		arrays = append(arrays, l.args.add(pq.Array(p.keys))+"::text[]")
		columns = append(columns, p.column)
	}
	return fmt.Sprintf("unnest(%s) WITH ORDINALITY AS p(%s, ord)", strings.Join(arrays, ", "), strings.Join(columns, ", "))
}

// side reads rows of all branches: those that meet the conditions, from the list's start or, reversed, from its end.
func (l *list[T]) side(side int, full, reversed bool, limit string, conditions ...func(branch) string) string {
	selects := make([]string, len(l.branches))
	for i, b := range l.branches {
		where := b.where
		for _, condition := range conditions {
			if text := condition(b); text != "" {
				where = append(slices.Clip(where), text)
			}
		}
		selects[i] = fmt.Sprintf("(SELECT %d AS side, %s FROM %s%s ORDER BY %s LIMIT %s)",
			side, l.columns(b, full), b.from, whereSQL(where), l.branchOrder(b, reversed), limit)
	}
	if len(selects) == 1 {
		return selects[0]
	}
	return fmt.Sprintf("(SELECT * FROM (%s) m ORDER BY %s LIMIT %s)", strings.Join(selects, "\nUNION ALL "), l.order("m.", reversed), limit)
}

// countSQL counts every parent's list.
func (l *list[T]) countSQL() string {
	counts := make([]string, len(l.branches))
	for i, b := range l.branches {
		counts[i] = fmt.Sprintf("(SELECT count(*) FROM %s%s)", b.from, whereSQL(b.where))
	}
	sum := strings.Join(counts, " + ")
	if len(l.parents) == 0 {
		return "SELECT 1 AS ord, " + sum
	}
	return "SELECT p.ord, " + sum + " FROM " + l.parentsFrom()
}

// numberedSQL reads a page by its number. The rows before it are counted off on the keys alone, which an index
// holds: the rows themselves are read for the page only, once for each table, of which several branches may read. The
// constant limit tells the planner that they are few.
func (l *list[T]) numberedSQL(page domain.NumberedPage, full bool) string {
	offset, limit := l.args.add(page.Offset()), l.args.add(page.Size)
	var keys, rows []string
	for i, b := range l.branches {
		keys = append(keys, fmt.Sprintf("(SELECT %s AS %s, t.id, '%s' AS service FROM %s%s ORDER BY %s LIMIT %s::bigint + %s::bigint)",
			b.key, l.key, b.service, b.from, whereSQL(b.where), l.branchOrder(b, false), offset, limit))
		if i == 0 || b.service != l.branches[i-1].service {
			rows = append(rows, fmt.Sprintf("SELECT %d AS side, %s FROM %s JOIN k ON k.id = t.id AND k.service = '%s'", sidePage, l.columns(b, full), b.from, b.service))
		}
	}
	return fmt.Sprintf("WITH k AS MATERIALIZED (SELECT * FROM (SELECT %s, m.service FROM (%s) m ORDER BY %s OFFSET %s LIMIT %s) few LIMIT %d)\n%s",
		keyID, strings.Join(keys, "\nUNION ALL "), l.order("m.", false), offset, limit, domain.MaxPageSize, l.perParent(strings.Join(rows, "\nUNION ALL ")))
}

// keyID gives way to the collation of whichever id it is compared with, so that each table's primary key serves.
const keyID = `m.id COLLATE "default" AS id`

func (l *list[T]) columns(b branch, full bool) string {
	if b.columns != nil {
		return b.columns(full)
	}
	return l.noun.columns(full)
}

// idOrder is how ids are ordered, in the indexes as well. On tables of our own it is the column's collation anyway; on
// adopted ones it keeps several tables in one order.
const idOrder = `id COLLATE "C"`

// order is the list's order over the delivered columns.
func (l *list[T]) order(prefix string, reversed bool) string {
	direction := l.direction(reversed)
	order := prefix + l.key + direction + ", " + prefix + idOrder + direction
	if l.ties {
		order += ", " + prefix + "service" + direction
	}
	return order
}

// branchOrder is the list's order within a branch, spelled so that an index can serve it.
func (l *list[T]) branchOrder(b branch, reversed bool) string {
	return b.key + l.direction(reversed) + ", t." + idOrder + l.direction(reversed)
}

func (l *list[T]) direction(reversed bool) string {
	if l.descends != reversed {
		return " DESC"
	}
	return " ASC"
}

// position holds the placeholders of a cursor's position.
type position struct{ key, id, service string }

func (l *list[T]) position(at *domain.Position) *position {
	if at == nil {
		return nil
	}
	p := &position{}
	if l.keyType == "text" {
		p.key = l.args.add(at.Text) + "::text"
	} else {
		p.key = l.args.add(at.At) + "::timestamptz"
	}
	p.id = l.args.add(at.ID) + "::text"
	if l.ties {
		p.service = l.args.add(string(at.Service)) + "::text"
	}
	return p
}

// compare is the condition that a row stands after (or before) a position, or, with orEqual "=", at it. It compares
// rows, not columns with OR, since only a row comparison becomes one index condition.
func (l *list[T]) compare(after bool, orEqual string, at *position) func(branch) string {
	if at == nil {
		return func(branch) string { return "" }
	}
	operator := ">" + orEqual
	if after == l.descends {
		operator = "<" + orEqual
	}
	return func(b branch) string {
		if l.ties {
			return fmt.Sprintf("(%s, t.%s, '%s'::text) %s (%s, %s, %s)", b.key, idOrder, b.service, operator, at.key, at.id, at.service)
		}
		return fmt.Sprintf("(%s, t.%s) %s (%s, %s)", b.key, idOrder, operator, at.key, at.id)
	}
}

func whereSQL(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}
