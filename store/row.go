package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq/oid"

	"atelier/domain"
)

// row reads the columns of a row, one after the other, in the order in which the statement delivers them.
//
// Statements deliver a row as one value: SELECT record_send(ROW(…)), PostgreSQL's binary form of a record. lib/pq hands that
// over as it came, where it would make two or three small objects of each column, and texts of times and amounts, which
// both sides would have to write and read: half of the server's time for a page.
//
// What is read of rows stands in pieces of memory that they share, as rows of a page come and go together: see apart.
//
// The first error stays; whoever calls begin asks for it at the end.
type row struct {
	rest   []byte // What is not read yet. It is lib/pq's: what is kept of it is copied.
	column int    // How many columns were read.
	err    error

	isApart   bool
	texts     strings.Builder
	piece     int // Bytes that texts began with.
	documents []byte
	strings   pieces[string]
	wholes    pieces[int64]
	times     pieces[time.Time]
}

// A record is the number of its columns (int32), then, of each column, its type (uint32), its length (int32; negative for
// NULL) and its bytes.
const (
	recordHeader = 4
	columnHeader = 8
)

// reset lets go of all that was read.
func (r *row) reset() { *r = row{} }

func (r *row) begin(record []byte) {
	r.column, r.err, r.rest = 0, nil, nil
	if len(record) >= recordHeader {
		r.rest = record[recordHeader:]
	}
}

// apart is for rows that are kept one by one, for long: none of them holds on to the memory of another. It must be called before anything is
// read of a row, for each.
func (r *row) apart() *row {
	r.isApart = true
	r.texts.Reset()
	r.texts.Grow(textBytes(r.rest))
	return r
}

// textBytes adds up the lengths of the texts among columns, and of the amounts, at most.
func textBytes(columns []byte) (sum int) {
	for len(columns) >= columnHeader {
		found, length := header(columns)
		end := columnHeader + max(length, 0)
		if end > len(columns) {
			break
		}
		switch {
		case length <= 0:
		case found == oid.T_text || found == oid.T_varchar:
			sum += length
		case found == oid.T_numeric:
			sum += numericText
		}
		columns = columns[end:]
	}
	return sum
}

// header reads a column's type and the number of its bytes; negative for NULL.
func header(column []byte) (oid.Oid, int) {
	return oid.Oid(binary.BigEndian.Uint32(column)), int(int32(binary.BigEndian.Uint32(column[4:])))
}

// kind is what types of columns are read alike.
type kind uint8

const (
	otherKind kind = iota
	textKind
	wholeKind
	floatKind
	numericKind
	boolKind
	timeKind
	jsonKind
)

func kindOf(found oid.Oid) kind {
	switch found {
	case oid.T_text, oid.T_varchar:
		return textKind
	case oid.T_int2, oid.T_int4, oid.T_int8:
		return wholeKind
	case oid.T_float4, oid.T_float8:
		return floatKind
	case oid.T_numeric:
		return numericKind
	case oid.T_bool:
		return boolKind
	case oid.T_timestamptz:
		return timeKind
	case oid.T_jsonb:
		return jsonKind
	}
	return otherKind
}

// next returns the next column, which must be of this kind; nil for NULL.
func (r *row) next(wanted kind) []byte {
	r.column++
	if len(r.rest) < columnHeader {
		r.fail("is not there")
		return nil
	}
	found, length := header(r.rest)
	r.rest = r.rest[columnHeader:]
	if kindOf(found) != wanted {
		r.fail(fmt.Sprintf("is of type %d", found))
	}
	if length < 0 {
		return nil
	}
	if length > len(r.rest) {
		r.fail("is cut off")
		return nil
	}
	value := r.rest[:length:length]
	r.rest = r.rest[length:]
	return value
}

// skip passes over columns, whatever they are.
func (r *row) skip(columns int) {
	for range columns {
		r.column++
		if len(r.rest) < columnHeader {
			r.fail("is not there")
			return
		}
		_, length := header(r.rest)
		r.rest = r.rest[min(columnHeader+max(length, 0), len(r.rest)):]
	}
}

// fixed is next for a value of a known size; nil also where it is of another.
func (r *row) fixed(size int, wanted kind) []byte {
	value := r.next(wanted)
	if value != nil && len(value) != size {
		r.fail(fmt.Sprintf("has %d bytes, not %d", len(value), size))
		return nil
	}
	return value
}

func (r *row) fail(why string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %d %s", r.column, why)
	}
}

// required is for what was read from a column that is NOT NULL.
func required[T any](r *row, value T, there bool) T {
	if !there {
		r.fail("is NULL")
	}
	return value
}

// pieces is memory for values that are pointed to.
type pieces[T any] []T

// most values of a piece.
const mostInPiece = 32

func (p *pieces[T]) add(value T) *T {
	if len(*p) == cap(*p) {
		*p = make([]T, 0, min(max(2*cap(*p), 4), mostInPiece))
	}
	*p = append(*p, value)
	return &(*p)[len(*p)-1]
}

