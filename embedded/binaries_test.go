//go:build unix

package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// fakePrograms returns a folder with a postgres that says this version and an initdb that runs the script.
func fakePrograms(t *testing.T, version, initdb string) string {
	t.Helper()
	dir := tempDir(t)
	for name, script := range map[string]string{
		"postgres": `echo "postgres (PostgreSQL) ` + version + ` (a fake)"`,
		"initdb":   initdb,
	} {
		writeProgram(t, filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"))
	}
	return dir
}

// writeProgram writes a file to be run. Nothing may be forked meanwhile: the child would hold the file open for writing until
// it runs its own program, and such a file cannot be run (golang.org/issue/22315).
func writeProgram(t *testing.T, path string, text []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	must(t, os.WriteFile(path, text, 0o755))
}

// installed returns the real programs.
func installed(t *testing.T) binaries {
	t.Helper()
	h := home{dir: tempDir(t)}
	b, err := h.find(t.Context(), Options{}.withDefaults(), 0)
	must(t, err)
	return b
}

func TestOlderProgramsThanTheCluster(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	c.closeNow(t)
	must(t, os.WriteFile(filepath.Join(c.home.data(), "PG_VERSION"), []byte("9999\n"), 0o600))
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrVersion, "PostgreSQL 9999", installed(t).version, "pg_upgrade", "ATELIER_DATA")
	o.BinDir = installed(t).dir
	_, err = Open(t.Context(), o)
	wantError(t, err, ErrVersion, "PostgreSQL 9999", installed(t).version)
}

func TestProgramsThatFitTheCluster(t *testing.T) {
	t.Parallel()
	real := installed(t)
	o := newOptions(t)
	o.search = []string{fakePrograms(t, "13.4", "exit 1"), real.dir}
	openCluster(t, o).closeNow(t) // the first is too old for a new cluster

	newer := fmt.Sprintf("%d.1", real.major+1)
	o.search = []string{fakePrograms(t, newer, "exit 1"), fakePrograms(t, "14beta2", "exit 1"), real.dir}
	c := openCluster(t, o) // the first is too new for this one
	wantCount(t, c.URL(""), `SELECT current_setting('server_version_num')::int / 10000`, real.major)
}

func TestSearchOrder(t *testing.T) {
	t.Parallel()
	dirs := []string{"/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9/bin", "/usr/lib/postgresql/17/bin"}
	slices.SortFunc(dirs, newestFirst)
	if got := strings.Join(dirs, " "); !strings.HasPrefix(got, "/usr/lib/postgresql/17/bin /usr/lib/postgresql/15/bin /usr/lib/postgresql/9.6/bin") {
		t.Errorf("got %s", got)
	}
}

func TestProgramsAreNotTakenFromTheWorkingDirectory(t *testing.T) {
	dir := fakePrograms(t, "15.1", "exit 1")
	t.Chdir(dir)
	if got := programDirs([]string{"", ".", dir}); len(got) != 1 {
		t.Errorf("got %v, want %s alone", got, dir)
	}
}

func TestInitdbFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		says string
		kind error
	}{
		"full disk":  {"initdb: error: could not write: No space left on device", ErrDiskFull},
		"full quota": {"initdb: error: could not write: Disk quota exceeded", ErrDiskFull},
		"other":      {"initdb: error: the moon is in the way", ErrInit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOptions(t)
			o.BinDir = fakePrograms(t, "15.1", `echo "`+test.says+`" >&2; exit 1`)
			_, err := Open(t.Context(), o)
			wantError(t, err, test.kind, test.says, "ATELIER_DATA")
			if left, _ := filepath.Glob(filepath.Join(o.Dir, "cluster", "[di]*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			o.BinDir = ""
			wantCount(t, openCluster(t, o).URL(""), `SELECT 1`, 1)
		})
	}
}

// Not every system has C.UTF-8.
func TestInitdbWithoutTheLocale(t *testing.T) {
	t.Parallel()
	real := installed(t)
	o := newOptions(t)
	o.BinDir = fakePrograms(t, real.version, `case "$*" in
		*C.UTF-8*) echo 'initdb: error: invalid locale name "C.UTF-8"' >&2; exit 1;;
	esac
	exec `+real.dir+`/initdb "$@"`)
	h, err := findHome(t.Context(), o.withDefaults())
	must(t, err)
	_, err = h.prepare(t.Context(), o.withDefaults())
	must(t, err)
	o.BinDir = ""
	c := openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT count(*) FROM pg_database WHERE datname = 'atelier' AND datctype = 'C' AND pg_encoding_to_char(encoding) = 'UTF8'`, 1)
}

func TestPostgresDoesNotStart(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.Settings = map[string]string{"fsync": "off", "shared_buffers": "much"}
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrStart, "shared_buffers", "postgres.log", "ATELIER_DATA")
}
