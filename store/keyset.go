package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"atelier/domain"
)

// list is rows of a noun in a total order (key, id and, over several tables, tie), for one list or for those of
// many parents at once. It writes the SQL, once for every shape (shape.go); pages.go runs it.
type list[T any] struct {
	noun *noun[T]
	name string // Tells it from other lists of the noun.
	// key names the sort key among the columns that branches deliver; beside it they deliver id and, if ties is set, service.
	key      string
	keyType  string // "timestamptz" or "text".
	ties     bool
	descends bool
	// parents are the keys of the parents, a column of p each; none for a list without parents.
	parents []parentKeys
	// where are conditions on t, on the parents p and on args, which hold in all branches.
	where []string
	args  arguments
	// variant says what else the branches depend on. They are asked for where the text is not known yet.
	variant  string
	branches func(where []string) []branch
}

// one is the branches of a list of one table.
func one(from, key string) func(where []string) []branch {
	return func(where []string) []branch { return []branch{{from: from, key: key, where: where}} }
}

// branch is one table of a list, under the alias t.
type branch struct {
	from    string                 // "chat t"
	columns func(full bool) string // nil: the noun's.
	where   []string               // The list's, and the branch's own.
	key     string                 // The sort key as an expression on t.
	service domain.Service         // Breaks ties between branches; empty where there is one.
}

// parentKeys is a column of p with the key of each parent.
type parentKeys struct {
	column string
	keys   []string
}

// arguments collects the values that conditions speak of, and hands out their placeholders.
type arguments struct{ values []any }

func (a *arguments) add(v any) string {
	a.values = append(a.values, v)
	return placeholder(len(a.values))
}

func placeholder(n int) string { return "$" + strconv.Itoa(n) }

// numbers hands out placeholders in the order in which the values come.
type numbers int

func (n *numbers) next() string {
	*n++
	return placeholder(int(*n))
}

// A row's side says why it is there: it belongs to the page, or it proves that the list goes on before or after it.
const (
	sideBefore = -1
	sidePage   = 0
	sideAfter  = 1
)

// pageSQL reads a page of every parent's list: the page, one row more in its direction, and, where a cursor
// bounds it, the row at or beyond the cursor. Rows begin with the parent's ordinal (from 1) and their side, and come in
// the list's order. Its arguments are pageArgs, in that order.
func (l *list[T]) pageSQL(page domain.Page, full bool) string {
	n := numbers(len(l.args.values))
	limit := n.next()
	after, before := l.position(&n, page.After), l.position(&n, page.Before)
	sides := []string{l.side(sidePage, full, page.Backward, limit, l.compare(true, "", after), l.compare(false, "", before))}
	if page.After != nil {
		sides = append(sides, l.side(sideBefore, full, true, "1", l.compare(false, "=", after)))
	}
	if page.Before != nil {
		sides = append(sides, l.side(sideAfter, full, false, "1", l.compare(true, "=", before)))
	}
	return l.perParent(&n, strings.Join(sides, "\nUNION ALL\n"))
}

func (l *list[T]) pageArgs(page domain.Page) []any {
	args := make([]any, 0, len(l.args.values)+len(l.parents)+7)
	args = append(append(args, l.args.values...), page.Limit+1)
	args = l.positionArgs(l.positionArgs(args, page.After), page.Before)
	return l.parentArgs(args)
}

// perParent evaluates rows, a query that may speak of p, for every parent.
func (l *list[T]) perParent(n *numbers, rows string) string {
	if len(l.parents) == 0 {
		return "SELECT record_send(ROW(1, x.*)) FROM (" + rows + ") x ORDER BY " + l.order("x.", false)
	}
	return "SELECT record_send(ROW(p.ord, x.*)) FROM " + l.parentsFrom(n) + "\nCROSS JOIN LATERAL (" + rows + ") x ORDER BY p.ord, " + l.order("x.", false)
}

