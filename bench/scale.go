package bench

import (
	"fmt"
	"strings"

	"atelier/demo"
)

// scales are sizes of demo data by name. On large the old backend is as slow as requirements say.
var scales = []struct {
	name string
	size demo.Size
}{
	{"tiny", demo.Size{Users: 60, Tasks: 1_500, Chats: 150, Messages: 1_500}},
	{"small", demo.DefaultSize()},
	{"medium", demo.Size{Users: 2_000, Tasks: 120_000, Chats: 20_000, Messages: 160_000}},
	{"large", demo.Size{Users: 10_000, Tasks: 600_000, Chats: 100_000, Messages: 800_000}},
}

// SizeOf returns the demo data of a scale.
func SizeOf(scale string) (demo.Size, error) {
	names := make([]string, len(scales))
	for i, s := range scales {
		if s.name == scale {
			return s.size, nil
		}
		names[i] = s.name
	}
	return demo.Size{}, fmt.Errorf("--scale is one of %s, not %q", strings.Join(names, ", "), scale)
}
