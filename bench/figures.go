package bench

import (
	"math"
	"slices"
	"time"
)

// Figure is what was measured; NaN where it was not.
type Figure struct{ Median, P99 float64 }

var nothing = Figure{math.NaN(), math.NaN()}

// alone is a figure of which there is a median only.
func alone(median float64) Figure { return Figure{median, math.NaN()} }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile of what is sorted; NaN of nothing.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := int(math.Ceil(q*float64(len(sorted)))) - 1
	return milliseconds(sorted[max(0, at)])
}

// latency of all rounds together.
func latency(windows []window) Figure {
	var all []time.Duration
	for _, w := range windows {
		all = append(all, w.latencies...)
	}
	slices.Sort(all)
	return Figure{quantile(all, 0.5), quantile(all, 0.99)}
}

// median of what each round gives.
func median(windows []window, of func(window) float64) float64 {
	values := make([]float64, len(windows))
	for i, w := range windows {
		values[i] = of(w)
	}
	slices.Sort(values)
	n := len(values)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// each divides processor time over the requests of all rounds, in microseconds; NaN where it cannot be seen.
func each(windows []window, spent func(window) time.Duration) float64 {
	var total time.Duration
	requests := 0
	for _, w := range windows {
		if spent(w) == unseen {
			return math.NaN()
		}
		total += spent(w)
		requests += w.requests()
	}
	return float64(total) / float64(time.Microsecond) / float64(requests)
}
