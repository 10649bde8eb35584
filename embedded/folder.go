package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// makeDataFolder returns the absolute path of the data folder, which it makes if it is absent.
func makeDataFolder(dir string) (string, error) {
	path, err := absolute(dir)
	if err != nil {
		return "", folderError("find the data folder "+dir, dir, err)
	}
	made, err := makeFolder(path, folderMode())
	if err != nil {
		return "", folderError("make the data folder (ATELIER_DATA)", path, err)
	}
	if made {
		if err := writeOwned(filepath.Join(path, ".gitignore"), "*\n"); err != nil {
			return "", folderError("write into the data folder (ATELIER_DATA)", path, err)
		}
	}
	return path, nil
}

// folderMode is for folders that PostgreSQL's user must be able to pass: everyone may, if that is another user.
func folderMode() os.FileMode {
	if os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}

// makeFolder makes a folder and those above it, and reports whether it was absent. The mode of a new one holds whatever
// the umask is; one that is there is left as it is.
func makeFolder(path string, mode os.FileMode) (made bool, err error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		return false, fmt.Errorf("%s is not a folder", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(path, mode); err != nil {
		return false, err
	}
	return true, os.Chmod(path, mode)
}

func writeOwned(path, content string) error {
	f, err := openOwned(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}
