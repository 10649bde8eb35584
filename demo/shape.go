package demo

import "fmt"

// shape is an aspect ratio and a size of about one megapixel.
type shape struct {
	name          string // In the address of a picture.
	ratio         string // As the services write it.
	width, height int64  // Pixels.
}

var shapes = []shape{
	{"1x1", "1:1", 1024, 1024},
	{"16x9", "16:9", 1312, 736},
	{"9x16", "9:16", 736, 1312},
	{"3x2", "3:2", 1248, 832},
	{"2x3", "2:3", 832, 1248},
	{"4x3", "4:3", 1152, 864},
	{"3x4", "3:4", 864, 1152},
}

func shapeNamed(name string) (shape, bool) {
	for _, s := range shapes {
		if s.name == name {
			return s, true
		}
	}
	return shape{}, false
}

// size is how Dreamwork writes it.
func (s shape) size() string { return fmt.Sprintf("%dx%d", s.width, s.height) }
