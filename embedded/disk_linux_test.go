package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// tmpfs mounts a file system of so many megabytes.
func tmpfs(t *testing.T, megabytes int) string {
	t.Helper()
	needRoot(t, "to mount a file system")
	dir := tempDir(t)
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=755", megabytes)); err != nil {
		t.Skip("cannot mount here, which takes more than root in a container:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestDiskFullAtInitdb(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	o.Dir = filepath.Join(tmpfs(t, 10), "data")
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrDiskFull, o.Dir, "ATELIER_DATA", "initdb")
}

func TestDiskFullAtStart(t *testing.T) {
	t.Parallel()
	o := newOptions(t)
	disk := tmpfs(t, 120)
	o.Dir = filepath.Join(disk, "data")
	c := openCluster(t, o)
	c.closeNow(t)
	must(t, fill(filepath.Join(disk, "ballast")))
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrDiskFull, o.Dir, "ATELIER_DATA")

	must(t, os.Remove(filepath.Join(disk, "ballast")))
	wantCount(t, openCluster(t, o).URL(""), `SELECT 1`, 1)
}

// fill writes a file until nothing more fits.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); err != nil {
			if isFull(err) {
				return nil
			}
			return err
		}
	}
}
