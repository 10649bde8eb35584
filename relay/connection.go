package relay

import "atelier/domain"

// Connection is a page of a list of T. It is plain data: totalCount is counted elsewhere, by Counts, and only
// when it is asked for.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	// Counts says what to count for totalCount: it is comparable, and the same for equal lists.
	Counts any
}

// Edge is an item with its place in the list.
type Edge[T any] struct {
	Node     T
	scope    Scope
	position func(T) domain.Position
}

// Cursor is the item's place in the list.
func (e Edge[T]) Cursor() string { return EncodeCursor(e.scope, e.position(e.Node)) }

// Nodes returns the items alone.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i := range c.Edges {
		nodes[i] = c.Edges[i].Node
	}
	return nodes
}

// PageInfo says where a page starts and ends, and whether the list goes on.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	first, last     interface{ Cursor() string } // nil on an empty page.
}

// StartCursor is the cursor of the first item; nil on an empty page.
func (p *PageInfo) StartCursor() *string { return cursorOf(p.first) }

// EndCursor is the cursor of the last item; nil on an empty page.
func (p *PageInfo) EndCursor() *string { return cursorOf(p.last) }

func cursorOf(e interface{ Cursor() string }) *string {
	if e == nil {
		return nil
	}
	cursor := e.Cursor()
	return &cursor
}

// NewConnection makes a connection of what a page of the scope's list holds. Cursors are worked out when read.
func NewConnection[T any](scope Scope, slice domain.Slice[T], position func(T) domain.Position, counts any) *Connection[T] {
	c := &Connection[T]{
		Edges:    make([]Edge[T], len(slice.Items)),
		PageInfo: PageInfo{HasNextPage: slice.HasNext, HasPreviousPage: slice.HasPrevious},
		Counts:   counts,
	}
	for i, item := range slice.Items {
		c.Edges[i] = Edge[T]{item, scope, position}
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.first, c.PageInfo.last = c.Edges[0], c.Edges[n-1]
	}
	return c
}
