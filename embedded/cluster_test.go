//go:build unix

package embedded

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

func TestDataOutlivesTheServer(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	began := time.Now()
	c := openCluster(t, o)
	t.Logf("first start: %v", time.Since(began))
	exec1(t, c.URL(""), `CREATE TABLE kept AS SELECT 7 AS n`)
	c.closeNow(t)
	if pid := c.pid(); pid != 0 {
		t.Fatalf("postgres (process %d) runs after Close", pid)
	}

	began = time.Now()
	c = openCluster(t, o)
	t.Logf("later start: %v", time.Since(began))
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
}

func TestListensOnASocketOnly(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.Settings = map[string]string{"fsync": "off", "listen_addresses": "*", "work_mem": "7MB"}
	c := openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT count(*) FROM pg_settings WHERE name = 'listen_addresses' AND setting = ''`, 1)
	wantCount(t, c.URL(""), `SELECT setting::int FROM pg_settings WHERE name = 'work_mem'`, 7*1024)
	info, err := os.Stat(c.socketDir)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v", info.Mode())
	}
}

func TestSecondServerIsRefused(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrInUse, o.Dir, "ATELIER_DATA")
	var e *Error
	if !errors.As(err, &e) || e.PID != os.Getpid() {
		t.Errorf("the error does not name process %d: %+v", os.Getpid(), e)
	}
	wantCount(t, c.URL(""), `SELECT 1`, 1)
}

func TestCommandsJoinTheServer(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	server := openCluster(t, o)
	command := attachCluster(t, o)
	if command.URL("") != server.URL("") {
		t.Errorf("the command uses %s, the server %s", command.URL(""), server.URL(""))
	}
	wantCount(t, command.URL(""), `SELECT 1`, 1)
	command.closeNow(t)
	wantCount(t, server.URL(""), `SELECT 1`, 1)
	server.closeNow(t)
}

func TestServerStopsUnderACommand(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	server := openCluster(t, o)
	command := attachCluster(t, o)
	server.closeNow(t)
	if pid := command.pid(); pid != 0 {
		t.Fatalf("postgres (process %d) runs though the server has stopped", pid)
	}
	command.closeNow(t)
}

func TestLastCommandStopsTheCluster(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	first := attachCluster(t, o)
	second := attachCluster(t, o)
	first.closeNow(t)
	wantCount(t, second.URL(""), `SELECT 1`, 1)
	second.closeNow(t)
	if pid := second.pid(); pid != 0 {
		t.Fatalf("postgres (process %d) runs though both commands have ended", pid)
	}
	<-first.Done()
	if second.Done() != nil {
		t.Error("Done is not nil though another one started postgres")
	}
}

func TestCommandsInTwoProcesses(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	starter := spawn(t, "attach", o.Dir, nil)
	pid, _ := starter.ready(t)
	second := attachCluster(t, o)
	must(t, starter.stdin.Close())
	if line := starter.says(t); line != "closed <nil>" {
		t.Fatalf("the first command says %q", line)
	}
	must(t, starter.cmd.Wait())
	if second.pid() != pid {
		t.Fatalf("postgres is process %d after the command that started it has ended, was %d", second.pid(), pid)
	}
	wantCount(t, second.URL(""), `SELECT 1`, 1)
	second.closeNow(t)
	if second.pid() != 0 {
		t.Error("postgres runs though both commands have ended")
	}
}

func TestServerGivesUpOnACommand(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	command := attachCluster(t, o)
	o.patience = 50 * time.Millisecond
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrInUse, "command", o.Dir, "ATELIER_DATA")
	wantCount(t, command.URL(""), `SELECT 1`, 1)
}

func TestServerWaitsForACommand(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	command := attachCluster(t, o)
	waiting := make(signalWriter, 1)
	o.Log = slog.New(slog.NewTextHandler(waiting, nil))
	o.patience = patience
	opened := make(chan error, 1)
	go func() {
		server, err := Open(t.Context(), o)
		if err == nil {
			err = server.Close(context.Background())
		}
		opened <- err
	}()
	<-waiting
	command.closeNow(t)
	must(t, <-opened)
}

// signalWriter is a log that tells of its first line.
type signalWriter chan struct{}

func (w signalWriter) Write(p []byte) (int, error) {
	select {
	case w <- struct{}{}:
	default:
	}
	return len(p), nil
}

// Others hold a share, and what they use cannot be seen: it runs in another container, for all we know.
func TestCommandStartsNothingBesideTheInvisible(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	openCluster(t, o).closeNow(t)
	c, err := newCluster(t.Context(), o.withDefaults())
	must(t, err)
	defer c.release()
	if got, err := c.users.try(shared); !got || err != nil {
		t.Fatal(got, err)
	}
	o.patience = 50 * time.Millisecond
	_, err = Attach(t.Context(), o)
	wantError(t, err, ErrInUse, "container")
}

// A client in the middle of a transaction does not hold up the server's end.
func TestCloseIsFast(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]context.Context{"in time": context.Background(), "out of time": ended()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(t)
			c := openCluster(t, o)
			exec1(t, c.URL(""), `CREATE TABLE kept AS SELECT 7 AS n`)
			db, err := sql.Open("postgres", c.URL(""))
			must(t, err)
			defer db.Close()
			tx, err := db.Begin()
			must(t, err)
			_, err = tx.Exec(`UPDATE kept SET n = 8`)
			must(t, err)
			must(t, c.Close(end))
			if c.pid() != 0 {
				t.Fatal("postgres runs after Close")
			}
			c = openCluster(t, o)
			wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
		})
	}
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the test")
	cancelling := make(signalWriter, 1)
	o.Log = slog.New(slog.NewTextHandler(cancelling, nil))
	go func() {
		<-cancelling // "creating the database"
		cancel(stopped)
	}()
	if _, err := Open(ctx, o); !errors.Is(err, stopped) {
		t.Fatalf("got error %v, want %v", err, stopped)
	}
	o.Log = nil
	wantCount(t, openCluster(t, o).URL(""), `SELECT 1`, 1)
}

func TestLogKeepsTwoStarts(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	var c *Cluster
	for range 3 {
		c = openCluster(t, o)
		c.closeNow(t)
	}
	for _, path := range []string{c.home.log(), c.home.log() + ".1"} {
		text, err := os.ReadFile(path)
		must(t, err)
		if n := strings.Count(string(text), "starting PostgreSQL"); n != 1 {
			t.Errorf("%s tells of %d starts, want 1", path, n)
		}
	}
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	must(t, Destroy(t.Context(), o)) // nothing there
	if _, err := os.Stat(o.Dir); !os.IsNotExist(err) {
		t.Fatalf("Destroy has made %s (%v)", o.Dir, err)
	}
	command := spawn(t, "attach", o.Dir, nil)
	pid, _ := command.ready(t)
	wantError(t, Destroy(t.Context(), o), ErrInUse)
	command.kill(t)
	must(t, Destroy(t.Context(), o))
	if lives(pid) {
		t.Errorf("postgres (process %d) outlives Destroy", pid)
	}
	if _, err := os.Stat(o.Dir); !os.IsNotExist(err) {
		t.Errorf("%s outlives Destroy (%v)", o.Dir, err)
	}
}
