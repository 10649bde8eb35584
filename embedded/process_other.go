//go:build unix && !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// setDeathSignal does nothing: this system cannot end a program with the one that started it. The next start finds it.
func setDeathSignal(*syscall.SysProcAttr, syscall.Signal) {}

// isPostmaster reports whether the process is alive and was started on this data directory, as launch does it.
func isPostmaster(pid int, data string) bool {
	line, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "postgres -D "+data+" ")
}
