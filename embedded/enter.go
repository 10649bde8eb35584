//go:build unix

package embedded

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// enter takes start.lock, at a moment when the cluster may be joined or started, and a share of users.lock or, where nobody
// else uses the cluster, all of it.
func (c *Cluster) enter(ctx context.Context) error {
	if c.tied {
		if err := c.claim(); err != nil {
			return err
		}
	}
	deadline := time.Now().Add(c.options.patience)
	for first := true; ; first = false {
		if err := c.starting.wait(ctx); err != nil {
			return err
		}
		if may, err := c.mayGoOn(); may || err != nil {
			return err
		}
		c.starting.unlock() // so that those who use it can leave
		if time.Now().After(deadline) {
			return inUseByCommands(c.options.dataFolder())
		}
		if first {
			c.options.Log.Info("waiting for another atelier command that uses the database", "data_folder", c.options.dataFolder())
		}
		if err := pause(ctx, lockPoll); err != nil {
			return err
		}
	}
}

// claim makes this process the cluster's only server.
func (c *Cluster) claim() error {
	file := c.server.file
	got, err := c.server.try(exclusive)
	if err != nil {
		return err
	}
	if !got {
		text, _ := io.ReadAll(file)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text))) // 0: it has not written it yet
		return inUseByServer(c.options.dataFolder(), pid)
	}
	if err := file.Truncate(0); err != nil {
		return folderError("write "+file.Name(), file.Name(), err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return folderError("write "+file.Name(), file.Name(), err)
	}
	return nil
}

// mayGoOn reports whether this process may join or start the cluster now. Alone it may do all. With others around, a server
// may not, and a command may join what runs, but never start anything: what the others use may be out of its sight, in
// another container, and a second PostgreSQL on the same data would destroy it.
func (c *Cluster) mayGoOn() (bool, error) {
	alone, err := c.users.try(exclusive)
	if alone || err != nil || c.tied {
		return alone, err
	}
	if _, runs := c.home.running(); !runs {
		return false, nil
	}
	return c.users.try(shared)
}
