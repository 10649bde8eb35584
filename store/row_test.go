package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/domain"
	"atelier/store/storetest"
)

// A record holds what its columns hold: whatever PostgreSQL can have in them comes as lib/pq reads it, column by column.
func TestRecordsHoldWhatTheirColumnsHold(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	for _, kind := range []struct {
		sqlType string
		values  []string
		read    func(*row) any
	}{
		{"text", []string{"''", "'a'", "'çé😀'", "repeat('long ', 2000)"}, func(r *row) any { return r.maybeText() }},
		{"varchar(9)", []string{"''", "'nine char'"}, func(r *row) any { return r.maybeText() }},
		{"boolean", []string{"true", "false"}, func(r *row) any { return maybeYes(r.anyYes()) }},
		{"smallint", []string{"0", "-1", "-32768", "32767"}, func(r *row) any { return r.maybeWhole() }},
		{"integer", []string{"0", "-1", "-2147483648", "2147483647"}, func(r *row) any { return r.maybeWhole() }},
		{"bigint", []string{"0", "-1", "-9223372036854775808", "9223372036854775807"}, func(r *row) any { return r.maybeWhole() }},
		{"double precision", []string{"0", "0.1", "-1e300", "3.5", "'NaN'", "'Infinity'"}, func(r *row) any { return r.maybeFloat() }},
		{"real", []string{"0", "0.1", "3.5", "-1e30", "16777216"}, func(r *row) any { return r.maybeFloat() }},
		{"timestamptz", []string{"'2026-05-01 12:34:56.123456+02'", "'1999-12-31 23:59:59.999999Z'", "'0001-01-01Z'", "'9999-12-31 23:59:59Z'"}, func(r *row) any { return r.maybeTime() }},
		{"jsonb", []string{"'{}'", `'{"a": [1, "ü", null]}'`, "'null'"}, func(r *row) any { return r.document() }},
	} {
		for _, value := range append(kind.values, "NULL") {
			expression := "(" + value + ")::" + kind.sqlType
			if got, want := s.readOne(t, expression, kind.read), s.scanned(t, expression, kind.sqlType); !same(got, want) {
				t.Errorf("%s: %v, want %v", expression, show(got), show(want))
			}
		}
	}
}

func maybeYes(yes, there bool) *bool {
	if !there {
		return nil
	}
	return &yes
}

