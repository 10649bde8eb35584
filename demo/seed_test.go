package demo_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"atelier/demo"
	"atelier/store/storetest"
)

// noon is when the demos of these tests take place.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// filled are the tables that Seed fills.
var filled = []string{
	"users", "credit", "credit_log", "mj_tasks", "flux_tasks", "dreamwork_tasks", "chat", "message", "file",
	"generated_files", "models",
}

func options(s demo.Size) demo.Options {
	return demo.Options{Size: s, RandomSeed: 42, Now: noon}
}

// seeded returns a database with a demo of a size at which everything that is seldom happens; it is made once.
func seeded(t *testing.T) *sql.DB {
	t.Helper()
	url := storetest.Template(t, "demo", func(url string) error {
		_, err := demo.Seed(context.Background(), url, options(demo.Size{Users: 400, Tasks: 30_000, Chats: 1_500, Messages: 12_000}))
		return err
	})
	return open(t, url)
}

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// value is the one value of a query's one row, as text.
func value(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var v sql.NullString
	if err := db.QueryRow(query, args...).Scan(&v); err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return v.String
}

// expect fails unless a query's one value is as wanted.
func expect(t *testing.T, db *sql.DB, what, want, query string) {
	t.Helper()
	if got := value(t, db, query); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func requireEmpty(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, table := range filled {
		expect(t, db, "rows in "+table, "0", `SELECT count(*) FROM `+table)
	}
}

func TestSeedIsDeterministic(t *testing.T) {
	t.Parallel()
	size := demo.Size{Users: 40, Tasks: 900, Chats: 60, Messages: 500}
	first, second, other := storetest.New(t), storetest.New(t), storetest.New(t)
	seed(t, first, options(size))
	seed(t, second, options(size))
	different := options(size)
	different.RandomSeed++
	seed(t, other, different)
	for _, table := range filled {
		a, b, c := fingerprint(t, first, table), fingerprint(t, second, table), fingerprint(t, other, table)
		if a != b {
			t.Errorf("%s: the same options gave different rows", table)
		}
		if a == c {
			t.Errorf("%s: another seed gave the same rows", table)
		}
	}
}

func seed(t *testing.T, url string, o demo.Options) demo.Summary {
	t.Helper()
	summary, err := demo.Seed(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// fingerprint is a hash over all rows of a table, and all their columns, in a fixed order.
func fingerprint(t *testing.T, url, table string) string {
	t.Helper()
	return value(t, open(t, url), fmt.Sprintf(`SELECT count(*) || ':' || md5(string_agg(r::text, E'\n' ORDER BY r.id)) FROM %s r`, table))
}

func TestSeedMakesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, size := range []demo.Size{
		{},
		{Users: 1},
		{Users: 1, Tasks: 30, Chats: 3, Messages: 7},
		{Users: 2, Tasks: 5},
		{Users: 2, Chats: 4},
		{Users: 3, Tasks: 100, Chats: 10, Messages: 3},
		{Users: 7, Tasks: 1, Chats: 1, Messages: 1000},
		{Users: 300},
	} {
		t.Run(fmt.Sprintf("%+v", size), func(t *testing.T) {
			t.Parallel()
			url := storetest.New(t)
			summary := seed(t, url, options(size))
			db := open(t, url)
			for _, got := range summary.Rows {
				expect(t, db, "rows in "+got.Table, fmt.Sprint(got.Rows), `SELECT count(*) FROM `+got.Table)
			}
			expect(t, db, "users", fmt.Sprint(size.Users), `SELECT count(*) FROM users`)
			expect(t, db, "tasks", fmt.Sprint(size.Tasks), `SELECT count(*) FROM (`+allTasks+`) t`)
			expect(t, db, "chats", fmt.Sprint(size.Chats), `SELECT count(*) FROM chat`)
			expect(t, db, "messages", fmt.Sprint(size.Messages), `SELECT count(*) FROM message`)
			checkAccounts(t, db, size, summary)
			checkLedger(t, db)
		})
	}
}

// checkAccounts looks for the demo people under the ids that the summary names.
func checkAccounts(t *testing.T, db *sql.DB, size demo.Size, s demo.Summary) {
	t.Helper()
	for i, want := range []struct {
		account demo.Account
		role    string
	}{{s.Admin, "admin"}, {s.User, "user"}} {
		if size.Users <= i {
			if want.account != (demo.Account{}) {
				t.Errorf("an account %v among %d users", want.account, size.Users)
			}
			continue
		}
		got := value(t, db, `SELECT role || ' ' || id FROM users WHERE email = $1`, want.account.Email)
		if got != want.role+" "+want.account.ID {
			t.Errorf("%s is %q, want the %s %s", want.account.Email, got, want.role, want.account.ID)
		}
	}
}

func TestSeedRefusesImpossibleSizes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size demo.Size
		want string
	}{
		{demo.Size{Tasks: 1}, "user"},
		{demo.Size{Chats: 1}, "user"},
		{demo.Size{Users: 2, Messages: 1}, "chat"},
		{demo.Size{Users: -1}, "negative"},
		{demo.Size{Users: 1, Tasks: -5}, "negative"},
	} {
		_, err := demo.Seed(t.Context(), "postgres://nowhere.invalid", options(test.size))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want an error that speaks of %q", test.size, err, test.want)
		}
	}
}

func TestSeedRefusesADatabaseWithRows(t *testing.T) {
	t.Parallel()
	url := storetest.New(t)
	db := open(t, url)
	if _, err := db.Exec(`INSERT INTO users (id, name, email) VALUES ('u', 'Somebody', 'somebody@example.com')`); err != nil {
		t.Fatal(err)
	}
	_, err := demo.Seed(t.Context(), url, options(demo.DefaultSize()))
	if !errors.Is(err, demo.ErrNotEmpty) || !strings.Contains(err.Error(), "users") {
		t.Fatalf("%v, want ErrNotEmpty about users", err)
	}
	expect(t, db, "users", "1", `SELECT count(*) FROM users`)
	expect(t, db, "index is there", "1", `SELECT count(*) FROM pg_indexes WHERE indexname = 'idx_users_created'`)
}

func TestInterruptedSeedLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, percent := range []int{1, 40, 80, 99} { // In the rows, and in the indexes.
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			t.Parallel()
			url := storetest.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			o := options(demo.Size{Users: 100, Tasks: 4_000, Chats: 200, Messages: 2_000})
			o.Progress = func(done, total int) {
				if done*100 >= percent*total && done < total {
					cancel()
				}
			}
			_, err := demo.Seed(ctx, url, o)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v, want context.Canceled", err)
			}
			db := open(t, url)
			requireEmpty(t, db)
			seed(t, url, options(demo.Size{Users: 2}))
		})
	}
}

func TestProgressGrowsToItsTotal(t *testing.T) {
	t.Parallel()
	var last, total int
	o := options(demo.Size{Users: 20, Tasks: 300, Chats: 10, Messages: 50})
	o.Progress = func(done, of int) {
		if done < last || done > of || total != 0 && of != total {
			t.Errorf("%d of %d after %d of %d", done, of, last, total)
		}
		last, total = done, of
	}
	seed(t, storetest.New(t), o)
	if last != total || total == 0 {
		t.Errorf("ended at %d of %d", last, total)
	}
}
