//go:build unix

package embedded

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"
)

// Cluster is a running PostgreSQL. It must be closed, and stays reachable until then: what it holds are file locks.
type Cluster struct {
	home    home
	options Options

	server, users, starting *lock // server.lock, users.lock and start.lock; see the package's documentation

	socketDir string
	child     *process // the postmaster, if this process started it
	tied      bool     // the cluster ends with this process

	closing sync.Once
	failure error // of closing
}

// Open starts the cluster for the server, which holds it alone and which it ends with. What a killed process left running
// is stopped first. If commands use the cluster, it waits a little for them to end; another server is ErrInUse at once.
// ctx bounds the start only.
func Open(ctx context.Context, o Options) (*Cluster, error) { return open(ctx, o, true) }

// Attach lends the cluster to a command: the running one, or else one that is started now and stopped when the last of
// those who share it closes it. When a server that it belongs to stops, it is gone for the command too.
// ctx bounds the start only.
func Attach(ctx context.Context, o Options) (*Cluster, error) { return open(ctx, o, false) }

func open(ctx context.Context, o Options, tied bool) (*Cluster, error) {
	c, err := newCluster(ctx, o.withDefaults())
	if err != nil {
		return nil, err
	}
	c.tied = tied
	if err := c.enter(ctx); err != nil {
		c.release()
		return nil, err
	}
	defer c.starting.unlock()
	err = c.establish(ctx)
	if err == nil {
		_, err = c.users.try(shared) // never refused: the exclusive one is held under start.lock only
	}
	if err != nil {
		return nil, errors.Join(err, c.abandon())
	}
	return c, nil
}

// URL is what lib/pq and psql connect to a database of the cluster with, "" being DefaultDatabase, which exists.
func (c *Cluster) URL(database string) string {
	if database == "" {
		database = DefaultDatabase
	}
	return socketURL(c.socketDir, database)
}

// Dir is the cluster's folder: where its data and its log are, which need not be below the data folder.
func (c *Cluster) Dir() string { return c.home.dir }

// Done is closed when the PostgreSQL that this process started has ended, whoever ended it.
// It is nil, and so blocks for ever, where another process started it.
func (c *Cluster) Done() <-chan struct{} {
	if c.child == nil {
		return nil
	}
	return c.child.done
}

// closeLimit bounds the wait for another process that is just starting or stopping the cluster.
const closeLimit = 10 * time.Second

// Close stops the cluster, if it is the server's or nobody else uses it, and lets go of the data folder. PostgreSQL may
// finish properly until ctx ends; then it is stopped hard, and recovers at the next start. It does not return before
// PostgreSQL is gone. Closing again returns the same.
func (c *Cluster) Close(ctx context.Context) error {
	c.closing.Do(func() { c.failure = c.close(ctx) })
	return c.failure
}

func (c *Cluster) close(ctx context.Context) error {
	defer c.release()
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	err := c.starting.wait(wait)
	if c.tied {
		return c.stop(ctx)
	}
	if err != nil {
		return err // who holds it is in charge of the cluster now
	}
	last, err := c.users.try(exclusive)
	if last {
		err = c.stop(ctx)
	}
	return err
}

// stop ends the postmaster, whoever started it.
func (c *Cluster) stop(ctx context.Context) error {
	if c.child != nil && !c.child.hasEnded() {
		return stop(ctx, postmaster{pid: c.child.pid, socketDir: c.socketDir}, c.child.hasEnded)
	}
	if p, ok := c.home.running(); ok {
		return stop(ctx, p, c.home.hasEnded(p))
	}
	return nil
}

// newCluster finds the cluster's folder and opens its locks, and takes none.
func newCluster(ctx context.Context, o Options) (*Cluster, error) {
	h, err := findHome(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Cluster{home: h, options: o}
	if c.users, err = openLock(filepath.Join(h.dir, "users.lock")); err == nil {
		c.starting, err = openLock(filepath.Join(h.dir, "start.lock"))
	}
	if err == nil {
		c.server, err = openLock(filepath.Join(h.dir, "server.lock"))
	}
	if err != nil {
		c.release()
		return nil, err
	}
	return c, nil
}

// abandon stops what a start that failed has started, and lets go of everything.
func (c *Cluster) abandon() error {
	defer c.release()
	if c.child == nil {
		return nil
	}
	hurry, cancel := context.WithCancel(context.Background())
	cancel()
	return c.stop(hurry)
}

func (c *Cluster) release() {
	for _, l := range []*lock{c.server, c.users, c.starting} {
		l.close()
	}
}