// parentsFrom lists the parents: p has a column for each part of their key, and ord.
func (l *list[T]) parentsFrom(n *numbers) string {
	var arrays, columns []string
	for _, p := range l.parents {
		arrays = append(arrays, n.next()+"::text[]")
		columns = append(columns, p.column)
	}
	return fmt.Sprintf("unnest(%s) WITH ORDINALITY AS p(%s, ord)", strings.Join(arrays, ", "), strings.Join(columns, ", "))
}

func (l *list[T]) parentArgs(args []any) []any {
	for _, p := range l.parents {
		args = append(args, p.keys)
	}
	return args
}

// side reads rows of all branches: those that meet the conditions, from the list's start or, reversed, from its end.
func (l *list[T]) side(side int, full, reversed bool, limit string, conditions ...func(branch) string) string {
	branches := l.branches(l.where)
	selects := make([]string, len(branches))
	for i, b := range branches {
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

// countSQL counts every parent's list. Its arguments are countArgs.
func (l *list[T]) countSQL() string {
	n := numbers(len(l.args.values))
	branches := l.branches(l.where)
	counts := make([]string, len(branches))
	for i, b := range branches {
		counts[i] = fmt.Sprintf("(SELECT count(*) FROM %s%s)", b.from, whereSQL(b.where))
	}
	sum := strings.Join(counts, " + ")
	if len(l.parents) == 0 {
		return "SELECT record_send(ROW(1, " + sum + "))"
	}
	return "SELECT record_send(ROW(p.ord, " + sum + ")) FROM " + l.parentsFrom(&n)
}

func (l *list[T]) countArgs() []any { return l.parentArgs(slices.Clip(l.args.values)) }

// numberedSQL reads a page by its number. The rows before it are counted off on the keys alone, which an index
// holds: the rows themselves are read for the page only, once for each table, of which several branches may read. The
// constant limit tells the planner that they are few. Its arguments are numberedArgs.
func (l *list[T]) numberedSQL(full bool) string {
	n := numbers(len(l.args.values))
	offset, limit := n.next(), n.next()
	branches := l.branches(l.where)
	var keys, rows []string
	for i, b := range branches {
		keys = append(keys, fmt.Sprintf("(SELECT %s AS %s, t.id, '%s' AS service FROM %s%s ORDER BY %s LIMIT %s::bigint + %s::bigint)",
			b.key, l.key, b.service, b.from, whereSQL(b.where), l.branchOrder(b, false), offset, limit))
		if i == 0 || b.service != branches[i-1].service {
			rows = append(rows, fmt.Sprintf("SELECT %d AS side, %s FROM %s JOIN k ON k.id = t.id AND k.service = '%s'", sidePage, l.columns(b, full), b.from, b.service))
		}
	}
	return fmt.Sprintf("WITH k AS MATERIALIZED (SELECT * FROM (SELECT %s, m.service FROM (%s) m ORDER BY %s OFFSET %s LIMIT %s) few LIMIT %d)\n%s",
		keyID, strings.Join(keys, "\nUNION ALL "), l.order("m.", false), offset, limit, domain.MaxPageSize, l.perParent(&n, strings.Join(rows, "\nUNION ALL ")))
}

func (l *list[T]) numberedArgs(page domain.NumberedPage) []any {
	return l.parentArgs(append(slices.Clip(l.args.values), page.Offset(), page.Size))
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

func (l *list[T]) position(n *numbers, at *domain.Position) *position {
	if at == nil {
		return nil
	}
	p := &position{key: n.next() + "::" + l.keyType, id: n.next() + "::text"}
	if l.ties {
		p.service = n.next() + "::text"
	}
	return p
}

func (l *list[T]) positionArgs(args []any, at *domain.Position) []any {
	if at == nil {
		return args
	}
	if l.keyType == "text" {
		args = append(args, at.Text, at.ID)
	} else {
		args = append(args, at.At, at.ID)
	}
	if l.ties {
		args = append(args, string(at.Service))
	}
	return args
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
