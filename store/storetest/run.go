package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"atelier/embedded"
)

// testRun is the cluster of one `go test`, shared by the processes of its packages.
type testRun struct {
	dir     string // its data folder; named by the owner
	owner   process
	cluster *embedded.Cluster // never closed: the watchdog ends it, when no package is to come any more
}

// settings are those of a cluster that nobody will miss. Commits stay synchronous, which costs little without fsync: VACUUM
// cannot mark rows visible whose commit was not written yet.
var settings = map[string]string{
	"fsync":              "off",
	"full_page_writes":   "off",
	"wal_level":          "minimal",
	"max_wal_senders":    "0",
	"max_wal_size":       "4GB",
	"checkpoint_timeout": "1h",
	"autovacuum":         "off", // it would hold up copying, and change plans while a test looks at them
	"max_connections":    "500", // several packages, parallel tests, a pool each

	"dynamic_shared_memory_type": "mmap", // in the cluster's folder, so that it goes with it
}

// runsDir is the folder of all the runs of this user: in memory, if there is room for large data sets.
func runsDir() string {
	base := os.TempDir()
	const memory, enough = "/dev/shm", 4 << 30
	var free syscall.Statfs_t
	if err := syscall.Statfs(memory, &free); err == nil && free.Bavail*uint64(free.Bsize) >= enough {
		base = memory
	}
	return filepath.Join(base, fmt.Sprintf("atelier-test-%d", os.Getuid()))
}

// joinRun starts the owner's cluster, or uses it if another process has. Whoever comes first also sets the watchdog on it,
// and removes what dead runs have left.
func joinRun(ctx context.Context, base string, owner process) (*testRun, error) {
	if err := makeBase(base); err != nil {
		return nil, err
	}
	r := &testRun{dir: filepath.Join(base, owner.key()), owner: owner}
	var err error
	if r.cluster, err = embedded.Attach(ctx, embedded.Options{Dir: r.dir, Settings: settings}); err != nil {
		return nil, err
	}
	switch err := os.Mkdir(filepath.Join(r.dir, "watched"), 0o700); {
	case errors.Is(err, os.ErrExist):
		return r, nil
	case err != nil:
		return nil, err
	}
	sweep(ctx, base)
	return r, r.watch()
}

// makeBase makes the folder of the runs. It is in a place where everyone may write, so one that is there must be ours.
func makeBase(base string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // PostgreSQL runs as another user
	}
	if err := os.Mkdir(base, mode); err == nil {
		return os.Chmod(base, mode) // whatever the umask
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user: set TMPDIR to a folder of your own, or TEST_DATABASE_URL", base)
	}
	return nil
}

// sweep removes the runs whose owner has ended: killed ones, and those kept for a failed test.
func sweep(ctx context.Context, base string) {
	entries, _ := os.ReadDir(base)
	for _, e := range entries {
		pid, _, _ := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(pid); err == nil && !owns(n, e.Name()) {
			// It fails while a test of that run still lives; then a later sweep gets it.
			_ = embedded.Destroy(ctx, embedded.Options{Dir: filepath.Join(base, e.Name())})
		}
	}
}

// owns reports whether a living process owns the run of this key.
func owns(pid int, key string) bool {
	p, err := look(pid)
	return err == nil && p.key() == key
}

// watchdog waits for the owner's end and then removes the run, a while later if a failed test has asked for that. It stops
// the PostgreSQL whose pid file it finds, if that is one. $1: the owner; $2: the cluster's folder; $3: the run's.
const watchdog = `
while kill -0 "$1" 2>/dev/null && [ -d "$3" ]; do sleep 1; done
n=0
while [ -e "$3/keep" ] && [ $n -lt 900 ]; do sleep 1; n=$((n+1)); done
file="$2/data/postmaster.pid"
pid=$(head -n 1 "$file" 2>/dev/null)
if [ -n "$pid" ]; then
	case $( (tr '\0' ' ' <"/proc/$pid/cmdline" || ps -ww -o args= -p "$pid") 2>/dev/null) in
	*"-D $2/data "*)
		kill -QUIT "$pid"
		n=0
		while [ -e "$file" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
	esac
fi
rm -rf "$2" "$3"
`

// watch starts the watchdog. It is in a session of its own, and holds none of our files: go test waits for its output to
// be closed.
func (r *testRun) watch() error {
	cmd := exec.Command("/bin/sh", "-c", watchdog, "atelier-test-watchdog", strconv.Itoa(r.owner.pid), r.cluster.Dir(), r.dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the watchdog: %w", err)
	}
	return cmd.Process.Release()
}

func (r *testRun) server(ctx context.Context) (*server, error) {
	s, err := newServer(ctx, r.cluster.URL("postgres"), r.cluster.URL, r.owner)
	if err != nil {
		return nil, err
	}
	s.keep = func(string) error { return os.WriteFile(filepath.Join(r.dir, "keep"), nil, 0o600) }
	return s, nil
}
