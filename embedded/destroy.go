//go:build unix

package embedded

import (
	"context"
	"errors"
	"os"
)

// Destroy stops what was left running on the data folder and deletes the folder and the cluster, wherever that is.
// It is ErrInUse, and nothing happens, while a living process uses the cluster.
func Destroy(ctx context.Context, o Options) error {
	o = o.withDefaults()
	dir, err := absolute(o.Dir)
	if err != nil {
		return folderError("find the data folder "+o.Dir, o.Dir, err)
	}
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	defer c.release()
	if err := c.starting.wait(ctx); err != nil {
		return err
	}
	alone, err := c.users.try(exclusive)
	if err != nil {
		return err
	}
	if !alone {
		return inUseByCommands(dir)
	}
	hurry, cancel := context.WithCancel(ctx)
	cancel()
	if err := c.stop(hurry); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(c.home.dir), os.RemoveAll(dir))
}
