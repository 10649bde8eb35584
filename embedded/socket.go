//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	superuser = "atelier"
	// socketPort only names the socket: nothing listens on a network port.
	socketPort = "5432"
	socketName = "/.s.PGSQL." + socketPort
	// shortPrefix begins the names of socket folders outside of the cluster's.
	shortPrefix = "atelier-pg-"
)

// socketURL is what lib/pq (and psql) connect with.
func socketURL(dir, database string) string {
	host := strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(dir))
	return "postgres:///" + url.PathEscape(database) + "?host=" + host + "&port=" + socketPort + "&user=" + superuser + "&sslmode=disable"
}

// makeSocketDir returns an empty folder for the socket, that only the account (and root) may enter: the cluster's own run/,
// or a short one in the folder for temporary files where that path is too long or its file system has no sockets.
func (h home) makeSocketDir(short []string) (string, error) {
	run := filepath.Join(h.dir, "run")
	if err := os.RemoveAll(run); err != nil { // a socket's lock file from before would stop PostgreSQL, as would a reused pid
		return "", folderError("empty "+run, run, err)
	}
	if err := h.makePrivate(run); err != nil {
		return "", folderError("make "+run, run, err)
	}
	if canListen(run) == nil {
		return run, nil
	}
	for _, base := range short {
		if dir, err := h.makeShort(base); err == nil {
			return dir, nil
		}
	}
	return "", &Error{
		Kind: ErrSocketPath,
		What: fmt.Sprintf("no Unix socket can be made: the path %s is too long (about 100 bytes is the most) or its file system has none, "+
			"and neither can one in %s", run+socketName, strings.Join(short, " or ")),
		Hint: "Set ATELIER_DATA to a folder with a shorter path, TMPDIR to a short one that may be written, " + orDatabaseURL,
	}
}

func (h home) makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return h.runs.own(dir)
}

// canListen tries the socket: its path may be too long (for 104 bytes on macOS, 108 on Linux), or the file system without
// sockets, as shared folders of virtual machines often are. And lib/pq takes a comma in the path for a list of hosts.
func canListen(dir string) error {
	if strings.Contains(dir, ",") {
		return errors.New("a comma in the path")
	}
	l, err := net.Listen("unix", dir+socketName)
	if err != nil {
		return err
	}
	return l.Close() // removes it
}

func (h home) makeShort(base string) (string, error) {
	dir, err := os.MkdirTemp(base, shortPrefix) // mode 0700
	if err != nil {
		return "", err
	}
	err = h.runs.own(dir)
	if err == nil {
		err = h.runs.tryIn(dir)
	}
	if err == nil {
		err = canListen(dir)
	}
	if err != nil {
		_ = os.RemoveAll(dir)
	}
	return dir, err
}

// removeShort removes a socket folder that is not the cluster's own.
func removeShort(dir string) {
	if strings.HasPrefix(filepath.Base(dir), shortPrefix) {
		_ = os.RemoveAll(dir)
	}
}
