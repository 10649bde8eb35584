package demo

import (
	"bytes"
	"fmt"
)

// drawing is an SVG under way. All its numbers are whole, so that it is the same on every machine.
type drawing struct {
	bytes.Buffer
	*dice
	width, height int64
	hue           int64 // Degrees. The other colours keep their distance from it.
	isNight       bool
}

func newDrawing(seed uint64, width, height int64) *drawing {
	g := &drawing{dice: newDice(seed, forPictures, 0), width: width, height: height}
	g.hue, g.isNight = g.below(360), g.oneIn(3)
	fmt.Fprintf(g, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`, width, height)
	return g
}

func (g *drawing) end() []byte {
	g.WriteString("</svg>\n")
	return g.Bytes()
}

// colour is one at a distance from the drawing's hue; saturation and lightness are percentages.
func (g *drawing) colour(distance, saturation, lightness int64) string {
	return fmt.Sprintf("hsl(%d,%d%%,%d%%)", (g.hue+distance+360)%360, saturation, lightness)
}

// drawScenery draws a landscape, a skyline or a composition of shapes.
func drawScenery(seed uint64, s shape) []byte {
	g := newDrawing(seed, s.width, s.height)
	g.sky()
	switch g.below(3) {
	case 0:
		g.ridges()
	case 1:
		g.skyline()
	case 2:
		g.bubbles()
	}
	return g.end()
}

// sky fills the drawing from one colour above to another below, with a sun or a moon and stars.
func (g *drawing) sky() {
	top, bottom := g.colour(0, 55, 62), g.colour(40, 75, 86)
	if g.isNight {
		top, bottom = g.colour(0, 55, 10), g.colour(30, 50, 32)
	}
	g.gradient(top, bottom)
	if g.isNight {
		var stars boxes
		for range 40 {
			size := g.between(1, 4)
			stars.add(g.below(g.width), g.below(g.height*2/3), size, size)
		}
		g.fill(stars, "#ccc")
	}
	radius := min(g.width, g.height) / g.between(8, 14)
	g.circle(g.between(radius, g.width-radius), g.between(radius, g.height/2), radius, g.colour(50, 90, 88), 90)
}

func (g *drawing) gradient(top, bottom string) {
	g.WriteString(`<defs><linearGradient id="g" x2="0" y2="1">`)
	fmt.Fprintf(g, `<stop stop-color="%s"/><stop offset="1" stop-color="%s"/></linearGradient></defs>`, top, bottom)
	fmt.Fprintf(g, `<rect width="%d" height="%d" fill="url(#g)"/>`, g.width, g.height)
}

// ridges draws hills, the farthest first, each darker than the one behind it.
func (g *drawing) ridges() {
	layers := g.between(3, 5)
	for layer := range layers {
		base := g.height/2 + g.height/2*layer/layers
		step := g.width / 18
		y := base
		fmt.Fprintf(g, `<path d="M0 %d`, g.height)
		for x := int64(0); x <= g.width+step; x += step {
			y = max(base-g.height/6, min(base+g.height/8, y+g.between(-g.height/24, g.height/24)))
			fmt.Fprintf(g, "L%d %d", x, y)
		}
		fmt.Fprintf(g, `L%d %d" fill="%s"/>`, g.width, g.height, g.layerColour(layer, layers))
	}
}

// skyline draws houses in three rows, and at night some windows in the nearer two.
func (g *drawing) skyline() {
	const rows = 3
	for row := range int64(rows) {
		var houses, windows boxes
		for x := -g.below(g.width / 20); x < g.width; {
			width := g.between(g.width/22, g.width/9)
			height := g.height/8 + g.below(g.height*(rows+1-row)/8)
			houses.add(x, g.height-height, width, height)
			if g.isNight && row > 0 {
				g.light(&windows, x, g.height-height, width, height)
			}
			x += width
		}
		g.fill(houses, g.layerColour(row, rows))
		g.fill(windows, "#fd9")
	}
}

// light adds windows of a house.
func (g *drawing) light(windows *boxes, x, y, width, height int64) {
	size := width / 8
	for range 3 {
		windows.add(x+g.between(size, width-2*size), y+g.between(size, max(size, height-2*size)), size, size)
	}
}

// bubbles draws see-through circles.
func (g *drawing) bubbles() {
	for range g.between(7, 14) {
		radius := min(g.width, g.height) / g.between(4, 16)
		colour := g.colour(g.between(-60, 120), g.between(50, 85), g.between(40, 75))
		g.circle(g.below(g.width), g.below(g.height), radius, colour, g.between(35, 80))
	}
}

func (g *drawing) layerColour(layer, layers int64) string {
	lightness := 55 - 35*layer/layers
	if g.isNight {
		lightness /= 2
	}
	return g.colour(15*layer-20, 35, lightness)
}

// drawAvatar draws head and shoulders.
func drawAvatar(seed uint64) []byte {
	g := newDrawing(seed, 256, 256)
	g.gradient(g.colour(0, 60, 72), g.colour(60, 60, 52))
	skin := fmt.Sprintf("hsl(%d,%d%%,%d%%)", g.between(18, 32), g.between(35, 65), g.between(35, 80))
	hair := fmt.Sprintf("hsl(%d,%d%%,%d%%)", g.between(10, 45), g.between(10, 60), g.between(8, 55))
	g.circle(128, 286, 96, g.colour(180, 45, 40), 100)
	var neck boxes
	neck.add(108, 150, 40, 60)
	g.fill(neck, skin)
	g.circle(128, 100+g.below(12), 62, hair, 100)
	g.circle(128, 120, 50, skin, 100)
	return g.end()
}

func (g *drawing) circle(x, y, radius int64, fill string, opacity int64) {
	fmt.Fprintf(g, `<circle cx="%d" cy="%d" r="%d" fill="%s" opacity="%d%%"/>`, x, y, radius, fill, opacity)
}

// boxes are rectangles of one colour, as the commands of a path.
type boxes struct{ path []byte }

func (b *boxes) add(x, y, width, height int64) {
	b.path = fmt.Appendf(b.path, "M%d %dh%dv%dh-%[3]dz", x, y, width, height)
}

func (g *drawing) fill(b boxes, colour string) {
	if b.path != nil {
		fmt.Fprintf(g, `<path d="%s" fill="%s"/>`, b.path, colour)
	}
}
