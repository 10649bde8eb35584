package procs

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	const line = "4242 (a (odd) name) S 17 4242 4242 0 -1 4194560 1 2 3 4 250 50 1000 200 20 0 9 0 5 6 7"
	got, ok := parseStat(line)
	if want := (stat{17, 3 * time.Second, 12 * time.Second}); !ok || got != want {
		t.Errorf("got %+v, %v; want %+v", got, ok, want)
	}
	for _, broken := range []string{"", "1 (x", "1 (x) S 1", "1 (x) S a 4242 4242 0 -1 4194560 1 2 3 4 250 50 1000 200"} {
		if _, ok := parseStat(broken); ok {
			t.Errorf("%q was understood", broken)
		}
	}
}

func TestOurselves(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	if parent, ok := Parent(os.Getpid()); !ok || parent != os.Getppid() {
		t.Errorf("the parent is %d, %v; want %d", parent, ok, os.Getppid())
	}
	before, ok := CPU(os.Getpid())
	for now := before; ok && now <= before; now, ok = CPU(os.Getpid()) {
		continue // Which takes time.
	}
	if !ok {
		t.Error("our own processor time is not seen")
	}
	own, _ := CPU(os.Getpid())
	if family, ok := FamilyCPU(os.Getpid()); !ok || family < own {
		t.Errorf("the family has used %v, %v; we alone %v", family, ok, own)
	}
}
