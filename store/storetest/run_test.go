package storetest

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"atelier/embedded"
)

func TestRunGoesWithItsOwner(t *testing.T) {
	t.Parallel()
	r, end := ownedRun(t)
	s := ownServer(t, r)
	want(t, s.copyFor(t.Context(), &fakeTest{TB: t}, emptyTemplate), `SELECT 1`, "1")
	end()
	eventually(t, "the watchdog removes the run", func() bool { return isGone(r.dir) })
	select {
	case <-r.cluster.Done():
	case <-time.After(10 * time.Second): // PostgreSQL itself looks once a minute whether its folder is still there
		t.Error("postgres outlives its folder")
	}
}

func TestRunIsSharedByItsProcesses(t *testing.T) {
	t.Parallel()
	r, _ := ownedRun(t)
	again, err := joinRun(t.Context(), filepath.Dir(r.dir), r.owner)
	must(t, err)
	if again.cluster.URL("") != r.cluster.URL("") {
		t.Errorf("one process uses %s, another %s", r.cluster.URL(""), again.cluster.URL(""))
	}
}

func TestDeadRunsAreSweptByTheNext(t *testing.T) {
	t.Parallel()
	base := shortDir(t)
	must(t, makeBase(base))
	dead := filepath.Join(base, "1-00000000") // init's pid, not its start
	left, err := embedded.Attach(t.Context(), embedded.Options{Dir: dead, Settings: settings})
	must(t, err)
	owner, _ := spawnOwner(t)
	r, err := joinRun(t.Context(), base, owner)
	must(t, err)
	want(t, left.URL("postgres"), `SELECT 1`, "1") // one of its processes lives
	must(t, left.Close(t.Context()))
	sweep(t.Context(), base)
	if !isGone(dead) {
		t.Error("a dead run is still there")
	}
	want(t, r.cluster.URL("postgres"), `SELECT 1`, "1")
}

func TestFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	must(t, os.Symlink(dir, link))
	if err := makeBase(link); err == nil {
		t.Error("a symbolic link is taken for the folder of the runs")
	}
	must(t, makeBase(dir))
}

func TestOwner(t *testing.T) {
	t.Parallel()
	self, err := look(os.Getpid())
	must(t, err)
	if self.parent != os.Getppid() {
		t.Errorf("the parent is process %d, want %d", self.parent, os.Getppid())
	}
	if !owns(self.pid, self.key()) || owns(self.pid, strconv.Itoa(self.pid)+"-other") {
		t.Error("a process is not known by its key")
	}
	_, stdin := spawnOwner(t)
	must(t, stdin.Close())
	owner, err := findOwner()
	must(t, err)
	if parent, err := look(self.parent); err == nil && parent.name == "go" && owner.pid != parent.pid {
		t.Errorf("the owner is process %d (%s), want go test, %d", owner.pid, owner.name, parent.pid)
	}
	if syscall.Kill(owner.pid, 0) != nil {
		t.Errorf("the owner, process %d, is not there", owner.pid)
	}
}

func TestProcessDescriptions(t *testing.T) {
	t.Parallel()
	fields := " S 41 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 more"
	for name, test := range map[string]struct {
		got  func() (process, error)
		want process
	}{
		"stat":          {func() (process, error) { return parseStat(42, "42 (go)"+fields) }, process{42, 41, "go", "98765"}},
		"stat, strange": {func() (process, error) { return parseStat(42, "42 (a) (b c)"+fields) }, process{42, 41, "a) (b c", "98765"}},
		"ps": {
			func() (process, error) { return parsePS(42, "   41 Mon Nov 23 21:05:01 2026 /usr/local/go/bin/go\n") },
			process{42, 41, "go", "Mon Nov 23 21:05:01 2026"},
		},
	} {
		if got, err := test.got(); err != nil || got != test.want {
			t.Errorf("%s: got %+v (%v), want %+v", name, got, err, test.want)
		}
	}
	for _, text := range []string{"", "42 (go)", "42 (go) Z" + fields[2:]} {
		if got, err := parseStat(42, text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}
