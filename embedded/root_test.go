//go:build unix

package embedded

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRootRunsPostgresAsAnother(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	c := openCluster(t, testOptions(t))
	uid, _, err := owner(c.home.data())
	must(t, err)
	if uid == 0 || uid != c.home.runs.uid {
		t.Errorf("the cluster belongs to user %d, want %s", uid, c.home.runs.name)
	}
	if uid, _, err = owner(c.socketDir); err != nil || uid != c.home.runs.uid {
		t.Errorf("the socket's folder belongs to user %d, want %s (%v)", uid, c.home.runs.name, err)
	}
}

func TestRootRunsAClusterAsItsOwner(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	o := newOptions(t)
	nobody := normalUser(t, o.Dir)
	server := spawn(t, "open", o.Dir, nobody)
	_, url := server.ready(t)
	exec1(t, url, `CREATE TABLE kept AS SELECT 7 AS n`)
	must(t, server.stdin.Close())
	must(t, server.cmd.Wait())

	c := openCluster(t, o) // root
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
	c.closeNow(t)
	secret, err := Secret(o.Dir)
	must(t, err)

	server = spawn(t, "open", o.Dir, nobody) // not locked out by what root left
	_, url = server.ready(t)
	wantCount(t, url, `SELECT n FROM kept`, 7)
	if line := spawn(t, "secret", o.Dir, nobody).says(t); line != secret+" <nil>" {
		t.Errorf("the owner gets the secret %q, root %q", line, secret)
	}
}

func TestNormalUserInRootsFolder(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	o := newOptions(t)
	change := normalUser(t, filepath.Join(tempDir(t), "unused"))
	openCluster(t, o).closeNow(t)
	if line := spawn(t, "open", o.Dir, change).says(t); !strings.Contains(line, "another user") || !strings.Contains(line, "ATELIER_DATA") {
		t.Errorf("the other user is told %q", line)
	}
}

// normalUser gives the new folder dir to a normal user and returns how to start a child as that user.
func normalUser(t *testing.T, dir string) func(*exec.Cmd) {
	t.Helper()
	a, err := standIn()
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.Chown(dir, a.uid, a.gid))
	program := filepath.Join(tempDir(t), "test") // go test's own folder is closed to others
	self, err := os.ReadFile(os.Args[0])
	must(t, err)
	writeProgram(t, program, self)
	return func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = program, "/"
		cmd.Env = append(cmd.Env, "HOME="+dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{}
		a.apply(cmd)
	}
}

func TestRootsFolderOutOfReach(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	o := newOptions(t)
	must(t, os.Mkdir(o.Dir, 0o700))
	c := openCluster(t, o)
	if !strings.HasPrefix(c.Dir(), o.elsewhere+"/") {
		t.Fatalf("the cluster is in %s, want a folder in %s", c.Dir(), o.elsewhere)
	}
	exec1(t, c.URL(""), `CREATE TABLE kept AS SELECT 7 AS n`)
	command := attachCluster(t, o)
	wantCount(t, command.URL(""), `SELECT n FROM kept`, 7)
	command.closeNow(t)
	c.closeNow(t)
	text, err := os.ReadFile(filepath.Join(o.Dir, "location"))
	if strings.TrimSpace(string(text)) != c.Dir() {
		t.Errorf("the data folder says that the cluster is in %q (%v)", text, err)
	}

	c = openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT n FROM kept`, 7)
	c.closeNow(t)
	must(t, os.RemoveAll(c.Dir()))
	_, err = Open(t.Context(), o)
	wantError(t, err, ErrDataFolder, c.Dir(), "location")
}

func TestRootsUmask(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	o := newOptions(t)
	server := spawn(t, "open", o.Dir, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, childUmask+"=077") })
	_, url := server.ready(t)
	if !strings.Contains(url, o.Dir+"/cluster/") {
		t.Errorf("the cluster went elsewhere: %s", url)
	}
}

func TestClusterOfRoot(t *testing.T) {
	needRoot(t, "to start as root")
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	c.closeNow(t)
	must(t, os.Chown(c.home.data(), 0, 0))
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrDataFolder, "chown", "refuses to run as root")
}

// Not parallel: others look for the stand-in, too.
func TestStandIns(t *testing.T) {
	needRoot(t, "to start as root")
	usual := standIns
	t.Cleanup(func() { standIns = usual })

	standIns = []string{"no-such-user"}
	_, err := Open(t.Context(), newOptions(t))
	wantError(t, err, ErrNoUser, "normal user", "no-such-user")

	standIns = []string{"no-such-user", "nobody"}
	c := openCluster(t, newOptions(t))
	if c.home.runs.name != "nobody" {
		t.Errorf("PostgreSQL runs as %s, want nobody", c.home.runs.name)
	}
	wantCount(t, c.URL(""), `SELECT 1`, 1)
}
