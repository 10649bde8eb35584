package store

import (
	"context"
	"testing"

	"atelier/domain"
	"atelier/store/storetest"
)

// rowsOfPage is how many rows the pages have whose memory is counted.
const rowsOfPage = 100

// mostPieces is how many pieces of memory they may be: each has its own struct, and little else.
const mostPieces = rowsOfPage * 3 / 2

// pageRows are rows as lists deliver them, and how they are read. Times, addresses and prompts are there, as they are in most.
var pageRows = []struct {
	name, columns string
	scan          func(*row) any
}{
	{
		"users", `'user-' || n, 'Name ' || n, n || '@example.com', 'user'::text, 'https://example.com/' || n, now(), now(), now()`,
		func(r *row) any { return scanUser(r) },
	},
	{
		"messages", `'m' || n, 'chat'::text, 'user'::text, 'm' || n - 1, 'user'::text, now(), now(), repeat('word ', 30), jsonb_build_object('n', n)`,
		func(r *row) any { return messages.scan(r, true) },
	},
	{
		"tasks", `'dreamwork'::text, 't' || n, 'user'::text, 'SUCCESS'::text, 100, 'https://example.com/' || n, 'https://cloud.example.com/' || n, n::numeric(20,4),
			now(), now(), now(), now(), 'TEXT_TO_IMAGE'::text, NULL::text, NULL::text, NULL::text, 'model'::text, '1024x1024'::text, NULL::text, NULL::integer,
			NULL::double precision, NULL::integer, n::bigint, NULL::integer, false`,
		func(r *row) any { return scanTask(r, false) },
	},
}

// recordsOfPage are rows as they come from PostgreSQL.
func (s *Store) recordsOfPage(t testing.TB, columns string) (records [][]byte) {
	t.Helper()
	text := "SELECT record_send(ROW(" + columns + ")) FROM generate_series(1, $1) n"
	err := s.read(context.Background(), "nothing", text, []any{rowsOfPage}, func(r *row) error {
		record := make([]byte, recordHeader, recordHeader+len(r.rest))
		records = append(records, append(record, r.rest...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// scanRecords reads records as rows of one page, or each as one that is kept by itself.
func scanRecords(t testing.TB, records [][]byte, apart bool, items []any, scan func(*row) any) {
	var r row
	for i, record := range records {
		r.begin(record)
		if apart {
			r.apart()
		}
		if items[i] = scan(&r); r.err != nil || len(r.rest) != 0 {
			t.Fatalf("%v, and %d bytes are not read", r.err, len(r.rest))
		}
	}
}

// Rows of a page are about as many pieces of memory as they are, however many texts and times they hold.
func TestPagesAreFewPiecesOfMemory(t *testing.T) {
	s := openEmpty(t)
	for _, kind := range pageRows {
		records, items := s.recordsOfPage(t, kind.columns), make([]any, rowsOfPage)
		took := testing.AllocsPerRun(10, func() { scanRecords(t, records, false, items, kind.scan) })
		if took > mostPieces {
			t.Errorf("%d %s are %v pieces of memory, and at most %d are expected", rowsOfPage, kind.name, took, mostPieces)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	s := openEmpty(b)
	for _, kind := range pageRows {
		records, items := s.recordsOfPage(b, kind.columns), make([]any, rowsOfPage)
		for how, apart := range map[string]bool{"of a page": false, "apart": true} {
			b.Run(kind.name+"/"+how, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					scanRecords(b, records, apart, items, kind.scan)
				}
			})
		}
	}
}

// BenchmarkStatement is what the least statement costs, the way to PostgreSQL and back included.
func BenchmarkStatement(b *testing.B) {
	s, err := Open(b.Context(), Config{URL: storetest.New(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx, done := context.WithCancel(b.Context())
	defer done()
	ids := []domain.UserID{"a", "b", "c"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.UsersByID(ctx, ids); err != nil {
			b.Fatal(err)
		}
	}
}