func openEmpty(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: storetest.Empty(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// readOne reads an expression as a column of a record, between two others.
func (s *Store) readOne(t fataler, expression string, read func(*row) any) (value any) {
	t.Helper()
	err := s.one(context.Background(), "nothing", "SELECT record_send(ROW(1, "+expression+", 'end'::text))", nil, func(r *row) {
		first := r.whole()
		value = read(r)
		if end := r.text(); r.err == nil && (first != 1 || end != "end" || len(r.rest) != 0) {
			t.Fatalf("%s: beside it stand %d and %q, and %d bytes after it", expression, first, end, len(r.rest))
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// scanned reads an expression as database/sql does.
func (s *Store) scanned(t *testing.T, expression, sqlType string) (value any) {
	t.Helper()
	dest := map[string]any{
		"text": new(*string), "varchar(9)": new(*string), "boolean": new(*bool), "smallint": new(*int64), "integer": new(*int64), "bigint": new(*int64),
		"double precision": new(*float64), "real": new(*float64), "timestamptz": new(*time.Time), "jsonb": new(domain.JSON),
	}[sqlType]
	if err := s.db.QueryRowContext(t.Context(), "SELECT "+expression).Scan(dest); err != nil {
		t.Fatal(err)
	}
	return dest
}

// same compares what row reads with a pointer to what Scan has read.
func same(got, want any) bool {
	switch got := got.(type) {
	case *string:
		return equal(got, *want.(**string))
	case *bool:
		return equal(got, *want.(**bool))
	case *int64:
		return equal(got, *want.(**int64))
	case *float64:
		want := *want.(**float64)
		return equal(got, want) || got != nil && want != nil && math.IsNaN(*got) && math.IsNaN(*want)
	case *time.Time:
		want := *want.(**time.Time)
		return got == nil && want == nil || got != nil && want != nil && got.Equal(*want) && got.Location() == time.UTC
	case domain.JSON:
		want := *want.(*domain.JSON)
		return slices.Equal(got, want) && (got == nil) == (want == nil)
	}
	return false
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func show(value any) any {
	switch v := value.(type) {
	case *string:
		if v != nil {
			return *v
		}
		return nil
	case domain.JSON:
		return string(v)
	}
	return value
}

// Amounts are exact, whatever their digits.
func TestAmountsAreExact(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	check := func(t fataler, amount string) {
		got := s.readOne(t, "'"+amount+"'::numeric(20,4)", func(r *row) any { return r.decimal() })
		want, err := domain.ParseDecimal(amount)
		if err != nil || got != want {
			t.Fatalf("%s is read as %v", amount, got)
		}
	}
	for _, amount := range []string{"0", "0.0001", "-0.0001", "1", "-1", "10000", "9999.9999", "100000000", "1000000000000.0001",
		"9999999999999999.9999", "-9999999999999999.9999", "1000000000000000", "0.1", "0.01", "0.001", "20000.0500"} {
		check(t, amount)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,4})?`).Draw(t, "amount"))
	})
}

// Arrays arrive as they were sent, whatever is in their texts.
func TestArraysArriveAsTheyWere(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	check := func(t fataler, sent []string) {
		t.Helper()
		var got []string
		err := s.read(context.Background(), "nothing", `SELECT record_send(ROW(x)) FROM unnest($1::text[]) x`, []any{sent}, func(r *row) error {
			got = append(got, r.text())
			return nil
		})
		if err != nil || !slices.Equal(got, sent) {
			t.Fatalf("%q arrives as %q, %v", sent, got, err)
		}
	}
	check(t, nil)
	check(t, []string{"", "NULL", `"`, `\`, `\"`, "a,b", "{}", " a ", "ü😀\n", `C:\\"x"`})
	texts := rapid.SliceOf(rapid.StringOf(rapid.SampledFrom([]rune(`ab"\,{} é`))))
	rapid.Check(t, func(t *rapid.T) { check(t, texts.Draw(t, "texts")) })
}

// What is not as it was said to be is an error that names the column, not a value.
func TestRecordsThatDoNotFit(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	for expression, read := range map[string]func(*row){
		"NULL::text":                   func(r *row) { r.text() },
		"NULL::integer":                func(r *row) { r.whole() },
		"NULL::boolean":                func(r *row) { r.yes() },
		"NULL::timestamptz":            func(r *row) { r.time() },
		"NULL::numeric":                func(r *row) { r.decimal() },
		"'a'::bytea":                   func(r *row) { r.text() },
		"1::numeric":                   func(r *row) { r.whole() },
		"'2026-01-01'::timestamp":      func(r *row) { r.time() },
		"'infinity'::timestamptz":      func(r *row) { r.maybeTime() },
		"'{}'::json":                   func(r *row) { r.document() },
		"1::bigint":                    func(r *row) { r.maybeFloat() },
		"'NaN'::numeric":               func(r *row) { r.decimal() },
		"1.00001::numeric":             func(r *row) { r.decimal() },
		"12345678901234567::numeric":   func(r *row) { r.decimal() },
		"'Infinity'::numeric":          func(r *row) { r.decimal() },
		"1":                            func(r *row) { r.whole(); r.whole() },
		"repeat('cut', 100)::text":     func(r *row) { r.rest = r.rest[:50]; r.text() },
		"'ends within a header'::text": func(r *row) { r.rest = r.rest[:6]; r.text() },
	} {
		err := s.one(t.Context(), "nothing", "SELECT record_send(ROW("+expression+"))", nil, read)
		if err == nil || !strings.Contains(err.Error(), "column ") {
			t.Errorf("%s: %v", expression, err)
		}
		if domain.CodeOf(err) != domain.Internal {
			t.Errorf("%s: it would tell the caller that they are wrong: %v", expression, err)
		}
	}
	if err := s.one(t.Context(), "nothing", "SELECT 1", nil, func(*row) {}); err == nil {
		t.Error("what is no record is read as one")
	}
}

// A row that cannot be read is said to be that, also where the rows after it are cancelled for it.
func TestARowThatDoesNotFitEndsTheStatement(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	const text = `SELECT record_send(ROW(generate_series(1, 30000000)))`
	err := s.read(t.Context(), "nothing", text, nil, func(r *row) error {
		r.text()
		return nil
	})
	if err == nil || domain.CodeOf(err) != domain.Internal || !strings.Contains(err.Error(), "column 1 is of type") {
		t.Error(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// What is read stays as it was when the next rows come, though lib/pq reads those into the same memory.
func TestRowsAreKept(t *testing.T) {
	t.Parallel()
	s := openEmpty(t)
	var texts []string
	var documents []domain.JSON
	const text = `SELECT record_send(ROW(n::text, CASE WHEN n % 3 = 0 THEN 'same' ELSE 'other' END, jsonb_build_object('n', n))) FROM generate_series(1, 50) n ORDER BY n`
	err := s.read(t.Context(), "nothing", text, nil, func(r *row) error {
		texts = append(texts, r.text()+r.text())
		documents = append(documents, r.document())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	rows, err := s.db.QueryContext(t.Context(), `SELECT n::text || CASE WHEN n % 3 = 0 THEN 'same' ELSE 'other' END || jsonb_build_object('n', n) FROM generate_series(1, 50) n ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one sql.NullString
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		want = append(want, one.String)
	}
	for i := range want {
		if got := texts[i] + string(documents[i]); got != want[i] {
			t.Errorf("row %d is %q, want %q", i, got, want[i])
		}
	}
}
