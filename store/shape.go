package store

import (
	"strings"
	"sync"

	"atelier/domain"
)

// shape is all that shows in the text of a list's statement; values never do. So there are as many texts as shapes, which
// are bounded, and each is written once.
type shape struct {
	read                          reading
	table, name                   string
	where, variant                string
	key                           string
	descends                      bool
	backward, after, before, full bool
}

// reading is what of a list a statement reads.
type reading int8

const (
	readPage reading = iota
	readNumbered
	readCount
	readByKeys
)

func (l *list[T]) shape(read reading, full bool) shape {
	return shape{
		read: read, table: l.noun.table, name: l.name, where: strings.Join(l.where, " AND "), variant: l.variant, key: l.key, descends: l.descends, full: full,
	}
}

// pageStatement is the text of a page's statement, and its arguments.
func (l *list[T]) pageStatement(page domain.Page, full bool) (string, []any) {
	s := l.shape(readPage, full)
	s.backward, s.after, s.before = page.Backward, page.After != nil, page.Before != nil
	return s.text(func() string { return l.pageSQL(page, full) }), l.pageArgs(page)
}

// numberedStatement is the text of a numbered page's statement, and its arguments.
func (l *list[T]) numberedStatement(page domain.NumberedPage, full bool) (string, []any) {
	return l.shape(readNumbered, full).text(func() string { return l.numberedSQL(full) }), l.numberedArgs(page)
}

// countStatement is the text of the statement that counts, and its arguments.
func (l *list[T]) countStatement() (string, []any) {
	return l.shape(readCount, false).text(l.countSQL), l.countArgs()
}

// written are the texts of all shapes that there were.
var written = struct {
	sync.RWMutex
	texts map[shape]string
}{texts: map[shape]string{}}

// text returns the shape's text, writing it the first time.
func (s shape) text(write func() string) string {
	written.RLock()
	text, ok := written.texts[s]
	written.RUnlock()
	if ok {
		return text
	}
	text = write()
	written.Lock()
	defer written.Unlock()
	written.texts[s] = text
	return text
}
