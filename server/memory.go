package server

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"atelier/config"
)

// TuneMemory tells the Go runtime of GOGC and GOMEMLIMIT. It is for the whole process: for the command, and not for tests.
func TuneMemory(c config.Config) {
	debug.SetGCPercent(c.GCPercent)
	if limit := memoryLimit(c, os.ReadFile); limit > 0 {
		debug.SetMemoryLimit(limit)
	}
}

// memoryLimit is GOMEMLIMIT, or else nine tenths of what the container may take, or a quarter of what the machine has; 0 where nobody
// can tell. Garbage is let grow to several times what is in use: the limit is where that ends.
func memoryLimit(c config.Config, read func(string) ([]byte, error)) int64 {
	if c.MemoryLimit != "" {
		limit, _ := config.ParseBytes(c.MemoryLimit) // Checked with the settings.
		return limit
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := read(file)
		if err != nil {
			continue
		}
		// "max", and what is more than any machine has, is no limit.
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit > 0 && limit < 1<<50 {
			return limit / 10 * 9
		}
	}
	return machineMemory(read) / 4
}

// machineMemory is what the machine has in bytes; 0 where it does not tell.
func machineMemory(read func(string) ([]byte, error)) int64 {
	text, err := read("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "MemTotal:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
