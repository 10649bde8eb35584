package store_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"atelier/domain"
	"atelier/store"
	"atelier/store/storetest"
)

// loadTables are two that refer to each other, with indexes of all kinds.
const loadTables = `
CREATE TABLE "load parent" (id text PRIMARY KEY, number bigint UNIQUE);
CREATE TABLE load_child (
    id text PRIMARY KEY, parent text REFERENCES "load parent" (id) ON DELETE CASCADE,
    words text, truth boolean, real double precision, amount numeric(20,4), at timestamptz, extra text DEFAULT 'default'
);
CREATE INDEX "load Index" ON load_child (parent, at DESC) INCLUDE (truth);
CREATE UNIQUE INDEX load_partial ON load_child (amount) WHERE truth`

func openLoad(t *testing.T) (url string, db *sql.DB) {
	t.Helper()
	url = storetest.New(t)
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec(loadTables); err != nil {
		t.Fatal(err)
	}
	return url, db
}

func begin(t *testing.T, url string) *store.BulkLoad {
	t.Helper()
	l, err := store.BeginBulkLoad(t.Context(), url, "load parent", "load_child")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ignoreProgress(int, int) {}

// lines returns the rows of a query with one text column.
func lines(t *testing.T, db *sql.DB, query string) (found []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// copyParents adds the parents a and b.
func copyParents(ctx context.Context, l *store.BulkLoad) error {
	_, err := l.Copy(ctx, "load parent", []string{"id", "number"}, func(r *store.CopyRows) error {
		r.Text("a")
		r.Int(-9_223_372_036_854_775_808)
		if err := r.End(); err != nil {
			return err
		}
		r.Text("b")
		r.Null()
		return r.End()
	})
	return err
}

func copyChild(ctx context.Context, l *store.BulkLoad, id, parent string) error {
	_, err := l.Copy(ctx, "load_child", []string{"id", "parent"}, func(r *store.CopyRows) error {
		r.Text(id)
		r.Text(parent)
		return r.End()
	})
	return err
}

func TestCopyKeepsEveryValue(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	l := begin(t, url)
	defer func() { _ = l.Close() }()
	words := []string{"", "plain", "tab\tline\nreturn\rback\\slash", `\N`, `\.`, "\x01\x7f\b\f\v", "größe 你好 🦊", `{"a": "b\\n"}`, strings.Repeat("long \\ text\n", 20_000)}
	if err := copyParents(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	count, err := l.Copy(t.Context(), "load_child", []string{"id", "words"}, func(r *store.CopyRows) error {
		for i, text := range words {
			r.Int(int64(i))
			if i%2 == 0 {
				r.Text(text)
			} else {
				r.Bytes([]byte(text))
			}
			if err := r.End(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || count != int64(len(words)) {
		t.Fatalf("copied %d rows: %v", count, err)
	}
	if err := l.Finish(t.Context(), ignoreProgress); err != nil {
		t.Fatal(err)
	}
	if got := lines(t, db, `SELECT words FROM load_child ORDER BY id::int`); !slices.Equal(got, words) {
		t.Errorf("got %.200q, want %.200q", got, words)
	}
}

func TestCopyWritesEveryType(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	l := begin(t, url)
	defer func() { _ = l.Close() }()
	write := func(r *store.CopyRows, id string, truth bool, real float64, amount, micros int64) error {
		r.Text(id)
		r.TextOrNull("")
		r.Bytes(nil)
		r.Bool(truth)
		r.Float(real)
		r.Amount(amount)
		r.TimeOrNull(micros)
		return r.End()
	}
	_, err := l.Copy(t.Context(), "load_child", []string{"id", "parent", "words", "truth", "real", "amount", "at"}, func(r *store.CopyRows) error {
		return errors.Join(
			write(r, "1", true, 3.5, 12_3456, 1_767_225_600_000_001),
			write(r, "2", false, -1e-300, -1, 1_767_225_600_000_000),
			write(r, "3", false, 0, -10_000_0500, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(t.Context(), ignoreProgress); err != nil {
		t.Fatal(err)
	}
	got := lines(t, db, `SELECT concat_ws(' ', id, coalesce(parent, words, 'null'), truth, "real", amount, coalesce((at AT TIME ZONE 'UTC')::text, 'null'), extra) FROM load_child ORDER BY id`)
	want := []string{
		"1 null t 3.5 12.3456 2026-01-01 00:00:00.000001 default",
		"2 null f -1e-300 -0.0001 2026-01-01 00:00:00 default",
		"3 null f 0 -10000.0500 null default",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// definitions are the indexes and constraints of the tables.
const definitions = `
SELECT pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END AS definition FROM pg_index WHERE indrelid IN ('"load parent"'::regclass, 'load_child'::regclass)
UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated FROM pg_constraint WHERE conrelid IN ('"load parent"'::regclass, 'load_child'::regclass)
ORDER BY definition`

func TestBulkLoadBringsBackIndexesAndForeignKeys(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	before := lines(t, db, definitions)
	l := begin(t, url)
	defer func() { _ = l.Close() }()
	if err := errors.Join(copyParents(t.Context(), l), copyChild(t.Context(), l, "1", "b")); err != nil {
		t.Fatal(err)
	}
	var steps []int
	if err := l.Finish(t.Context(), func(done, total int) { steps = append(steps, done, total) }); err != nil {
		t.Fatal(err)
	}
	if after := lines(t, db, definitions); !slices.Equal(before, after) || len(after) != 9 {
		t.Errorf("before %q\nafter %q", before, after)
	}
	if want := []int{1, 5, 2, 5, 3, 5, 4, 5, 5, 5}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	if got := lines(t, db, `SELECT id FROM load_child`); !slices.Equal(got, []string{"1"}) {
		t.Errorf("rows %q", got)
	}
}

func TestBulkLoadIsAllOrNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, fill := range map[string]func(context.Context, *store.BulkLoad) error{
		"given up": func(context.Context, *store.BulkLoad) error { return broken },
		"writer's error": func(ctx context.Context, l *store.BulkLoad) error {
			_, err := l.Copy(ctx, "load_child", []string{"id"}, func(*store.CopyRows) error { return broken })
			return err
		},
		"missing parent": func(ctx context.Context, l *store.BulkLoad) error { return copyChild(ctx, l, "2", "nobody") },
		"same key":       func(ctx context.Context, l *store.BulkLoad) error { return copyChild(ctx, l, "1", "a") },
		"too few columns": func(ctx context.Context, l *store.BulkLoad) error {
			_, err := l.Copy(ctx, "load_child", []string{"id", "parent"}, func(r *store.CopyRows) error {
				r.Text("2")
				return r.End()
			})
			return err
		},
		"no such table": func(ctx context.Context, l *store.BulkLoad) error {
			_, err := l.Copy(ctx, "nothing", []string{"id"}, func(*store.CopyRows) error { return nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, db := openLoad(t)
			l := begin(t, url)
			err := errors.Join(copyParents(t.Context(), l), copyChild(t.Context(), l, "1", "a"))
			if err != nil {
				t.Fatal(err)
			}
			if err := fill(t.Context(), l); err == nil {
				err = l.Finish(t.Context(), ignoreProgress)
				if err == nil {
					t.Error("there is no error")
				}
			}
			if err := l.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			if got := lines(t, db, `SELECT id FROM load_child UNION ALL SELECT id FROM "load parent"`); got != nil {
				t.Errorf("rows %q", got)
			}
			if got := lines(t, db, definitions); len(got) != 9 {
				t.Errorf("indexes and constraints: %q", got)
			}
		})
	}
}

func TestBulkLoadRefusesTablesWithRows(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	if _, err := db.Exec(`INSERT INTO load_child (id) VALUES ('1')`); err != nil {
		t.Fatal(err)
	}
	_, err := store.BeginBulkLoad(t.Context(), url, "load parent", "load_child")
	if !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "load_child") {
		t.Errorf("%v, want ErrNotEmpty about load_child", err)
	}
}

func TestSetUpServicesKeepsWhatIsSet(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	if _, err := db.Exec(`UPDATE ai_services SET prices = '{"own": "1.0000"}', base_url = 'https://own.example' WHERE id = 'flux'; DELETE FROM ai_services WHERE id = 'dreamwork'`); err != nil {
		t.Fatal(err)
	}
	l := begin(t, url)
	defer func() { _ = l.Close() }()
	var setups []store.ServiceSetup
	for _, service := range domain.Services() {
		setups = append(setups, store.ServiceSetup{Service: service, BaseURL: "https://new.example", Prices: `{"new": "2.0000"}`, Defaults: `{"n": 1}`})
	}
	if err := l.SetUpServices(t.Context(), time.Unix(1_767_225_600, 0), setups...); err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(t.Context(), ignoreProgress); err != nil {
		t.Fatal(err)
	}
	got := lines(t, db, `SELECT concat_ws(' ', id, base_url, prices, defaults, extract(epoch FROM updated_at)::bigint) FROM ai_services ORDER BY id`)
	want := []string{
		`dreamwork https://new.example {"new": "2.0000"} {"n": 1} 1767225600`,
		`flux https://own.example {"own": "1.0000"} {"n": 1} 1767225600`,
		`midjourney https://new.example {"fast": "5.0000", "relax": "2.0000", "turbo": "10.0000"} {"n": 1} 1767225600`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestBulkLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	url, db := openLoad(t)
	ctx, cancel := context.WithCancel(t.Context())
	l, err := store.BeginBulkLoad(ctx, url, "load_child")
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Copy(ctx, "load_child", []string{"id"}, func(r *store.CopyRows) error {
		for i := int64(0); ; i++ { // Ends with the context alone.
			if i == 50_000 {
				cancel()
			}
			r.Int(i)
			if err := r.End(); err != nil {
				return err
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	_ = l.Close()
	if got := lines(t, db, `SELECT count(*)::text FROM load_child`); !slices.Equal(got, []string{"0"}) {
		t.Errorf("%q rows are left", got)
	}
}
