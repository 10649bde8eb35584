package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"atelier/store/storetest"
)

// ask sends a query to the API and returns the answer.
func ask(t *testing.T, api, token, query string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api, strings.NewReader(`{"query":"`+query+`"}`))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return string(body)
}

// postmaster returns the process id of the PostgreSQL of a data folder.
func postmaster(t *testing.T, data string) int {
	t.Helper()
	dir := filepath.Join(data, "cluster")
	if elsewhere, err := os.ReadFile(filepath.Join(data, "location")); err == nil {
		dir = strings.TrimSpace(string(elsewhere))
	}
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	must(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	must(t, err)
	return pid
}

func isRunning(pid int) bool { return syscall.Kill(pid, 0) == nil }

// TestServe starts the program as people do, kills it, and starts it again.
func TestServe(t *testing.T) {
	t.Parallel()
	data := ownFolder(t)
	env := []string{"ATELIER_DATA=" + data, "ADDR=127.0.0.1:0"}

	first := launch(t, env)
	api := first.says(t, "  API ")
	admin := first.says(t, "export TOKEN=")
	user := first.says(t, "export USER_TOKEN=")
	if got := ask(t, api, admin, "{ users(first: 1) { totalCount } }"); !strings.Contains(got, `"totalCount":200`) {
		t.Errorf("the admin's token: %s", got)
	}
	if got := ask(t, api, user, "{ viewer { role } users(first: 1) { totalCount } }"); !strings.Contains(got, "FORBIDDEN") || !strings.Contains(got, `"USER"`) {
		t.Errorf("the user's token: %s", got)
	}
	token := strings.TrimSpace(want(t, exitDone, nil, env, "token", "--role=admin"))
	if got := ask(t, api, token, "{ viewer { role } }"); !strings.Contains(got, `"ADMIN"`) {
		t.Errorf("a token of the token command: %s", got)
	}
	want(t, exitDone, []string{"ok"}, env, "doctor")
	want(t, exitFailed, []string{"another atelier server", "ATELIER_DATA"}, env, "serve")
	if log := first.stderr.String(); !strings.Contains(log, "ATELIER_DATA="+data) || strings.Contains(log, admin) {
		t.Errorf("the log must have the settings, and no token:\n%s", log)
	}

	killed := postmaster(t, data)
	must(t, first.cmd.Process.Kill())
	_ = first.end(t)
	second := launch(t, env)
	api = second.says(t, "  API ")
	if got := ask(t, api, admin, "{ users(first: 1) { totalCount } }"); !strings.Contains(got, `"totalCount":200`) {
		t.Errorf("after a kill, the admin's old token: %s", got)
	}
	now := postmaster(t, data)
	if now == killed || !isRunning(now) {
		t.Errorf("PostgreSQL was process %d, and is %d", killed, now)
	}
	eventually(t, "the first PostgreSQL has gone", func() bool { return !isRunning(killed) })

	must(t, second.cmd.Process.Signal(syscall.SIGTERM))
	if err := second.end(t); err != nil {
		t.Errorf("a server that was told to stop: %v", err)
	}
	if isRunning(now) {
		t.Error("PostgreSQL runs on after the server")
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	data := ownFolder(t)
	p := launch(t, []string{"ATELIER_DATA=" + data, "ADDR=127.0.0.1:0", "DEMO=false", "SHUTDOWN_DELAY=10m"})
	url := p.says(t, "  playground ")
	must(t, p.cmd.Process.Signal(syscall.SIGINT))
	eventually(t, "/readyz says no", func() bool {
		response, err := http.Get(url + "readyz")
		must(t, err)
		defer func() { _ = response.Body.Close() }()
		return response.StatusCode == http.StatusServiceUnavailable
	})
	must(t, p.cmd.Process.Signal(syscall.SIGINT))
	var ended *exec.ExitError
	if err := p.end(t); !errors.As(err, &ended) || ended.Success() {
		t.Errorf("it ended with %v", err)
	}
}

// TestServeOnADatabaseThatIsNotMigrated says that it is not ready, and why.
func TestServeOnADatabaseThatIsNotMigrated(t *testing.T) {
	t.Parallel()
	p := launch(t, []string{"DATABASE_URL=" + storetest.Empty(t), "JWT_SECRET=" + secret, "ADDR=127.0.0.1:0"})
	if why := p.says(t, "Atelier listens, but is not ready: "); !strings.Contains(why, "atelier migrate up") {
		t.Errorf("it says %q", why)
	}
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	must(t, p.end(t))
}

func TestServeThatIsStoppedWhileItStarts(t *testing.T) {
	t.Parallel()
	data := ownFolder(t)
	p := launch(t, []string{"ATELIER_DATA=" + data, "ADDR=127.0.0.1:0"})
	eventually(t, "it has begun", func() bool { return strings.Contains(p.stderr.String(), "creating the database") })
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := p.end(t); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
