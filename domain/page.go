package domain

import "time"

// Page sizes: what a list answers when it is not told, and the most that it answers.
const (
	DefaultPageSize = 20
	MaxPageSize     = 100
)

// Direction of a list.
type Direction string

// The directions.
const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// Position is a place in a totally ordered list: the sort key (a time in microseconds or a text, as the list is
// ordered), then the id, then, where a list merges several tables, the table.
type Position struct {
	At      time.Time
	Text    string
	ID      string
	Service Service
}

// Page is a request for a part of a list: Limit items (1..MaxPageSize) from its start, or from its end if
// Backward, strictly after After and strictly before Before. Items come in the list's order in either case. With a Limit of 0
// nobody asks for anything of it: it comes empty, and whether the list goes on is not looked up.
type Page struct {
	Limit    int
	Backward bool
	After    *Position
	Before   *Position
}

// Slice is the part of a list that a Page asked for, and whether the list has more on either side of it.
type Slice[T any] struct {
	Items       []T
	HasPrevious bool
	HasNext     bool
}

// NumberedPage asks for a page by its number: Number from 1, Size in 1..MaxPageSize.
type NumberedPage struct {
	Number int
	Size   int
	// NoItems and NoTotal leave out what nobody asks for: the items, or the total and all that follows from it.
	NoItems bool
	NoTotal bool
}

// MaxOffset is the deepest row that a page number may reach; past it, cursors serve.
const MaxOffset = 10_000_000

// Offset is the number of rows before the page.
func (p NumberedPage) Offset() int { return (p.Number - 1) * p.Size }

// Numbered is a page by number of a list of Total items.
type Numbered[T any] struct {
	Items    []T
	Total    int
	Page     int
	PageSize int
}

// TotalPages is the number of pages that hold an item.
func (n *Numbered[T]) TotalPages() int { return (n.Total + n.PageSize - 1) / n.PageSize }

// HasNext reports whether a page follows.
func (n *Numbered[T]) HasNext() bool { return n.Page < n.TotalPages() }

// HasPrev reports whether a page precedes.
func (n *Numbered[T]) HasPrev() bool { return n.Page > 1 && n.Total > 0 }
