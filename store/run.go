package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
)

// on runs do with a connection of the pool's, which is do's alone. It goes below database/sql, whose rows cost a goroutine
// for each statement, and reflection, locks and copies for each column. A connection that turns out to be dead is
// dropped and another one tried, of which the pool may have as many as it holds: what must not be done twice may not return
// driver.ErrBadConn once it was sent.
func (s *Store) on(ctx context.Context, do func(c *interruptible) error) error {
	for tries := s.conns; ; tries-- {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return err
		}
		err = conn.Raw(func(c any) error { return do(c.(*interruptible)) })
		_ = conn.Close()
		if !errors.Is(err, driver.ErrBadConn) || tries == 0 {
			return err
		}
	}
}

// prepared returns the connection's statement of a text, preparing it the first time. Texts are bounded: values are
// always parameters.
func (c *interruptible) prepared(ctx context.Context, text string) (pqStmt, error) {
	if stmt, ok := c.statements[text]; ok {
		return stmt, nil
	}
	defer c.begin(ctx).end()
	stmt, err := c.pqConn.PrepareContext(context.WithoutCancel(ctx), text)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if c.statements == nil {
		c.statements = map[string]pqStmt{}
	}
	c.statements[text] = stmt.(pqStmt)
	return c.statements[text], nil
}

// read runs a statement whose rows are records, and calls each for every one of them. It returns how many there were.
func (c *interruptible) read(ctx context.Context, text string, args []any, each func(*row) error) (read int, err error) {
	stmt, values, err := c.ready(ctx, text, args)
	if err != nil {
		return 0, err
	}
	defer c.begin(ctx).end()
	rows, err := stmt.QueryContext(context.Background(), values) // Interrupted by us: see interrupt.go.
	clear(values)
	if err != nil {
		return 0, err
	}
	if read, err = c.eachRecord(rows, allowanceOf(ctx), each); err != nil {
		c.interrupt(c.last) // What is left of the rows is for nobody.
		_ = rows.Close()    // That it was interrupted is no news, and a connection that is lost by it is dropped.
		return read, lost(err)
	}
	return read, lost(rows.Close())
}

// lost is the error of a connection that was lost when it was too late to try another: something came of it already, or may have.
func lost(err error) error {
	if errors.Is(err, driver.ErrBadConn) {
		return sql.ErrConnDone
	}
	return err
}

func (c *interruptible) eachRecord(rows driver.Rows, allowed allowance, each func(*row) error) (read int, err error) {
	row := &c.row
	defer func() {
		row.reset()
		clear(c.record[:])
	}()
	for ; ; read++ {
		switch err := rows.Next(c.record[:]); {
		case errors.Is(err, io.EOF):
			return read, nil
		case err != nil:
			return read, err
		}
		record, ok := c.record[0].([]byte)
		if !ok {
			return read, fmt.Errorf("a row is a %T, not a record", c.record[0])
		}
		row.begin(record)
		if err := allowed.spend(len(record)); err != nil {
			return read, err
		}
		if err := each(row); err != nil {
			return read, err
		}
		if row.err != nil {
			return read, row.err
		}
	}
}

// alive returns driver.ErrBadConn where the server has left the connection.
func (c *interruptible) alive(ctx context.Context) error {
	defer c.begin(ctx).end()
	return c.pqConn.Ping(context.WithoutCancel(ctx))
}

// change runs a statement and returns how many rows it changed, or found.
func (c *interruptible) change(ctx context.Context, text string, args []any) (int64, error) {
	stmt, values, err := c.ready(ctx, text, args)
	if err != nil {
		return 0, err
	}
	defer c.begin(ctx).end()
	result, err := stmt.ExecContext(context.Background(), values)
	clear(values)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ready prepares a statement and its arguments. Nothing follows a context that has ended.
func (c *interruptible) ready(ctx context.Context, text string, args []any) (pqStmt, []driver.NamedValue, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	stmt, err := c.prepared(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	c.values = c.values[:0]
	for i, arg := range args {
		value, err := driverValue(arg)
		if err != nil {
			return nil, nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.values = append(c.values, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return stmt, c.values, nil
}

func driverValue(arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case string, int64, bool:
		return v, nil
	case int:
		return int64(v), nil
	case []string:
		return arrayOf(v), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(arg)
}

var arrayQuotes = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// arrayOf is how PostgreSQL writes an array of texts: all of them quoted, so that none is NULL or has a comma of its own. lib/pq's
// takes three times as long, and a copy of each.
func arrayOf(texts []string) string {
	size := len("{}")
	for _, text := range texts {
		size += len(text) + len(`"",`)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('{')
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		if strings.ContainsAny(text, `"\`) {
			text = arrayQuotes.Replace(text)
		}
		b.WriteString(text)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
