//go:build unix

package embedded

import (
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// lives reports whether the process runs. One that has ended may still be there: not every init waits at once.
func lives(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	return err != nil || len(line) > 0 // no /proc, or a living process
}

func TestKilledServerTakesPostgresAlong(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	server := spawn(t, "open", o.Dir, nil)
	pid, url := server.ready(t)
	exec1(t, url, `CREATE TABLE kept AS SELECT 7 AS n`)
	server.kill(t)
	if runtime.GOOS == "linux" {
		eventually(t, "postgres ends with the server", func() bool { return !isPostmaster(pid, o.Dir+"/cluster/data") })
	}
	c := openCluster(t, o)
	if c.pid() == pid {
		t.Error("the killed server's postgres still runs")
	}
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
}

// The next start does not wait until the old one is gone by itself.
func TestStartRightAfterAKill(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	server := spawn(t, "open", o.Dir, nil)
	pid, _ := server.ready(t)
	server.kill(t)
	command := attachCluster(t, o)
	if command.pid() == pid {
		t.Error("the command has joined a postgres that is going")
	}
	wantCount(t, command.URL(""), `SELECT 1`, 1)
}

func TestServerReplacesAnOrphan(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	command := spawn(t, "attach", o.Dir, nil)
	pid, url := command.ready(t)
	exec1(t, url, `CREATE TABLE kept AS SELECT 7 AS n`)
	command.kill(t)
	c := openCluster(t, o)
	if isPostmaster(pid, c.home.data()) {
		t.Errorf("the orphan (process %d) still runs beside process %d", pid, c.pid())
	}
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
}

func TestCommandTakesAnOrphanOver(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	killed := spawn(t, "attach", o.Dir, nil)
	pid, _ := killed.ready(t)
	killed.kill(t)
	c := attachCluster(t, o)
	if c.pid() != pid {
		t.Errorf("the command uses process %d, want the orphan, %d", c.pid(), pid)
	}
	c.closeNow(t)
	if isPostmaster(pid, c.home.data()) {
		t.Error("the orphan outlives the last command")
	}
}

func TestKilledPostgresIsNoticedAndRecovers(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	exec1(t, c.URL(""), `CREATE TABLE kept AS SELECT 7 AS n`)
	must(t, syscall.Kill(c.pid(), syscall.SIGKILL))
	<-c.Done()
	c.closeNow(t)
	c = openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
}

// The postmaster is gone, and one of its processes is still there: PostgreSQL refuses to start until that is gone too.
func TestStartBesideTheLastProcessOfTheKilled(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	db, err := sql.Open("postgres", c.URL(""))
	must(t, err)
	defer db.Close()
	var backend int
	must(t, db.QueryRow(`SELECT pg_backend_pid()`).Scan(&backend))
	must(t, syscall.Kill(backend, syscall.SIGSTOP))
	must(t, syscall.Kill(c.pid(), syscall.SIGKILL))
	<-c.Done()
	c.closeNow(t)

	again := make(signalWriter, 1)
	o.Log = slog.New(slog.NewTextHandler(again, nil))
	go func() {
		<-again
		_ = syscall.Kill(backend, syscall.SIGCONT)
	}()
	wantCount(t, openCluster(t, o).URL(""), `SELECT 1`, 1)
}

// After a crash the pid file may name any process, another program of the same user included: PostgreSQL alone refuses.
func TestPidOfAnotherProcess(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	c.closeNow(t)
	sleeper := c.home.command(exec.Command("/bin/sh", "-c", "read line"), 0)
	stdin, err := sleeper.StdinPipe()
	must(t, err)
	must(t, sleeper.Start())
	path := filepath.Join(c.home.data(), "postmaster.pid")
	must(t, os.WriteFile(path, []byte(strconv.Itoa(sleeper.Process.Pid)+"\n"+c.home.data()+"\n1\n5432\n"), 0o600))
	must(t, c.home.runs.own(path))
	c = openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT 1`, 1)
	must(t, stdin.Close())
	if err := sleeper.Wait(); err != nil && strings.Contains(err.Error(), "signal") {
		t.Errorf("another program was stopped: %v", err)
	}
}

func TestInterruptedInitdb(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	server := spawn(t, "open", o.Dir, nil)
	works := filepath.Join(o.Dir, "cluster", initWork+"*", "global")
	eventually(t, "initdb is at work", func() bool {
		found, _ := filepath.Glob(works)
		return len(found) > 0
	})
	server.kill(t)
	c := openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT 1`, 1)
	if left, _ := filepath.Glob(filepath.Join(o.Dir, "cluster", initWork+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Ctrl-C in a terminal goes to the whole process group of the command: not to postgres, which the draining server needs.
func TestCtrlCLeavesPostgresToTheServer(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	server := spawn(t, "open", o.Dir, func(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} })
	pid, _ := server.ready(t)
	if group, err := syscall.Getpgid(pid); err != nil || group == server.cmd.Process.Pid {
		t.Errorf("postgres is in the server's process group (%v)", err)
	}
	must(t, syscall.Kill(-server.cmd.Process.Pid, syscall.SIGINT))
	if line := server.says(t); line != "interrupted <nil>" {
		t.Errorf("the draining server says %q", line)
	}
	must(t, server.stdin.Close())
	if line := server.says(t); line != "closed <nil>" {
		t.Errorf("the server says %q", line)
	}
	if lives(pid) {
		t.Errorf("postgres (process %d) outlives the server", pid)
	}
}

func TestEnvironmentHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	got := plainEnvironment([]string{"PATH=/bin", "JWT_SECRET=x", "PGDATA=/other", "LANG=de_DE", "LC_ALL=de_DE", "LD_LIBRARY_PATH=/lib"})
	want := "LC_ALL=C PATH=/bin LD_LIBRARY_PATH=/lib"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
