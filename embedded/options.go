package embedded

import (
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// DefaultDir is the data folder where Options.Dir is empty, in the working directory.
const DefaultDir = ".atelier"

// DefaultDatabase is the database that Open and Attach make if it is absent.
const DefaultDatabase = "atelier"

// Options say where the cluster is and how it runs. The zero value is the server's default.
type Options struct {
	// Dir is ATELIER_DATA, the folder that holds everything; relative to the working directory. Empty: DefaultDir.
	Dir string
	// Log receives what a person should know (a first start, a wait, a download). Nil: nothing is said.
	Log *slog.Logger
	// BinDir is the folder of the postgres and initdb to use. Empty: they are searched for, then fetched.
	BinDir string
	// Settings are server settings (postgresql.conf names) on top of the defaults. They count for the process that starts
	// PostgreSQL; one that joins a running cluster finds it as it is. With fsync off, initdb does not sync either.
	Settings map[string]string
	// Existing refuses a data folder without a cluster with ErrAbsent, and makes nothing in it: for commands that only look.
	Existing bool

	search     []string      // where binaries are looked for; nil: searchDirs(). For tests.
	repository string        // where binaries are fetched from; "": the library's default. For tests.
	cache      string        // where fetched binaries are kept; "": see cacheDir. For tests.
	elsewhere  string        // where root's cluster goes if Dir cannot be reached; "": elsewhereDir. For tests.
	shortDirs  []string      // where a socket goes whose path would be too long; nil: TMPDIR and /tmp. For tests.
	patience   time.Duration // how long Open waits for commands to leave; 0: defaultPatience. For tests.
}

// defaultPatience is how long the server waits for commands that use the cluster before it gives up.
const defaultPatience = 10 * time.Second

// elsewhereDir holds the clusters that root's PostgreSQL user could not reach in their data folders.
const elsewhereDir = "/var/lib/atelier"

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.elsewhere == "" {
		o.elsewhere = elsewhereDir
	}
	if o.patience == 0 {
		o.patience = defaultPatience
	}
	if o.search == nil {
		o.search = searchDirs()
	}
	if o.shortDirs == nil {
		o.shortDirs = []string{os.TempDir(), "/tmp"}
	}
	return o
}

// absolute returns the data folder that dir names, "" being DefaultDir.
func absolute(dir string) (string, error) {
	if dir == "" {
		dir = DefaultDir
	}
	return filepath.Abs(dir)
}

// dataFolder names the data folder in messages.
func (o Options) dataFolder() string {
	if path, err := absolute(o.Dir); err == nil {
		return path
	}
	return o.Dir
}
