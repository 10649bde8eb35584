package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestNewIsMigratedAndItsOwn(t *testing.T) {
	t.Parallel()
	one, other := New(t), New(t)
	must(t, execute(one, `CREATE TABLE mine ()`))
	want(t, one, `SELECT to_regclass('mine') IS NOT NULL AND to_regclass('users') IS NOT NULL`, "true")
	want(t, other, `SELECT to_regclass('mine') IS NULL AND to_regclass('users') IS NOT NULL`, "true")
}

func TestEmptyIsEmpty(t *testing.T) {
	t.Parallel()
	want(t, Empty(t), `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`, "0")
}

func TestDatabaseGoesAfterItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("test", func(t *testing.T) {
		url = New(t)
		db, err := sql.Open("postgres", url) // left open
		must(t, err)
		must(t, db.Ping())
	})
	if _, err := query(url, `SELECT 1`); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("the database is still there (%v)", err)
	}
}

func TestFailedTestKeepsItsDatabase(t *testing.T) {
	t.Parallel()
	r, end := ownedRun(t)
	s := ownServer(t, r)
	failing := &fakeTest{TB: t, failed: true}
	url := s.copyFor(t.Context(), failing, emptyTemplate)
	failing.end()
	want(t, url, `SELECT 1`, "1")
	if !strings.Contains(failing.logged, url) {
		t.Errorf("the log does not name %s:\n%s", url, failing.logged)
	}
	end()
	eventually(t, "the owner has ended", func() bool { return !owns(r.owner.pid, r.owner.key()) })
	want(t, url, `SELECT 1`, "1")
	must(t, os.Remove(filepath.Join(r.dir, "keep")))
	eventually(t, "the watchdog removes the run", func() bool { return isGone(r.dir) })
}

func isGone(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, os.ErrNotExist)
}

func TestTemplateIsFilledOnce(t *testing.T) {
	t.Parallel()
	owner, err := findOwner()
	must(t, err)
	counter := filepath.Join(t.TempDir(), "counter")
	name := "once " + rand.Text()
	var all sync.WaitGroup
	for range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), fmt.Sprintf("%s=%d", childOwner, owner.pid), childTemplate+"="+name, childCounter+"="+counter)
		all.Go(func() {
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
		all.Go(func() {
			want(t, Template(t, name, fillCounted(counter)), `SELECT n FROM filled`, "7")
		})
	}
	all.Wait()
	if text, err := os.ReadFile(counter); string(text) != "filled\n" {
		t.Errorf("the template was filled %d times (%v)", strings.Count(string(text), "\n"), err)
	}
	other := Template(t, name+" else", func(url string) error { return execute(url, `CREATE TABLE other ()`) })
	want(t, other, `SELECT to_regclass('other') IS NOT NULL AND to_regclass('filled') IS NULL`, "true")
}

func TestTemplateIsAnalysed(t *testing.T) {
	t.Parallel()
	url := Template(t, "analysed", func(url string) error {
		return execute(url, `CREATE TABLE many AS SELECT generate_series(1, 1000) AS n`)
	})
	want(t, url, `SELECT reltuples::int || ' ' || (relallvisible = relpages) FROM pg_class WHERE relname = 'many'`, "1000 true")
}

// unusedName is the name of a template that no test has made, this one included if it runs again.
func (s *server) unusedName(what string) string {
	return prefix + s.run + "_" + what + strings.ToLower(rand.Text()[:10])
}

func TestHalfMadeTemplateIsNotUsed(t *testing.T) {
	t.Parallel()
	s, err := shared()
	must(t, err)
	name := s.unusedName("half")
	t.Cleanup(func() { must(t, s.drop(context.Background(), s.admin, name)) })
	must(t, s.create(t.Context(), s.admin, name+"_w", emptyTemplate))
	must(t, execute(s.url(name+"_w"), `CREATE TABLE filled AS SELECT 6 AS n`))
	counter := filepath.Join(t.TempDir(), "counter")
	must(t, s.once(t.Context(), name, emptyTemplate, fillCounted(counter)))
	want(t, s.copyFor(t.Context(), t, name), `SELECT n FROM filled`, "7")
}

func TestTemplateCannotBeFilled(t *testing.T) {
	t.Parallel()
	s, err := shared()
	must(t, err)
	name := s.unusedName("broken")
	broken := errors.New("broken")
	for range 2 {
		if err := s.once(t.Context(), name, emptyTemplate, func(string) error { return broken }); !errors.Is(err, broken) {
			t.Fatalf("got error %v, want %v", err, broken)
		}
	}
	want(t, s.url("postgres"), `SELECT count(*) FROM pg_database WHERE datname LIKE '`+name+`%'`, "0")
}

func TestTemplateLeftConnected(t *testing.T) {
	t.Parallel()
	url := Template(t, "left connected", func(url string) error {
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = db.Close() })
		_, err = db.Exec(`CREATE TABLE filled AS SELECT 7 AS n`)
		return err
	})
	want(t, url, `SELECT n FROM filled`, "7")
}

// BenchmarkNew measures a database for a test: copied, connected to and dropped.
func BenchmarkNew(b *testing.B) {
	s, err := shared()
	must(b, err)
	template, err := s.migrated(b.Context())
	must(b, err)
	b.ReportAllocs()
	for b.Loop() {
		test := &fakeTest{TB: b}
		url := s.copyFor(b.Context(), test, template)
		if _, err := query(url, `SELECT 1`); err != nil {
			b.Fatal(err)
		}
		test.end()
	}
}
