//go:build unix

package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSocketOfAnyFolder(t *testing.T) {
	t.Parallel()
	for name, folder := range map[string]string{
		"long":       strings.Repeat("a-very-long-name/", 10),
		"comma":      "a,b",
		"characters": `it's "quoted" 100% ü + [x] & more?`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOptions(t)
			o.Dir = filepath.Join(o.Dir, folder)
			o.shortDirs = []string{tempDir(t), "/tmp"}
			c := openCluster(t, o)
			wantCount(t, c.URL(""), `SELECT 1`, 1)
			command := attachCluster(t, o)
			wantCount(t, command.URL(""), `SELECT 1`, 1)
			command.closeNow(t)
			c.closeNow(t)
			if _, err := os.Stat(c.socketDir); name != "characters" && !os.IsNotExist(err) {
				t.Errorf("the socket's folder %s is left behind (%v)", c.socketDir, err)
			}
		})
	}
}

// psql, unlike lib/pq, takes a plus sign for one.
func TestURLIsForPsqlToo(t *testing.T) {
	t.Parallel()
	want := "postgres:///a%20b?host=/c%20d/e%2Bf&port=5432&user=atelier&sslmode=disable"
	if got := socketURL("/c d/e+f", "a b"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNoPlaceForASocket(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	o.Dir = filepath.Join(o.Dir, strings.Repeat("a-very-long-name/", 10))
	o.shortDirs = []string{filepath.Join(o.Dir, "absent")}
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrSocketPath, "ATELIER_DATA", "too long")
}

func TestDataFolderIsAFile(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	must(t, os.WriteFile(o.Dir, nil, 0o600))
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrDataFolder, o.Dir, "ATELIER_DATA")
}

func TestClusterFolderHoldsSomethingElse(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	c := openCluster(t, o)
	c.closeNow(t)
	must(t, os.Remove(filepath.Join(c.home.data(), "PG_VERSION")))
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrDataFolder, "PG_VERSION", "ATELIER_DATA")
}

func TestNewFolderIsKeptOutOfGit(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	made, err := makeDataFolder(filepath.Join(dir, "new"))
	must(t, err)
	if text, err := os.ReadFile(filepath.Join(made, ".gitignore")); string(text) != "*\n" {
		t.Errorf(".gitignore holds %q (%v)", text, err)
	}
	there, err := makeDataFolder(dir)
	must(t, err)
	if _, err := os.Stat(filepath.Join(there, ".gitignore")); !os.IsNotExist(err) {
		t.Errorf("a folder that was there got a .gitignore (%v)", err)
	}
}
