package embedded

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// What can go wrong, for errors.Is. The errors returned are *Error values of these kinds.
var (
	// ErrInUse: another server, or a command that does not end, holds the cluster.
	ErrInUse = errors.New("data folder in use")
	// ErrNoPostgres: no usable PostgreSQL is installed and none could be fetched.
	ErrNoPostgres = errors.New("no PostgreSQL")
	// ErrVersion: the cluster was made by a major version that is not installed.
	ErrVersion = errors.New("another major version")
	// ErrDiskFull: the file system, or the user's quota, is full.
	ErrDiskFull = errors.New("disk full")
	// ErrSocketPath: no folder with a short enough path for a Unix socket.
	ErrSocketPath = errors.New("socket path too long")
	// ErrDataFolder: the data folder cannot be made, read or written, or holds something else.
	ErrDataFolder = errors.New("data folder unusable")
	// ErrAbsent: there is no cluster yet, and Options.Existing asks for one.
	ErrAbsent = errors.New("no cluster yet")
	// ErrNoUser: started by root, and there is no other user to run PostgreSQL as.
	ErrNoUser = errors.New("no user to run PostgreSQL as")
	// ErrInit: initdb failed for another reason.
	ErrInit = errors.New("initdb failed")
	// ErrStart: PostgreSQL did not start for another reason.
	ErrStart = errors.New("PostgreSQL did not start")
	// ErrUnsupported: this operating system has no embedded PostgreSQL.
	ErrUnsupported = errors.New("not supported on this operating system")
)

// Error is a failure that the person who started the program can mend.
type Error struct {
	Kind  error  // one of the values above
	What  string // what happened
	Hint  string // how to mend it; names the setting
	PID   int    // ErrInUse: the server that holds the cluster; 0 if unknown
	Cause error  // nil if What says it all
}

// Error says what happened and why on the first line, and how to mend it on the next.
func (e *Error) Error() string {
	text := e.What
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.Hint != "" {
		text += "\n" + e.Hint
	}
	return text
}

// Unwrap makes errors.Is find both the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// orDatabaseURL ends every hint: the way out that always exists.
const orDatabaseURL = "or set DATABASE_URL to a PostgreSQL of your own."

// folderError explains why path, in or below the data folder, could not be used.
func folderError(what, path string, cause error) error {
	if isFull(cause) {
		return fullError(what, path, cause)
	}
	hint := "Set ATELIER_DATA to a folder that this user may write, "
	if errors.Is(cause, os.ErrPermission) {
		hint = "If another user (root, perhaps) made it, start atelier as that user; else set ATELIER_DATA to a folder " +
			"that this user may write, "
	}
	return &Error{Kind: ErrDataFolder, What: what, Hint: hint + orDatabaseURL, Cause: cause}
}

func fullError(what, path string, cause error) error {
	return &Error{
		Kind:  ErrDiskFull,
		What:  what + ": the disk is full (or the quota used up) at " + path,
		Hint:  "Free some space (a new cluster takes about 60 MB), set ATELIER_DATA to a folder on another disk, " + orDatabaseURL,
		Cause: cause,
	}
}

// isFull reports whether err, or what a program printed about it, says that there is no space left.
// The programs run under LC_ALL=C, so that their words are these.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota) {
		return true
	}
	return strings.Contains(err.Error(), "No space left on device") || strings.Contains(err.Error(), "Disk quota exceeded")
}

func absentError(dir string) error {
	return &Error{
		Kind: ErrAbsent,
		What: "there is no database in " + dir + " yet",
		Hint: "Start atelier to make one, set ATELIER_DATA to the folder of another, " + orDatabaseURL,
	}
}

func inUseByServer(dir string, pid int) error {
	who := "another atelier server"
	if pid > 0 {
		who = fmt.Sprintf("another atelier server (process %d)", pid)
	}
	return &Error{
		Kind: ErrInUse,
		What: fmt.Sprintf("%s is running on the data folder %s", who, dir),
		Hint: "Stop it, set ATELIER_DATA to another folder for this one, " + orDatabaseURL,
		PID:  pid,
	}
}

func inUseByCommands(dir string) error {
	return &Error{
		Kind: ErrInUse,
		What: fmt.Sprintf("another atelier command (seed or migrate, perhaps), or one in another container, is using the data folder %s", dir),
		Hint: "Wait until it has ended and start again, set ATELIER_DATA to another folder for this one, " + orDatabaseURL,
	}
}
