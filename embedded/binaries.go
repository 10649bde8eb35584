//go:build unix

package embedded

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the oldest PostgreSQL that still gets fixes, and so the oldest that is used.
const oldestMajor = 14

// binaries are an installed PostgreSQL's programs.
type binaries struct {
	dir     string
	version string // as `postgres -V` says it: "15.18"
	major   int
}

// searchDirs are the folders where an installed PostgreSQL may be, best first: what the user put on PATH, then the newest of
// each packager's.
func searchDirs() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",       // Debian, Ubuntu
		"/usr/pgsql-*/bin",                // the project's RPMs
		"/opt/homebrew/opt/postgres*/bin", // Homebrew: Apple silicon, Intel, Linux
		"/usr/local/opt/postgres*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgres*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/local/pgsql/bin", // built from source
	} {
		found, _ := filepath.Glob(pattern) // fails on bad patterns only
		slices.SortFunc(found, newestFirst)
		dirs = append(dirs, found...)
	}
	return dirs
}

var numbers = regexp.MustCompile(`\d+(\.\d+)?`)

func newestFirst(a, b string) int {
	x, _ := strconv.ParseFloat(numbers.FindString(a), 64)
	y, _ := strconv.ParseFloat(numbers.FindString(b), 64)
	return cmp.Or(cmp.Compare(y, x), strings.Compare(a, b))
}

// find returns the binaries for a cluster of this major version, 0 being a new cluster, which any will do for.
func (h home) find(ctx context.Context, o Options, major int) (binaries, error) {
	if o.BinDir != "" {
		return h.chosen(o.BinDir, major)
	}
	var others []binaries
	for _, dir := range programDirs(o.search) {
		b, err := h.inspect(dir)
		if err != nil {
			o.Log.Debug("not a usable PostgreSQL", "folder", dir, "error", err)
			continue
		}
		if b.fits(major) {
			return b, nil
		}
		others = append(others, b)
	}
	if major != 0 && len(others) > 0 {
		return binaries{}, versionError(h.data(), major, others)
	}
	return h.fetch(ctx, o, major, others)
}

func (b binaries) fits(major int) bool {
	return b.major == major || major == 0 && b.major >= oldestMajor
}

// chosen returns the binaries that Options.BinDir names.
func (h home) chosen(dir string, major int) (binaries, error) {
	b, err := h.inspect(dir)
	if err != nil {
		return binaries{}, noPostgres("no usable PostgreSQL in "+dir, err)
	}
	if !b.fits(major) {
		return binaries{}, versionError(h.data(), cmp.Or(major, oldestMajor), []binaries{b})
	}
	return b, nil
}

// programDirs returns, once each and symbolic links followed, the folders that hold both programs needed.
func programDirs(dirs []string) []string {
	var found []string
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			continue // never a program from the working directory
		}
		program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil {
			continue
		}
		real := filepath.Dir(program)
		if _, err := os.Stat(filepath.Join(real, "initdb")); err == nil && !slices.Contains(found, real) {
			found = append(found, real)
		}
	}
	return found
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) ((\d+)\S*)`)

// inspect asks the binaries for their version, as the user who will run them: what that user cannot run is of no use.
func (h home) inspect(dir string) (binaries, error) {
	cmd := h.command(exec.Command(filepath.Join(dir, "postgres"), "-V"), 0)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return binaries{}, fmt.Errorf("run %s: %w %s", cmd, err, out)
	}
	m := versionLine.FindStringSubmatch(string(out))
	if m == nil {
		return binaries{}, fmt.Errorf("run %s: no version in %q", cmd, out)
	}
	major, err := strconv.Atoi(m[2])
	return binaries{dir: dir, version: m[1], major: major}, err
}

func versionError(data string, major int, have []binaries) error {
	var names []string
	for _, b := range have {
		names = append(names, fmt.Sprintf("%s (%s)", b.version, b.dir))
	}
	return &Error{
		Kind: ErrVersion,
		What: fmt.Sprintf("the cluster at %s was made by PostgreSQL %d, and what is installed is PostgreSQL %s",
			data, major, strings.Join(names, ", ")),
		Hint: fmt.Sprintf("Install PostgreSQL %d beside it, move the data over with pg_upgrade, or set ATELIER_DATA to a new folder "+
			"to begin with an empty database, %s", major, orDatabaseURL),
	}
}

// noPostgres is the message for people who have none: what to install.
func noPostgres(what string, cause error) error {
	return &Error{
		Kind: ErrNoPostgres,
		What: what,
		Hint: fmt.Sprintf("Install PostgreSQL %d or newer (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "+
			"macOS: brew install postgresql@17; Alpine: apk add postgresql), %s", oldestMajor, orDatabaseURL),
		Cause: cause,
	}
}
