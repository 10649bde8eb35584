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
// The first error stays; whoever calls begin asks for it at the end.
type row struct {
	rest   []byte // What is not read yet. It is lib/pq's: what is kept of it is copied.
	column int    // How many columns were read.
	err    error
	texts  strings.Builder // Those of the row: one piece of memory for all of them.
}

// A record is the number of its columns (int32), then, of each column, its type (uint32), its length (int32; negative for
// NULL) and its bytes.
const (
	recordHeader = 4
	columnHeader = 8
)

func (r *row) begin(record []byte) {
	r.column, r.err, r.rest = 0, nil, nil
	r.texts.Reset()
	if len(record) >= recordHeader {
		r.rest = record[recordHeader:]
		r.texts.Grow(textBytes(r.rest))
	}
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

// next returns the next column, which must be of one of these types; nil for NULL.
func (r *row) next(types ...oid.Oid) []byte {
	r.column++
	if len(r.rest) < columnHeader {
		r.fail("is not there")
		return nil
	}
	found, length := header(r.rest)
	r.rest = r.rest[columnHeader:]
	if !slices.Contains(types, found) {
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

// fixed is next for a value of a known size; nil also where it is of another.
func (r *row) fixed(size int, types ...oid.Oid) []byte {
	value := r.next(types...)
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

// maybe is what was read from a column that may be NULL.
type maybe[T any] struct {
	value T
	there bool
}

func maybeOf[T any](value T, there bool) maybe[T] { return maybe[T]{value, there} }

// orZero is the value, or that of its type which stands for nothing.
func (m maybe[T]) orZero() T { return m.value }

func (m maybe[T]) orNil() *T { return orNil(m.value, m.there) }

func orNil[T any](value T, there bool) *T {
	if !there {
		return nil
	}
	return &value
}

// text reads a text that is there, maybeText one that may be NULL. The others are named alike.
func (r *row) text() string {
	value, there := r.anyText()
	return required(r, value, there)
}

func (r *row) maybeText() *string { return orNil(r.anyText()) }

func (r *row) anyText() (string, bool) {
	value := r.next(oid.T_text, oid.T_varchar)
	if value == nil {
		return "", false
	}
	return r.keep(value), true
}

// keep copies a text.
func (r *row) keep(value []byte) string {
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
	value := r.fixed(1, oid.T_bool)
	return value != nil && value[0] != 0, value != nil
}

// whole reads an integer of any size.
func (r *row) whole() int {
	value, there := r.anyWhole()
	return int(required(r, value, there))
}

func (r *row) maybeWhole() *int64 { return orNil(r.anyWhole()) }

func (r *row) anyWhole() (int64, bool) {
	value := r.next(oid.T_int2, oid.T_int4, oid.T_int8)
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
	value := r.next(oid.T_float4, oid.T_float8)
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

func (r *row) maybeTime() *time.Time { return orNil(r.anyTime()) }

func (r *row) anyTime() (time.Time, bool) {
	value := r.fixed(8, oid.T_timestamptz)
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
	value := r.next(oid.T_jsonb)
	switch {
	case value == nil:
		return nil
	case len(value) == 0 || value[0] != version:
		r.fail("is not jsonb of the version that is known")
		return nil
	}
	return slices.Clone(domain.JSON(value[1:]))
}
