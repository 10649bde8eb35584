//go:build unix

package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// fetchable are the versions that can be fetched, by major version, and newMajor is the one for a new cluster.
var fetchable = map[int]embeddedpostgres.PostgresVersion{
	14: embeddedpostgres.V14,
	15: embeddedpostgres.V15,
	16: embeddedpostgres.V16,
	17: embeddedpostgres.V17,
	18: embeddedpostgres.V18,
}

const newMajor = 17

// fetch returns downloaded binaries of this major version (0: of a new cluster's), which stay for the next time.
// unfit are the installed ones that will not do, for the message.
func (h home) fetch(ctx context.Context, o Options, major int, unfit []binaries) (binaries, error) {
	version, ok := fetchable[cmp.Or(major, newMajor)]
	if !ok {
		return binaries{}, noPostgres(fmt.Sprintf("PostgreSQL %d, which made the cluster at %s, is not installed", major, h.data()), nil)
	}
	cache := o.cache
	if cache == "" {
		cache = cacheDir(o)
	}
	dir := filepath.Join(cache, "postgresql-"+string(version))
	if b, err := h.inspect(filepath.Join(dir, "bin")); err == nil {
		return b, nil
	}
	o.Log.Info("no PostgreSQL is installed: downloading one", "version", version, "to", dir)
	if err := download(ctx, o.repository, version, dir); err != nil {
		return binaries{}, noPostgres(fmt.Sprintf("no PostgreSQL is installed%s, and it could not be downloaded", describe(unfit)), err)
	}
	b, err := h.inspect(filepath.Join(dir, "bin"))
	if err != nil {
		return binaries{}, noPostgres("the downloaded PostgreSQL does not run here", err)
	}
	return b, nil
}

// cacheDir is where downloads are kept: root's where the other user can reach them.
func cacheDir(o Options) string {
	if os.Geteuid() == 0 {
		return o.elsewhere
	}
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "atelier")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("atelier-cache-%d", os.Getuid()))
}

func describe(unfit []binaries) string {
	if len(unfit) == 0 {
		return ""
	}
	return fmt.Sprintf(" (but %s in %s, which is too old)", unfit[0].version, unfit[0].dir)
}

// download puts the binaries of version into dir, whole or not at all.
func download(ctx context.Context, repository string, version embeddedpostgres.PostgresVersion, dir string) error {
	parent := filepath.Dir(dir)
	if _, err := makeFolder(parent, folderMode()); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, "download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, folderMode()); err != nil {
		return err
	}
	extracted := filepath.Join(work, "extracted")
	if err := fetchOnly(ctx, repository, version, work, extracted); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil { // what is there does not run
		return err
	}
	if err := os.Rename(extracted, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

// fetchOnly makes the library download and extract, but run nothing: it would run initdb as this user, who may be root.
// Start does all of it in one go; a data path that ends in a dot is one that it refuses to empty, which comes just after
// the extraction. So Start always fails, and what counts is whether the programs are there.
func fetchOnly(ctx context.Context, repository string, version embeddedpostgres.PostgresVersion, work, extracted string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	config := embeddedpostgres.DefaultConfig().Version(version).Port(port).Logger(io.Discard).
		CachePath(work).RuntimePath(filepath.Join(work, "runtime")).BinariesPath(extracted).
		DataPath(work + "/.")
	if repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	ended := make(chan error, 1)
	go func() { ended <- embeddedpostgres.NewDatabase(config).Start() }()
	select {
	case <-ctx.Done():
		return context.Cause(ctx) // the library takes no context: its download ends with the process
	case err = <-ended:
	}
	for _, program := range []string{"postgres", "initdb"} {
		if _, missing := os.Stat(filepath.Join(extracted, "bin", program)); missing != nil {
			return err
		}
	}
	return nil
}

// freePort returns a port that the library finds free: it checks, though nothing will listen there.
func freePort() (uint32, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return uint32(l.Addr().(*net.TCPAddr).Port), nil
}
