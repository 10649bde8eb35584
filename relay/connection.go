package relay

import "atelier/domain"

// Connection is a page of a list of T. It is plain data: totalCount is counted elsewhere, by Counts, and only
// when it is asked for.
type Connection[T any] struct {
	PageInfo PageInfo
	// Counts says what to count for totalCount, in the words of whoever does.
	Counts any

	items []T
	order *order[T]
}

// order is what the cursors of a list are made of.
type order[T any] struct {
	scope    Scope
	position func(T) domain.Position
}

func (o *order[T]) appendCursor(b []byte, item T) []byte {
	return AppendCursor(b, o.scope, o.position(item))
}

// Edge is an item with its place in the list.
type Edge[T any] struct {
	Node  T
	order *order[T]
}

// Cursor is the item's place in the list.
func (e *Edge[T]) Cursor() string { return string(e.order.appendCursor(nil, e.Node)) }

// AppendCursor appends the cursor as a JSON string. The executor prefers it.
func (e *Edge[T]) AppendCursor(b []byte) []byte { return quoted(b, e.order, e.Node) }

func quoted[T any](b []byte, order *order[T], item T) []byte {
	return append(order.appendCursor(append(b, '"'), item), '"') // Base64url needs no escaping.
}

// Edges returns the items with their places, made anew by each call.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.items))
	for i, item := range c.items {
		edges[i] = Edge[T]{item, c.order}
	}
	return edges
}

// Nodes returns the items alone. They are not to be changed.
func (c *Connection[T]) Nodes() []T { return c.items }

// appendEnd appends the cursor of the first or of the last item as JSON; null on an empty page.
func (c *Connection[T]) appendEnd(b []byte, isLast bool) []byte {
	switch n := len(c.items); {
	case n == 0:
		return append(b, "null"...)
	case isLast:
		return quoted(b, c.order, c.items[n-1])
	}
	return quoted(b, c.order, c.items[0])
}

// PageInfo says where a page starts and ends, and whether the list goes on.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	page            interface { // The connection.
		appendEnd(b []byte, isLast bool) []byte
	}
}

// StartCursor is the cursor of the first item; nil on an empty page.
func (p *PageInfo) StartCursor() *string { return unquoted(p.AppendStartCursor(nil)) }

// EndCursor is the cursor of the last item; nil on an empty page.
func (p *PageInfo) EndCursor() *string { return unquoted(p.AppendEndCursor(nil)) }

func unquoted(cursor []byte) *string {
	if cursor[0] != '"' {
		return nil
	}
	text := string(cursor[1 : len(cursor)-1])
	return &text
}

// AppendStartCursor appends the cursor of the first item as JSON. The executor prefers it.
func (p *PageInfo) AppendStartCursor(b []byte) []byte { return p.page.appendEnd(b, false) }

// AppendEndCursor appends the cursor of the last item as JSON.
func (p *PageInfo) AppendEndCursor(b []byte) []byte { return p.page.appendEnd(b, true) }

// NewConnection makes a connection of what a page of the scope's list holds. Cursors are worked out when read.
func NewConnection[T any](scope Scope, slice domain.Slice[T], position func(T) domain.Position, counts any) *Connection[T] {
	c := NewConnections(scope, []domain.Slice[T]{slice}, position)[0]
	c.Counts = counts
	return c
}

// NewConnections makes a connection of each page, of lists that share a scope. What they count is left to the caller.
func NewConnections[T any](scope Scope, slices []domain.Slice[T], position func(T) domain.Position) []*Connection[T] {
	order := &order[T]{scope, position}
	all, made := make([]Connection[T], len(slices)), make([]*Connection[T], len(slices))
	for i := range slices {
		slice, c := &slices[i], &all[i]
		c.order = order
		if c.items = slice.Items; c.items == nil {
			c.items = []T{}
		}
		c.PageInfo = PageInfo{HasNextPage: slice.HasNext, HasPreviousPage: slice.HasPrevious, page: c}
		made[i] = c
	}
	return made
}
