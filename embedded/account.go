//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the system user that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid int
	other    bool // not the user of this process, which then is root
}

// standIns are the users that root may run a new cluster as, best first.
var standIns = []string{"postgres", "nobody"}

// accountFor returns the user to run the cluster with this data directory as, which may be absent yet.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: nameOf(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	uid, gid, err := owner(data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return standIn()
	case err != nil:
		return account{}, folderError("read the cluster", data, err)
	case uid == 0:
		return account{}, &Error{
			Kind: ErrDataFolder,
			What: "the cluster at " + data + " belongs to root, and PostgreSQL refuses to run as root",
			Hint: "Give it to another user (chown -R postgres " + data + "), " + orDatabaseURL,
		}
	}
	return account{name: nameOf(uid), uid: uid, gid: gid, other: true}, nil
}

// standIn returns the first user that root can run programs as.
func standIn() (account, error) {
	var why error
	for _, name := range standIns {
		u, err := user.Lookup(name)
		if err != nil {
			why = errors.Join(why, err)
			continue
		}
		uid, _ := strconv.Atoi(u.Uid) // numbers on every Unix
		gid, _ := strconv.Atoi(u.Gid)
		a := account{name: name, uid: uid, gid: gid, other: true}
		if err := a.tryIn("/"); err != nil {
			why = errors.Join(why, fmt.Errorf("run a program as %s: %w", name, err))
			continue
		}
		return a, nil
	}
	return account{}, &Error{
		Kind:  ErrNoUser,
		What:  "PostgreSQL refuses to run as root, and there is no other user to run it as (postgres or nobody)",
		Hint:  "Start atelier as a normal user, create one of these users, " + orDatabaseURL,
		Cause: why,
	}
}

func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(uid)
}

// apply makes cmd run as the account.
func (a account) apply(cmd *exec.Cmd) {
	if a.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// tryIn runs a program that does nothing in dir: it fails where the account cannot go.
func (a account) tryIn(dir string) error {
	if !a.other {
		return nil
	}
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	a.apply(cmd)
	return cmd.Run()
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}
