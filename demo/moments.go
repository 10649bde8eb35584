package demo

import "slices"

// micros is a point in time, in microseconds since 1970, or a span of that unit: what PostgreSQL keeps. Zero
// is no time at all.
type micros int64

const (
	second micros = 1_000_000
	minute        = 60 * second
	hour          = 60 * minute
	day           = 24 * hour
)

// span draws a duration of low..high.
func (d *dice) span(low, high micros) micros { return micros(d.between(int64(low), int64(high))) }

// moment draws a time of from..to; late times are likelier, since a platform grows.
func (d *dice) moment(from, to micros) micros {
	return max(d.span(from, to), d.span(from, to))
}

// sessions fills times with moments of from..to in order, as people work: several at a sitting, some of them
// submitted at once, with the very same time.
func (d *dice) sessions(times []micros, from, to micros) {
	for i := 0; i < len(times); {
		at := d.moment(from, to)
		for left := d.between(1, 9); left > 0 && i < len(times); left-- {
			times[i] = min(at, to)
			if !d.oneIn(6) {
				at += d.span(4*second, 6*minute)
			}
			i++
		}
	}
	slices.Sort(times)
}
