//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// home is a cluster's folder, found.
type home struct {
	dir  string // absolute
	runs account
}

func (h home) data() string { return filepath.Join(h.dir, "data") }
func (h home) log() string  { return filepath.Join(h.dir, "postgres.log") }

// findHome returns the folder of the cluster that belongs to the data folder, which it makes if it is absent.
func findHome(ctx context.Context, o Options) (home, error) {
	if err := o.requireCluster(); err != nil {
		return home{}, err
	}
	dir, err := makeDataFolder(o.Dir)
	if err != nil {
		return home{}, err
	}
	guard, err := openLock(filepath.Join(dir, "lock"))
	if err != nil {
		return home{}, err
	}
	defer guard.close()
	if err := guard.wait(ctx); err != nil {
		return home{}, err
	}
	h, err := knownHome(dir)
	if err != nil {
		return home{}, err
	}
	return h.settle(dir, o)
}

// requireCluster makes nothing.
func (o Options) requireCluster() error {
	if !o.Existing {
		return nil
	}
	h, err := knownHome(o.dataFolder())
	if err != nil {
		return err
	}
	if _, err := os.Lstat(h.data()); errors.Is(err, fs.ErrNotExist) {
		return absentError(o.dataFolder())
	}
	return nil
}

// knownHome returns where the data folder says that its cluster is, or else is to be.
func knownHome(dir string) (home, error) {
	h := home{dir: filepath.Join(dir, "cluster")}
	path := filepath.Join(dir, "location")
	text, err := os.ReadFile(path)
	if err == nil {
		h.dir = strings.TrimSpace(string(text))
		_, err = os.Stat(h.dir)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return home{}, &Error{
			Kind:  ErrDataFolder,
			What:  "the file " + path + " says that the cluster is in " + h.dir + ", which cannot be read",
			Hint:  "Bring that folder back, or delete the file to begin with an empty database, " + orDatabaseURL,
			Cause: err,
		}
	}
	h.runs, err = accountFor(h.data())
	return h, err
}

// settle makes the folder of a new cluster, elsewhere if the account cannot reach the one that is meant for it.
func (h home) settle(dataFolder string, o Options) (home, error) {
	if _, err := makeFolder(h.dir, folderMode()); err != nil {
		return home{}, folderError("make the cluster's folder", h.dir, err)
	}
	if _, err := os.Lstat(h.data()); err == nil || h.runs.tryIn(h.dir) == nil {
		return h, nil
	}
	moved, err := h.elsewhere(dataFolder, o.elsewhere)
	if err != nil {
		return home{}, folderError(fmt.Sprintf("the user %s cannot reach the data folder %s (below a folder that is closed to others), "+
			"and no place elsewhere was found", h.runs.name, dataFolder), o.elsewhere, err)
	}
	o.Log.Info("the user that PostgreSQL runs as cannot reach the data folder: the database goes elsewhere",
		"user", h.runs.name, "data_folder", dataFolder, "database_folder", moved.dir)
	return moved, nil
}

// elsewhere makes a folder in base for the cluster, and leaves a note in the data folder that says where.
func (h home) elsewhere(dataFolder, base string) (home, error) {
	if _, err := makeFolder(base, folderMode()); err != nil {
		return home{}, err
	}
	dir, err := os.MkdirTemp(base, "cluster-")
	if err != nil {
		return home{}, err
	}
	moved := home{dir: dir, runs: h.runs}
	err = errors.Join(
		os.Chmod(dir, folderMode()),
		writeOwned(filepath.Join(dir, "data-folder"), dataFolder+"\n"),
		moved.runs.tryIn(dir),
	)
	if err == nil {
		err = writeOwned(filepath.Join(dataFolder, "location"), dir+"\n")
	}
	if err != nil {
		return home{}, errors.Join(err, os.RemoveAll(dir))
	}
	_ = os.Remove(h.dir) // empty: nothing was made in it
	return moved, nil
}
