package storetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// process is one of the machine's processes. Pids come again, so the time of its start belongs to what it is.
type process struct {
	pid, parent int
	name        string
	started     string // as the system writes it, for comparison only
}

// key names a process, and the run that it owns.
func (p process) key() string { return fmt.Sprintf("%d-%s", p.pid, digest(p.started)) }

// generations is how far above a test process `go test` may be: fuzzing puts the test binary itself in between.
const generations = 4

// findOwner returns the process whose end is the end of the run: the `go test` above this process or, where a test binary
// is run by hand, this process itself.
func findOwner() (process, error) {
	self, err := look(os.Getpid())
	if err != nil {
		return process{}, err
	}
	above := self
	for range generations {
		if parent, err := look(above.parent); err == nil {
			above = parent
		}
		if above.name == "go" {
			return above, nil
		}
	}
	return self, nil
}

var errNoProcess = errors.New("no such process")

// look describes a process.
func look(pid int) (process, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err == nil {
		return parseStat(pid, string(text))
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		return process{}, errNoProcess
	}
	out, err := exec.Command("ps", "-o", "ppid=", "-o", "lstart=", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return process{}, errNoProcess
	}
	return parsePS(pid, string(out))
}

// parseStat reads Linux's /proc/PID/stat: "PID (NAME) STATE PARENT …", the start being the 22nd field (see proc(5)).
// The name may hold spaces and brackets. One that has ended but was not waited for (state Z) is none.
func parseStat(pid int, text string) (process, error) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return process{}, fmt.Errorf("process %d: cannot read %q", pid, text)
	}
	fields := strings.Fields(text[end+1:]) // from the third on
	if len(fields) < 20 {
		return process{}, fmt.Errorf("process %d: cannot read %q", pid, text)
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return process{}, errNoProcess
	}
	parent, err := strconv.Atoi(fields[1])
	return process{pid: pid, parent: parent, name: text[open+1 : end], started: fields[19]}, err
}

// parsePS reads "PARENT Mon Nov 23 21:05:01 2026 COMMAND".
func parsePS(pid int, text string) (process, error) {
	fields := strings.Fields(text)
	if len(fields) < 7 {
		return process{}, errNoProcess
	}
	parent, err := strconv.Atoi(fields[0])
	return process{
		pid:     pid,
		parent:  parent,
		name:    filepath.Base(strings.Join(fields[6:], " ")),
		started: strings.Join(fields[1:6], " "),
	}, err
}
