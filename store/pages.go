package store

import (
	"context"
	"fmt"
	"strings"

	"atelier/domain"
)

// noun is how rows of a table become items: its columns (of the alias t) in two shapes, and their places. The light
// shape leaves out what is heavy: texts without a bound and JSON documents.
type noun[T any] struct {
	table string
	light string
	heavy string // What the full shape has besides, after the light columns; may be empty.
	// scan makes an item of the columns of a row.
	scan func(r *row, full bool) T
}

func (n *noun[T]) columns(full bool) string {
	if full && n.heavy != "" {
		return n.light + ", " + n.heavy
	}
	return n.light
}

// pages reads one page for each of n parents, in their order, in one statement; in none where nothing of them is wanted. A list
// without parents has n = 1.
func pages[T any](ctx context.Context, s *Store, l *list[T], n int, page domain.Page, full bool) ([]domain.Slice[T], error) {
	slices := make([]domain.Slice[T], n)
	if page.Limit == 0 {
		return slices, nil
	}
	text, args := l.pageStatement(page, full)
	err := s.read(ctx, l.noun.table, text, args, func(row *row) error {
		ord, side := row.whole(), row.whole()
		if row.err != nil {
			return row.err
		}
		put(&slices[ord-1], side, l.noun.scan(row, full), page.Limit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range slices {
		trim(&slices[i], page)
	}
	return slices, nil
}

func put[T any](slice *domain.Slice[T], side int, item T, limit int) {
	switch side {
	case sideBefore:
		slice.HasPrevious = true
	case sideAfter:
		slice.HasNext = true
	default:
		if slice.Items == nil {
			slice.Items = make([]T, 0, min(limit+1, firstItems))
		}
		slice.Items = append(slice.Items, item)
	}
}

// firstItems is for how many items there is room to begin with.
const firstItems = 8

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
	text, args := l.countStatement()
	err := s.read(ctx, l.noun.table, text, args, func(row *row) error {
		ord, total := row.whole(), row.whole()
		if row.err == nil {
			totals[ord-1] = total
		}
		return row.err
	})
	return totals, err
}

// numbered reads a page by its number, and the total: a statement each, for those of the two that are wanted.
func numbered[T any](ctx context.Context, s *Store, l *list[T], page domain.NumberedPage, full bool) (*domain.Numbered[T], error) {
	result := &domain.Numbered[T]{Page: page.Number, PageSize: page.Size}
	if !page.NoTotal {
		totals, err := counts(ctx, s, l, 1)
		if err != nil {
			return nil, err
		}
		result.Total = totals[0]
	}
	if page.NoItems {
		return result, nil
	}
	text, args := l.numberedStatement(page, full)
	err := s.read(ctx, l.noun.table, text, args, func(row *row) error {
		_, _ = row.whole(), row.whole() // The parent's ordinal and the side, as in pages: there is one of each.
		result.Items = append(result.Items, l.noun.scan(row, full))
		return nil
	})
	return result, err
}

// byKeys reads the rows with these ids; it returns them as they come, without those that do not exist.
func byKeys[T any, K ~string](ctx context.Context, s *Store, n *noun[T], keys []K, full bool) ([]T, error) {
	items := make([]T, 0, len(keys))
	err := s.read(ctx, n.table, n.byKeysSQL(full), []any{texts(keys)}, func(row *row) error {
		items = append(items, n.scan(row.apart(), full))
		return nil
	})
	return items, err
}

func (n *noun[T]) byKeysSQL(full bool) string {
	return shape{read: readByKeys, table: n.table, variant: n.light, full: full}.text(func() string {
		return recordsOf(fmt.Sprintf("SELECT %s FROM %s t WHERE t.id = ANY($1::text[])", n.columns(full), n.table))
	})
}

// recordsOf makes records of the rows of a statement, in any order.
func recordsOf(statement string) string {
	return "SELECT record_send(ROW(x.*)) FROM (" + statement + ") x"
}

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
