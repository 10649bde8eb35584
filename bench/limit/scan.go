package limit

import (
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// A row comes as one value, PostgreSQL's binary form of a record: lib/pq would make two or three small objects of each column.
// It is the number of its columns (int32), then, of each, its type (uint32), its length (int32; negative for NULL) and its bytes.
const (
	recordHeader = 4
	columnHeader = 8
)

var errRecord = errors.New("a row is not the record that it should be")

// readRecord puts the columns of a record in their places.
func readRecord(record []byte, into []column) error {
	if len(record) < recordHeader || int(binary.BigEndian.Uint32(record)) != len(into) {
		return errRecord
	}
	rest := record[recordHeader:]
	for _, place := range into {
		if len(rest) < columnHeader {
			return errRecord
		}
		length := int(int32(binary.BigEndian.Uint32(rest[4:])))
		rest = rest[columnHeader:]
		if length > len(rest) {
			return errRecord
		}
		if length < 0 {
			place.put(nil)
			continue
		}
		place.put(rest[:length:length])
		rest = rest[length:]
	}
	return nil
}

// column is a place for a column; nil is NULL. What it holds is valid until the next row: what is kept is cloned.
type column interface{ put(value []byte) }

// text is a column of text.
type text struct {
	value  string
	isNull bool
}

func (t *text) put(value []byte) {
	t.value = unsafe.String(unsafe.SliceData(value), len(value)) //nolint:gosec // Read before the next row, or cloned.
	t.isNull = value == nil
}

// number is an integer of 32 or 64 bits; 0 for NULL.
type number int64

func (n *number) put(value []byte) {
	switch len(value) {
	case 4:
		*n = number(int32(binary.BigEndian.Uint32(value)))
	case 8:
		*n = number(int64(binary.BigEndian.Uint64(value)))
	default:
		*n = 0
	}
}

// moment is a timestamptz; zero for NULL.
type moment struct{ time.Time }

// epoch is where PostgreSQL's time begins: 2000-01-01, in microseconds since 1970.
const epoch = 946_684_800_000_000

func (m *moment) put(value []byte) {
	m.Time = time.Time{}
	if len(value) == 8 {
		m.Time = time.UnixMicro(int64(binary.BigEndian.Uint64(value)) + epoch).UTC()
	}
}

// amount is a numeric(20,4), as a text with four decimals; empty for NULL.
type amount struct{ value string }

// A numeric is the number of its digits to the base of 10,000, the power of the first, its sign and its decimals, 16 bits each,
// and then the digits.
func (a *amount) put(value []byte) {
	const header, base = 8, 10_000
	if a.value = ""; len(value) < header {
		return
	}
	field := func(i int) int64 { return int64(int16(binary.BigEndian.Uint16(value[2*i:]))) }
	var whole, places int64
	digits, power := field(0), field(1)
	for i := range max(power+1, digits) {
		digit := int64(0)
		if i < digits {
			digit = field(4 + int(i))
		}
		if i <= power {
			whole = whole*base + digit
		}
	}
	if at := power + 1; at >= 0 && at < digits { // The digit after the point.
		places = field(4 + int(at))
	}
	var room [32]byte
	out := room[:0]
	if field(2) != 0 {
		out = append(out, '-')
	}
	out = append(strconv.AppendInt(out, whole, 10), '.')
	for unit := int64(base / 10); unit > 0; unit /= 10 {
		out = append(out, byte('0'+places/unit%10))
	}
	a.value = string(out)
}

// unread is a column that the operation does not show.
type unread struct{}

func (unread) put([]byte) {}

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
