// Package procs reads what Linux tells of processes in /proc: their processor time, their parents, their memory. Where there
// is no /proc, nothing is known.
package procs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc: USER_HZ is 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// stat is a line of /proc/PID/stat.
type stat struct {
	parent        int
	own, children time.Duration // Processor time; children: of those that have ended and been waited for.
}

func readStat(pid int) (stat, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, false
	}
	return parseStat(string(text))
}

// parseStat reads fields by their numbers in proc(5). The second one, the name in parentheses, may hold anything.
func parseStat(line string) (stat, bool) {
	end := strings.LastIndexByte(line, ')')
	if end < 0 {
		return stat{}, false
	}
	fields := strings.Fields(line[end+1:])
	const first, parent, userTime = 3, 4, 14
	if len(fields) < userTime+4-first {
		return stat{}, false
	}
	var n [5]int
	for i, field := range append(fields[parent-first:parent-first+1:parent-first+1], fields[userTime-first:userTime-first+4]...) {
		var err error
		if n[i], err = strconv.Atoi(field); err != nil {
			return stat{}, false
		}
	}
	return stat{n[0], time.Duration(n[1]+n[2]) * tick, time.Duration(n[3]+n[4]) * tick}, true
}

// CPU returns the processor time of a process so far.
func CPU(pid int) (time.Duration, bool) {
	s, ok := readStat(pid)
	return s.own, ok
}

// Parent returns the parent of a process.
func Parent(pid int) (int, bool) {
	s, ok := readStat(pid)
	return s.parent, ok && s.parent > 1
}

// FamilyCPU returns the processor time of a process and its children, those that have ended included, so far. PostgreSQL's
// processes are all children of one.
func FamilyCPU(pid int) (time.Duration, bool) {
	head, ok := readStat(pid)
	if !ok {
		return 0, false
	}
	total := head.own + head.children
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, false
	}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if s, ok := readStat(child); ok && s.parent == pid {
			total += s.own
		}
	}
	return total, true
}
