package limit

import (
	"fmt"
	"sync"
	"time"
)

// The places where columns are put. Each knows what lib/pq delivers for its type, so that database/sql need not find out
// by reflection. What they hold is valid until the next row.

// text is a column of text or numeric.
type text struct {
	value  string
	isNull bool
}

// Scan implements sql.Scanner.
func (t *text) Scan(src any) error {
	t.value, t.isNull = "", src == nil
	switch v := src.(type) {
	case nil:
	case string:
		t.value = v
	case []byte:
		t.value = string(v)
	default:
		return fmt.Errorf("a text is a %T", src)
	}
	return nil
}

// number is an integer.
type number int64

// Scan implements sql.Scanner.
func (n *number) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a number is a %T", src)
	}
	*n = number(v)
	return nil
}

// moment is a timestamptz; zero for NULL.
type moment struct{ time.Time }

// Scan implements sql.Scanner.
func (m *moment) Scan(src any) error {
	m.Time = time.Time{}
	if src == nil {
		return nil
	}
	v, ok := src.(time.Time)
	if !ok {
		return fmt.Errorf("a moment is a %T", src)
	}
	m.Time = v.UTC()
	return nil
}

// unread is a column that the operation does not show.
type unread struct{}

// Scan implements sql.Scanner.
func (unread) Scan(any) error { return nil }

// work is what one request needs, used again by the next: the answer, pieces of it, and places for columns.
type work struct {
	out    []byte // The answer.
	pieces []byte // What is written before its place in the answer is known.
	keys   []byte // An array in PostgreSQL's text form.

	owners []owner
	index  map[string]int // Into owners, by key.
	chats  []conversation

	user    userRow
	balance balanceRow
	task    taskRow
	chat    chatRow
	message messageRow
}

var idle = sync.Pool{New: func() any {
	w := &work{index: make(map[string]int, 64)}
	w.user.bind()
	w.balance.bind()
	w.task.bind()
	w.chat.bind()
	w.message.bind()
	return w
}}

func takeWork() *work { return idle.Get().(*work) }

// largest is the most bytes of a buffer that is kept.
const largest = 1 << 20

func (w *work) giveBack() {
	if cap(w.out) > largest || cap(w.pieces) > largest {
		return
	}
	w.out, w.pieces, w.keys = w.out[:0], w.pieces[:0], w.keys[:0]
	w.owners, w.chats = w.owners[:0], w.chats[:0]
	clear(w.index)
	idle.Put(w)
}

// span is a part of work.pieces.
type span struct{ from, to int }

func (w *work) piece(s span) []byte { return w.pieces[s.from:s.to] }
