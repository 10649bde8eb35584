//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is PostgreSQL's first process, as its pid file describes it.
type postmaster struct {
	pid       int
	socketDir string // "" until it listens
}

// running returns the cluster's postmaster. A pid file alone proves nothing: it outlives a crash, and its pid may by then
// belong to any other process.
func (h home) running() (postmaster, bool) {
	p, ok := h.pidFile()
	return p, ok && isPostmaster(p.pid, h.data())
}

func (h home) pidFile() (postmaster, bool) {
	text, err := os.ReadFile(filepath.Join(h.data(), "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	lines := strings.Split(string(text), "\n") // pid, data directory, start time, port, socket folder, …
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return postmaster{}, false
	}
	p := postmaster{pid: pid}
	if len(lines) > 5 {
		p.socketDir = lines[4]
	}
	return p, true
}

// clearCrash removes what a postmaster that is gone left in the way of the next one. PostgreSQL itself refuses to start
// when the pid in the file is alive, whatever process that is: in a container a restart soon gives the same small pids.
func (h home) clearCrash() {
	if p, ok := h.pidFile(); ok && !isPostmaster(p.pid, h.data()) {
		removeShort(p.socketDir)
		_ = os.Remove(filepath.Join(h.data(), "postmaster.pid"))
	}
}

const (
	// fastPatience is how long a postmaster may take to write its checkpoint and go, if no context says otherwise.
	fastPatience = 30 * time.Second
	// immediatePatience is how long it may take to go without one (the next start recovers), and then, killed, to vanish.
	immediatePatience = 5 * time.Second
	goPoll            = 5 * time.Millisecond
)

// hasEnded returns a function that reports whether the process is not the cluster's postmaster any more.
func (h home) hasEnded(p postmaster) func() bool {
	return func() bool { return !isPostmaster(p.pid, h.data()) }
}

// stop ends a postmaster: politely until ctx ends, then not. It does not return before it is gone, unless it cannot be killed.
func stop(ctx context.Context, p postmaster, gone func() bool) error {
	never := context.WithoutCancel(ctx)
	for _, step := range []struct {
		signal   syscall.Signal
		ctx      context.Context
		patience time.Duration
	}{
		{syscall.SIGINT, ctx, fastPatience},
		{syscall.SIGQUIT, never, immediatePatience},
		{syscall.SIGKILL, never, immediatePatience},
	} {
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PostgreSQL (process %d): %w", p.pid, err)
		}
		if waitGone(step.ctx, step.patience, gone) {
			removeShort(p.socketDir)
			return nil
		}
	}
	return fmt.Errorf("stop PostgreSQL: process %d does not end", p.pid)
}

func waitGone(ctx context.Context, patience time.Duration, gone func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !gone() {
		if pause(ctx, goPoll) != nil {
			return false
		}
	}
	return true
}
