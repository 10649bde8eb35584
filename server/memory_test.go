package server

import (
	"os"
	"testing"

	"atelier/config"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	const v2, v1, machine = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/proc/meminfo"
	for name, c := range map[string]struct {
		setting string
		files   map[string]string
		want    int64
	}{
		"a setting":             {"256MiB", map[string]string{v2: "1000"}, 256 << 20},
		"a container":           {"", map[string]string{v2: "1000000000\n", machine: "MemTotal: 4000000 kB"}, 900_000_000},
		"an older container":    {"", map[string]string{v1: "1000000000\n"}, 900_000_000},
		"one without a limit":   {"", map[string]string{v2: "max\n", machine: "MemTotal: 4000000 kB"}, 1_024_000_000},
		"an older one, without": {"", map[string]string{v1: "9223372036854771712", machine: "MemFree: 1 kB\nMemTotal:  4000000 kB\n"}, 1_024_000_000},
		"nobody can tell":       {"", nil, 0},
	} {
		got := memoryLimit(config.Config{MemoryLimit: c.setting}, func(name string) ([]byte, error) {
			if text, ok := c.files[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
