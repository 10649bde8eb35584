package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// copyPageSize is how many bytes of rows are gathered before they are sent.
const copyPageSize = 64 << 10

// CopyRows encodes rows in COPY's text format: one call per column, in the columns' order, then End.
type CopyRows struct {
	page  []byte
	inRow bool // A column of the row at hand is written.
	count int64
	send  func(page string) error
}

// Text writes a text. It must not hold a zero byte, which PostgreSQL has no room for.
func (r *CopyRows) Text(s string) {
	r.separate()
	r.page = appendEscaped(r.page, s)
}

// Bytes writes a text, or a JSON document, that was put together in a buffer. Nil is NULL.
func (r *CopyRows) Bytes(b []byte) {
	if b == nil {
		r.Null()
		return
	}
	r.separate()
	r.page = appendEscaped(r.page, b)
}

// TextOrNull writes a text, and NULL for the empty one.
func (r *CopyRows) TextOrNull(s string) {
	if s == "" {
		r.Null()
		return
	}
	r.Text(s)
}

// Null writes NULL.
func (r *CopyRows) Null() {
	r.separate()
	r.page = append(r.page, `\N`...)
}

// Int writes an integer.
func (r *CopyRows) Int(n int64) {
	r.separate()
	r.page = strconv.AppendInt(r.page, n, 10)
}

// Float writes a double precision number.
func (r *CopyRows) Float(f float64) {
	r.separate()
	r.page = strconv.AppendFloat(r.page, f, 'g', -1, 64)
}

// Bool writes a boolean.
func (r *CopyRows) Bool(b bool) {
	r.separate()
	if b {
		r.page = append(r.page, 't')
		return
	}
	r.page = append(r.page, 'f')
}

// Amount writes an amount of credits, given in ten-thousandths, as numeric(20,4).
func (r *CopyRows) Amount(tenThousandths int64) {
	r.separate()
	if tenThousandths < 0 {
		r.page = append(r.page, '-')
		tenThousandths = -tenThousandths
	}
	r.page = strconv.AppendInt(r.page, tenThousandths/10_000, 10)
	r.page = append(r.page, '.')
	digits := strconv.AppendInt(nil, 10_000+tenThousandths%10_000, 10)
	r.page = append(r.page, digits[1:]...)
}

// Time writes a point in time, given in microseconds since 1970.
func (r *CopyRows) Time(micros int64) {
	r.separate()
	r.page = time.UnixMicro(micros).UTC().AppendFormat(r.page, "2006-01-02 15:04:05.999999Z07:00")
}

// TimeOrNull writes a point in time, and NULL for zero.
func (r *CopyRows) TimeOrNull(micros int64) {
	if micros == 0 {
		r.Null()
		return
	}
	r.Time(micros)
}

// End ends the row. Its error is final: the rows cannot be sent, and the caller stops giving them.
func (r *CopyRows) End() error {
	r.page = append(r.page, '\n')
	r.inRow = false
	r.count++
	if len(r.page) < copyPageSize {
		return nil
	}
	return r.flush()
}

// flush sends the page without its last newline, which the driver adds.
func (r *CopyRows) flush() error {
	if len(r.page) == 0 {
		return nil
	}
	err := r.send(string(r.page[:len(r.page)-1]))
	r.page = r.page[:0]
	return err
}

func (r *CopyRows) separate() {
	if r.inRow {
		r.page = append(r.page, '\t')
	}
	r.inRow = true
}

// appendEscaped doubles backslashes and spells the characters that separate columns and rows.
func appendEscaped[T string | []byte](page []byte, text T) []byte {
	clean := 0 // text[clean:i] needs no escape.
	for i := range len(text) {
		var escape byte
		switch text[i] {
		case '\\':
			escape = '\\'
		case '\t':
			escape = 't'
		case '\n':
			escape = 'n'
		case '\r':
			escape = 'r'
		default:
			continue
		}
		page = append(append(page, text[clean:i]...), '\\', escape)
		clean = i + 1
	}
	return append(page, text[clean:]...)
}

// rawCopy is the statement of a COPY in lib/pq. Its usual door, Exec with a value per column, formats each
// through an interface; this one takes lines that are encoded already, at about half the cost.
type rawCopy interface {
	driver.Stmt
	CopyData(ctx context.Context, line string) (driver.Result, error)
}

func copyRows(ctx context.Context, connection any, statement string, write func(*CopyRows) error) (int64, error) {
	prepared, err := connection.(driver.Conn).Prepare(statement)
	if err != nil {
		return 0, err
	}
	stream, ok := prepared.(rawCopy)
	if !ok {
		return 0, errors.Join(fmt.Errorf("%T takes no encoded lines", prepared), prepared.Close())
	}
	rows := &CopyRows{send: func(page string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := stream.CopyData(ctx, page)
		return err
	}}
	err = write(rows)
	if err == nil {
		err = rows.flush()
	}
	if closed := stream.Close(); err == nil { // It ends the COPY, and repeats the error that broke it.
		err = closed
	}
	return rows.count, err
}
