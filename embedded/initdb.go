//go:build unix

package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// initWork is how the folders begin in which initdb works. They become data/ when it is done, so that one that was
// interrupted leaves nothing that looks like a cluster.
const initWork = "init-"

// majorVersion returns the major version that made the cluster, 0 if there is no cluster yet.
func (h home) majorVersion() (int, error) {
	path := filepath.Join(h.data(), "PG_VERSION")
	text, err := os.ReadFile(path)
	if err == nil {
		return strconv.Atoi(strings.TrimSpace(string(text)))
	}
	if _, absent := os.Lstat(h.data()); errors.Is(absent, fs.ErrNotExist) {
		return 0, nil
	}
	return 0, folderError("read the cluster at "+h.data(), path, err)
}

// initialize makes the cluster. The caller holds start.lock.
func (h home) initialize(ctx context.Context, o Options, b binaries) error {
	o.Log.Info("creating the database", "folder", h.dir, "postgresql", b.version)
	if err := h.sweepInit(); err != nil {
		return folderError("remove an interrupted initdb's work in "+h.dir, h.dir, err)
	}
	work, err := os.MkdirTemp(h.dir, initWork)
	if err != nil {
		return folderError("make a folder in "+h.dir, h.dir, err)
	}
	if err := h.runs.own(work); err != nil {
		return folderError("give "+work+" to "+h.runs.name, work, err)
	}
	err = h.initdb(ctx, b, work, o.Settings["fsync"] != "off")
	if err == nil {
		err = h.adopt(work)
	}
	if err != nil {
		_ = os.RemoveAll(work)
	}
	return err
}

// sweepInit removes what an initdb that was killed left behind.
func (h home) sweepInit() error {
	left, err := filepath.Glob(filepath.Join(globQuote(h.dir), initWork+"*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// globQuote makes the characters of a path that mean something in a pattern mean themselves.
func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// adopt makes a finished initdb's folder the cluster, durably.
func (h home) adopt(work string) error {
	if err := os.Rename(work, h.data()); err != nil {
		return folderError("move the new cluster to "+h.data(), h.dir, err)
	}
	dir, err := os.Open(h.dir)
	if err != nil {
		return folderError("open "+h.dir, h.dir, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return folderError("sync "+h.dir, h.dir, err)
	}
	return nil
}

// ctypes are the character types to try, best first: text sorts by bytes in either, but only the first knows the case of
// letters beyond ASCII, and not every system has it.
var ctypes = []string{"C.UTF-8", "C"}

func (h home) initdb(ctx context.Context, b binaries, work string, sync bool) error {
	var err error
	for _, ctype := range ctypes {
		args := []string{
			"-D", work, "--username=" + superuser, "--auth-local=trust", "--auth-host=reject",
			"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype, "--no-instructions",
		}
		if !sync {
			args = append(args, "--no-sync")
		}
		err = h.runInitdb(ctx, filepath.Join(b.dir, "initdb"), args)
		if err == nil || !strings.Contains(err.Error(), "invalid locale name") {
			return err
		}
	}
	return err
}

func (h home) runInitdb(ctx context.Context, program string, args []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var out bytes.Buffer
	cmd := h.command(exec.CommandContext(ctx, program, args...), syscall.SIGKILL)
	cmd.Stdout, cmd.Stderr = nil, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it removes what it made
	cmd.WaitDelay = 5 * time.Second
	p, err := start(cmd)
	if err == nil {
		<-p.done
		err = p.err
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("create the database: %w", context.Cause(ctx))
	case p == nil:
		return &Error{Kind: ErrInit, What: "run " + program, Hint: "Check the installation of PostgreSQL, " + orDatabaseURL, Cause: err}
	}
	said := errors.New(strings.TrimSpace(out.String()))
	if isFull(said) {
		return fullError("create the database", h.dir, said)
	}
	return &Error{
		Kind:  ErrInit,
		What:  fmt.Sprintf("initdb failed (%v)", err),
		Hint:  "Mend what it says, set ATELIER_DATA to another folder, " + orDatabaseURL,
		Cause: said,
	}
}
