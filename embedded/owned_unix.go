//go:build unix

package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

var errQuota = syscall.EDQUOT

// openOwned opens a file for this user alone. One that root makes gets the owner of its folder, so that root's visit to
// another user's data folder does not lock that user out. A symbolic link is refused: root might follow it anywhere.
func openOwned(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, flags|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := inheritOwner(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// inheritOwner gives a file, if this is root, to the owner of its folder.
func inheritOwner(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := owner(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	return f.Chown(uid, gid)
}

// owner returns the user and the group that a file or folder belongs to.
func owner(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("%s: no owner known", path)
	}
	return int(stat.Uid), int(stat.Gid), nil
}
