//go:build unix

package embedded

import (
	"context"
	"errors"
	"strings"
	"time"
)

// relaunchLimit is how often a start is tried again that failed for a reason that passes, relaunchDelay apart.
const (
	relaunchLimit = 100
	relaunchDelay = 100 * time.Millisecond
)

// establish makes the cluster run. A command joins what runs; a server stops it, since only its own child is sure to end
// with it. The caller has entered.
func (c *Cluster) establish(ctx context.Context) error {
	for tries := 0; ; tries++ {
		running, ok := c.home.running()
		if ok && c.tied {
			c.options.Log.Info("stopping a PostgreSQL that was left behind", "process", running.pid)
			if err := stop(ctx, running, c.home.hasEnded(running)); err != nil {
				return err
			}
			continue
		}
		var err error
		if ok {
			err = c.join(ctx, running)
		} else {
			err = c.startOwn(ctx)
		}
		if err == nil || tries == relaunchLimit || !passes(err) {
			return err
		}
		c.options.Log.Info("PostgreSQL cannot start yet, trying again", "because", err)
		if err := pause(ctx, relaunchDelay); err != nil {
			return err
		}
	}
}

// passes reports whether a start that failed is worth another try: what was running ended in between, its last processes
// still hold its memory, or another one has just begun.
func passes(err error) bool {
	if errors.Is(err, errGone) {
		return true
	}
	for _, said := range []string{"pre-existing shared memory block", `lock file "postmaster.pid" already exists`} {
		if errors.Is(err, ErrStart) && strings.Contains(err.Error(), said) {
			return true
		}
	}
	return false
}

// join uses a postmaster that another process started.
func (c *Cluster) join(ctx context.Context, p postmaster) error {
	socketDir := func() (string, bool) {
		now, ok := c.home.pidFile()
		return now.socketDir, ok && now.socketDir != ""
	}
	var err error
	c.socketDir, err = waitReady(ctx, socketDir, c.home.hasEnded(p))
	return err
}

// startOwn starts a postmaster of this process.
func (c *Cluster) startOwn(ctx context.Context) error {
	child, socketDir, err := c.home.launch(ctx, c.options, c.tied)
	if err != nil {
		return err
	}
	c.child, c.socketDir = child, socketDir
	_, err = waitReady(ctx, func() (string, bool) { return socketDir, true }, child.hasEnded)
	if errors.Is(err, errGone) {
		removeShort(socketDir)
		return c.home.startError(child)
	}
	if isFull(err) {
		return fullError("create the database", c.home.dir, err)
	}
	return err
}
