package embedded

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func setDeathSignal(attr *syscall.SysProcAttr, s syscall.Signal) { attr.Pdeathsig = s }

// isPostmaster reports whether the process is alive and a postmaster on this data directory, by its command line: unlike
// its working directory, root may read that even where it lacks CAP_SYS_PTRACE, as in most containers. PostgreSQL's other
// processes overwrite theirs, and one that has ended but was not waited for has none.
func isPostmaster(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	if err != nil {
		return false
	}
	args := strings.Split(string(line), "\x00")
	if program := filepath.Base(args[0]); program != "postgres" && program != "postmaster" {
		return false
	}
	i := slices.Index(args, "-D")
	if i < 0 || i+1 >= len(args) {
		return false
	}
	dir := args[i+1]
	if !filepath.IsAbs(dir) { // started by hand
		dir = filepath.Join(proc, "cwd")
	}
	return isSameFile(dir, data)
}

func isSameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
