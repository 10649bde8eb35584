package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"atelier/domain"
)

// noun is how rows of a table become items: its columns (of the alias t) in two shapes, and their places. The light
// shape leaves out what is heavy: texts without a bound and JSON documents.
type noun[T any] struct {
	table string
	light string
	heavy string // What the full shape has besides, after the light columns; may be empty.
	// scan returns where to put the columns of a row, and what makes the item of them.
	scan func(full bool) (dest []any, item func() T)
}

func (n *noun[T]) columns(full bool) string {
	if full && n.heavy != "" {
		return n.light + ", " + n.heavy
	}
	return n.light
}

// pages reads one page for each of n parents, in their order, in one statement. A list without parents has n = 1.
func pages[T any](ctx context.Context, s *Store, l *list[T], n int, page domain.Page, full bool) ([]domain.Slice[T], error) {
	slices := make([]domain.Slice[T], n)
	err := s.query(ctx, l.noun.table, l.pageSQL(page, full), l.args.values, func(rows *sql.Rows) error {
		ord, side, item, err := l.noun.scanSided(rows, full)
		if err == nil {
			put(&slices[ord-1], side, item)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range slices {
		trim(&slices[i], page)
	}
	return slices, nil
}

func (n *noun[T]) scanSided(rows *sql.Rows, full bool) (ord, side int, item T, err error) {
	dest, finish := n.scan(full)
	if err = rows.Scan(append([]any{&ord, &side}, dest...)...); err == nil {
		item = finish()
	}
	return ord, side, item, err
}

func put[T any](slice *domain.Slice[T], side int, item T) {
	switch side {
	case sideBefore:
		slice.HasPrevious = true
	case sideAfter:
		slice.HasNext = true
	default:
		slice.Items = append(slice.Items, item)
	}
}

// trim takes off the row beyond the page, which proves that the list goes on in the page's direction.
func trim[T any](slice *domain.Slice[T], page domain.Page) {
	if len(slice.Items) <= page.Limit {
		return
	}
	if page.Backward {
		slice.Items, slice.HasPrevious = slice.Items[1:], true
		return
	}
	slice.Items, slice.HasNext = slice.Items[:page.Limit], true
}

// counts returns the length of each of n parents' lists, in one statement.
func counts[T any](ctx context.Context, s *Store, l *list[T], n int) ([]int, error) {
	totals := make([]int, n)
	err := s.query(ctx, l.noun.table, l.countSQL(), l.args.values, func(rows *sql.Rows) error {
		var ord, total int
		if err := rows.Scan(&ord, &total); err != nil {
			return err
		}
		totals[ord-1] = total
		return nil
	})
	return totals, err
}

// numbered reads a page by its number, and the total: two statements.
func numbered[T any](ctx context.Context, s *Store, newList func() *list[T], page domain.NumberedPage, full bool) (*domain.Numbered[T], error) {
	totals, err := counts(ctx, s, newList(), 1)
	if err != nil {
		return nil, err
	}
	result := &domain.Numbered[T]{Total: totals[0], Page: page.Number, PageSize: page.Size}
	l := newList()
	err = s.query(ctx, l.noun.table, l.numberedSQL(page, full), l.args.values, func(rows *sql.Rows) error {
		_, _, item, err := l.noun.scanSided(rows, full)
		result.Items = append(result.Items, item)
		return err
	})
	return result, err
}

// byKeys reads the rows with these ids; it returns them as they come, without those that do not exist.
func byKeys[T any, K ~string](ctx context.Context, s *Store, n *noun[T], keys []K, full bool) ([]T, error) {
	items := make([]T, 0, len(keys))
	text := fmt.Sprintf("SELECT %s FROM %s t WHERE t.id = ANY($1::text[])", n.columns(full), n.table)
	err := s.query(ctx, n.table, text, []any{textArray(keys)}, func(rows *sql.Rows) error {
		dest, item := n.scan(full)
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		items = append(items, item())
		return nil
	})
	return items, err
}

func textArray[K ~string](keys []K) any { return pq.Array(texts(keys)) }

func texts[K ~string](keys []K) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = string(k)
	}
	return out
}

// contains is an ILIKE pattern for a part of a text; what is special in patterns stands for itself.
func contains(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}
