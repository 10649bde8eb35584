package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// The variables that make the test binary another process of a run: whose run it is, and what it asks for.
const (
	childOwner    = "STORETEST_OWNER"    // pid
	childTemplate = "STORETEST_TEMPLATE" // name
	childCounter  = "STORETEST_COUNTER"  // the file that fillCounted writes to
)

func TestMain(m *testing.M) {
	if pid, err := strconv.Atoi(os.Getenv(childOwner)); err == nil {
		if err := runChild(pid); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(pid int) error {
	ctx := context.Background()
	owner, err := look(pid)
	if err != nil {
		return err
	}
	r, err := joinRun(ctx, runsDir(), owner)
	if err != nil {
		return err
	}
	s, err := r.server(ctx)
	if err != nil {
		return err
	}
	_, err = s.filled(ctx, os.Getenv(childTemplate), fillCounted(os.Getenv(childCounter)))
	return err
}

// fillCounted makes a table of one row, and adds a line to a file.
func fillCounted(counter string) func(url string) error {
	return func(url string) error {
		f, err := os.OpenFile(counter, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := fmt.Fprintln(f, "filled"); err != nil {
			return err
		}
		return execute(url, `CREATE TABLE filled AS SELECT 7 AS n`)
	}
}

// fakeTest is a test whose end is called by another.
type fakeTest struct {
	testing.TB
	failed   bool
	cleanups []func()
	logged   string
}

func (f *fakeTest) Failed() bool      { return f.failed }
func (f *fakeTest) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }
func (f *fakeTest) Logf(format string, args ...any) {
	f.logged += fmt.Sprintf(format, args...) + "\n"
	f.TB.Logf(format, args...)
}

func (f *fakeTest) end() {
	for _, fn := range f.cleanups {
		fn()
	}
}

// ownedRun is a run of its own, and how to end its owner.
func ownedRun(t *testing.T) (r *testRun, end func()) {
	t.Helper()
	owner, stdin := spawnOwner(t)
	r, err := joinRun(t.Context(), shortDir(t), owner)
	must(t, err)
	return r, func() { must(t, stdin.Close()) }
}

// spawnOwner starts a process that waits until its stdin ends, and waits for it, so that it is not left as a zombie.
func spawnOwner(t *testing.T) (process, io.Closer) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "read line")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = stdin.Close(); <-ended })
	owner, err := look(cmd.Process.Pid)
	must(t, err)
	return owner, stdin
}

// shortDir is a folder for runs that PostgreSQL's user can reach. T.TempDir's is closed to others.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(runsDir()), "atelier-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "runs")
}

func ownServer(t *testing.T, r *testRun) *server {
	t.Helper()
	s, err := r.server(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = s.admin.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func execute(url, statement string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(statement)
	return err
}

func query(url, statement string) (text string, err error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return "", err
	}
	defer db.Close()
	return text, db.QueryRow(statement).Scan(&text)
}

func want(t testing.TB, url, statement, text string) {
	t.Helper()
	got, err := query(url, statement)
	must(t, err)
	if got != text {
		t.Errorf("%s: got %q, want %q", statement, got, text)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
