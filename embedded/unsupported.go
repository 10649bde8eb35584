//go:build !unix

package embedded

import (
	"context"
	"os"
	"syscall"
)

var errQuota = syscall.ENOSPC // a full quota has no error of its own here

// Cluster cannot be had on this operating system.
type Cluster struct{}

// Open fails with ErrUnsupported.
func Open(context.Context, Options) (*Cluster, error) { return nil, unsupported() }

// Attach fails with ErrUnsupported.
func Attach(context.Context, Options) (*Cluster, error) { return nil, unsupported() }

// Destroy fails with ErrUnsupported.
func Destroy(context.Context, Options) error { return unsupported() }

func unsupported() error {
	return &Error{
		Kind: ErrUnsupported,
		What: "this operating system has no embedded PostgreSQL",
		Hint: "Set DATABASE_URL to a PostgreSQL of your own.",
	}
}

// URL is never called: there is no Cluster.
func (c *Cluster) URL(string) string { return "" }

// Dir is never called: there is no Cluster.
func (c *Cluster) Dir() string { return "" }

// Done is never called: there is no Cluster.
func (c *Cluster) Done() <-chan struct{} { return nil }

// Close is never called: there is no Cluster.
func (c *Cluster) Close(context.Context) error { return nil }

func searchDirs() []string { return nil }

func openOwned(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o600) }

func inheritOwner(*os.File) error { return nil }
