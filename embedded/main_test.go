//go:build unix

package embedded

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"
)

// patience is how long a test waits for what must happen. It is generous: a loaded machine is no failure.
const patience = 60 * time.Second

// The variables that make the test binary a program that runs a cluster, to be killed, or started as another user.
const (
	childMode  = "EMBEDDED_TEST_CHILD" // open, attach or secret
	childDir   = "EMBEDDED_TEST_DIR"
	childUmask = "EMBEDDED_TEST_UMASK" // octal
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		os.Exit(runChild(mode))
	}
	code := m.Run()
	_ = os.RemoveAll(scratch())
	os.Exit(code)
}

// runChild runs a cluster until stdin ends. It says "ready PID URL", PID being the postmaster's, or else why not.
// On SIGINT it says whether the cluster still answers, like a server that drains.
func runChild(mode string) int {
	if mask, err := strconv.ParseInt(os.Getenv(childUmask), 8, 32); err == nil {
		syscall.Umask(int(mask))
	}
	o := Options{Dir: os.Getenv(childDir), Settings: quick, elsewhere: os.Getenv(childDir) + "-elsewhere"}
	if mode == "secret" {
		secret, err := Secret(o.Dir)
		fmt.Println(secret, err)
		return 0
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	start := Open
	if mode == "attach" {
		start = Attach
	}
	c, err := start(context.Background(), o)
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	p, _ := c.home.running()
	fmt.Println("ready", p.pid, c.URL(""))
	go func() {
		<-interrupted
		_, err := count(c.URL(""), `SELECT 1`)
		fmt.Println("interrupted", err)
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	fmt.Println("closed", c.Close(context.Background()))
	return 0
}

// child is a running runChild.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

// spawn starts the test binary as a child. change may alter how.
func spawn(t *testing.T, mode, dir string, change func(*exec.Cmd)) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childMode+"="+mode, childDir+"="+dir)
	cmd.Stderr = os.Stderr
	if change != nil {
		change(cmd)
	}
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	return &child{cmd: cmd, stdin: stdin, lines: bufio.NewScanner(stdout)}
}

// says returns the child's next line.
func (c *child) says(t *testing.T) string {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatalf("the child ended: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// ready waits for the child's cluster.
func (c *child) ready(t *testing.T) (postmaster int, url string) {
	t.Helper()
	line := c.says(t)
	if n, err := fmt.Sscanf(line, "ready %d %s", &postmaster, &url); n != 2 {
		t.Fatalf("the child says %q (%v)", line, err)
	}
	return postmaster, url
}

// kill ends the child as kill -9 does.
func (c *child) kill(t *testing.T) {
	t.Helper()
	must(t, c.cmd.Process.Kill())
	_ = c.cmd.Wait()
}

// quick makes a cluster that need not survive a power failure.
var quick = map[string]string{"fsync": "off", "max_connections": "20", "shared_buffers": "16MB"}

// scratch is the folder of this process's clusters: in memory, where there is room for them. What killed tests have left
// there is removed.
var scratch = sync.OnceValue(func() string {
	base := os.TempDir()
	const memory, enough = "/dev/shm", 1 << 30
	var free syscall.Statfs_t
	if err := syscall.Statfs(memory, &free); err == nil && free.Bavail*uint64(free.Bsize) >= enough {
		base = memory
	}
	all := filepath.Join(base, fmt.Sprintf("atelier-embedded-%d", os.Getuid()))
	left, _ := os.ReadDir(all)
	for _, e := range left {
		if pid, err := strconv.Atoi(e.Name()); err == nil && !lives(pid) {
			_ = os.RemoveAll(filepath.Join(all, e.Name()))
		}
	}
	own := filepath.Join(all, strconv.Itoa(os.Getpid()))
	for _, dir := range []string{all, own} {
		if _, err := makeFolder(dir, 0o755); err != nil {
			panic(err)
		}
	}
	return own
})

// tempDir is a short folder that every user can reach. T.TempDir's is closed to others.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch(), "")
	must(t, err)
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// newOptions name a data folder that is not there yet.
func newOptions(t *testing.T) Options {
	t.Helper()
	dir := tempDir(t)
	o := Options{
		Dir:       filepath.Join(dir, "data"),
		Log:       slog.New(slog.NewTextHandler(t.Output(), nil)),
		Settings:  quick,
		elsewhere: filepath.Join(dir, "elsewhere"),
	}
	// A test that fails may leave an orphan, one that passes may leave a folder that is no data folder any more.
	t.Cleanup(func() { _ = Destroy(context.Background(), Options{Dir: o.Dir, elsewhere: o.elsewhere}) })
	return o
}

// prepared is a cluster to copy, which takes a tenth of the time of making one.
var prepared struct {
	sync.Once
	dir string // a data folder
	err error
}

// testOptions name a data folder with a cluster.
func testOptions(t *testing.T) Options {
	t.Helper()
	prepared.Do(func() {
		if prepared.dir, prepared.err = os.MkdirTemp(scratch(), ""); prepared.err != nil {
			return
		}
		if prepared.err = os.Chmod(prepared.dir, 0o755); prepared.err != nil {
			return
		}
		var c *Cluster
		if c, prepared.err = Open(context.Background(), Options{Dir: prepared.dir, Settings: quick}); prepared.err == nil {
			prepared.err = c.Close(context.Background())
		}
	})
	must(t, prepared.err)
	o := newOptions(t)
	out, err := exec.Command("cp", "-a", prepared.dir, o.Dir).CombinedOutput()
	if err != nil {
		t.Fatalf("copy the cluster: %v %s", err, out)
	}
	return o
}

func openCluster(t *testing.T, o Options) *Cluster   { t.Helper(); return begin(t, Open, o) }
func attachCluster(t *testing.T, o Options) *Cluster { t.Helper(); return begin(t, Attach, o) }

func begin(t *testing.T, how func(context.Context, Options) (*Cluster, error), o Options) *Cluster {
	t.Helper()
	c, err := how(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func (c *Cluster) closeNow(t *testing.T) {
	t.Helper()
	must(t, c.Close(t.Context()))
}

// pid is the cluster's postmaster, 0 if there is none.
func (c *Cluster) pid() int {
	if p, ok := c.home.running(); ok {
		return p.pid
	}
	return 0
}

// count returns the number that a query gives.
func count(url, query string) (n int, err error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return n, db.QueryRow(query).Scan(&n)
}

func wantCount(t *testing.T, url, query string, want int) {
	t.Helper()
	got, err := count(url, query)
	must(t, err)
	if got != want {
		t.Fatalf("%s: got %d, want %d", query, got, want)
	}
}

func exec1(t *testing.T, url, query string) {
	t.Helper()
	db, err := sql.Open("postgres", url)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(query)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually polls until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		if pause(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// wantError checks an error's kind and that its message holds each of the words, with those that every message must have.
func wantError(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got error %v, want one of the kind %v", err, kind)
	}
	for _, word := range append(words, "DATABASE_URL") {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the message does not mention %q:\n%v", word, err)
		}
	}
}

func needRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: " + why)
	}
}

// cancelWhen returns a context that ends when the channel is heard.
func cancelWhen(t *testing.T, heard <-chan struct{}) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		select {
		case <-heard:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