// orNil is where a value stands that is there.
func orNil[T any](r *row, in *pieces[T], value T, there bool) *T {
	switch {
	case !there:
		return nil
	case r.isApart:
		return alone(value)
	}
	return in.add(value)
}

// alone is orNil's for a row that is apart: by itself, since a parameter whose address is taken is made anew in each call.
//
//go:noinline
func alone[T any](value T) *T { return &value }

// text reads a text that is there, maybeText one that may be NULL. The others are named alike.
func (r *row) text() string {
	value, there := r.anyText()
	return required(r, value, there)
}

func (r *row) maybeText() *string {
	value, there := r.anyText()
	return orNil(r, &r.strings, value, there)
}

// textOrEmpty reads a text that may be NULL, which is as good as an empty one.
func (r *row) textOrEmpty() string {
	value, _ := r.anyText()
	return value
}

func (r *row) anyText() (string, bool) {
	value := r.next(textKind)
	if value == nil {
		return "", false
	}
	return r.keep(value), true
}

// Pieces of memory for texts begin with what a row takes, and grow up to mostTexts. A text that would fill much of one is by itself.
const (
	mostTexts = 8 << 10
	longText  = 1 << 10
)

// keep copies a text.
func (r *row) keep(value []byte) string {
	if len(value) > r.texts.Cap()-r.texts.Len() {
		if len(value) > longText {
			return string(value)
		}
		r.piece = min(max(2*r.piece, len(value)+len(r.rest)), mostTexts)
		r.texts = strings.Builder{}
		r.texts.Grow(r.piece)
	}
	start := r.texts.Len()
	_, _ = r.texts.Write(value)
	return r.texts.String()[start:]
}

// yes reads a boolean.
func (r *row) yes() bool {
	value, there := r.anyYes()
	return required(r, value, there)
}

func (r *row) anyYes() (bool, bool) {
	value := r.fixed(1, boolKind)
	return value != nil && value[0] != 0, value != nil
}

// whole reads an integer of any size.
func (r *row) whole() int {
	value, there := r.anyWhole()
	return int(required(r, value, there))
}

func (r *row) maybeWhole() *int64 {
	value, there := r.anyWhole()
	return orNil(r, &r.wholes, value, there)
}

// wholeOrZero reads an integer that may be NULL, which is as good as 0.
func (r *row) wholeOrZero() int {
	value, _ := r.anyWhole()
	return int(value)
}

func (r *row) anyWhole() (int64, bool) {
	value := r.next(wholeKind)
	switch len(value) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(value))), true
	case 4:
		return int64(int32(binary.BigEndian.Uint32(value))), true
	case 8:
		return int64(binary.BigEndian.Uint64(value)), true
	}
	return 0, false
}

// maybeFloat reads a floating-point number of either size: a single as PostgreSQL would write it, 0.1 and not the double
// that is nearest to it.
func (r *row) maybeFloat() *float64 {
	value := r.next(floatKind)
	switch len(value) {
	case 4:
		single := math.Float32frombits(binary.BigEndian.Uint32(value))
		shown, _ := strconv.ParseFloat(strconv.FormatFloat(float64(single), 'g', -1, 32), 64)
		return &shown
	case 8:
		return new(math.Float64frombits(binary.BigEndian.Uint64(value)))
	}
	return nil
}

// epoch is 2000-01-01 in microseconds of Unix time: what PostgreSQL counts from.
const epoch = 946_684_800_000_000

// time reads an instant, in UTC.
func (r *row) time() time.Time {
	value, there := r.anyTime()
	return required(r, value, there)
}

func (r *row) maybeTime() *time.Time {
	value, there := r.anyTime()
	return orNil(r, &r.times, value, there)
}

func (r *row) anyTime() (time.Time, bool) {
	value := r.fixed(8, timeKind)
	if value == nil {
		return time.Time{}, false
	}
	micros := int64(binary.BigEndian.Uint64(value))
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		r.fail("is an infinite time")
		return time.Time{}, true
	}
	return time.UnixMicro(micros + epoch).UTC(), true
}

// document reads a JSON document, or nil for NULL.
func (r *row) document() domain.JSON {
	const version = 1
	value := r.next(jsonKind)
	switch {
	case value == nil:
		return nil
	case len(value) == 0 || value[0] != version:
		r.fail("is not jsonb of the version that is known")
		return nil
	}
	return r.keepDocument(value[1:])
}

// keepDocument copies a document.
func (r *row) keepDocument(value []byte) domain.JSON {
	if r.isApart || len(value) > longText {
		return slices.Clone(domain.JSON(value))
	}
	if len(value) > cap(r.documents)-len(r.documents) {
		r.documents = make([]byte, 0, min(max(2*cap(r.documents), 4*len(value)), mostTexts))
	}
	start := len(r.documents)
	r.documents = append(r.documents, value...)
	return domain.JSON(r.documents[start:len(r.documents):len(r.documents)])
}
