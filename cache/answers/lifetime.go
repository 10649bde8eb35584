package answers

import (
	"time"

	"atelier/domain"
)

const (
	// longest is how long an answer is kept at most, whatever it is made of. Changes drop it long before: this bounds what a bug could do.
	longest = 5 * time.Minute
	// longestOutside is how long those outside may show an answer without asking again. No change reaches a browser, so it is
	// what a person may have to wait to see what they did elsewhere.
	longestOutside = time.Minute
)

// lifetimes are those of the entries of the cache that hold the tables' rows; a table that is not named has longest.
var lifetimes = map[domain.Table]time.Duration{
	domain.TableMidjourney: time.Minute,
	domain.TableFlux:       time.Minute,
	domain.TableDreamwork:  time.Minute,
}

// moving are the tables whose rows are watched while they change: outside, nothing of them may stay without being asked for again.
var moving = map[domain.Table]bool{
	domain.TableMidjourney: true,
	domain.TableFlux:       true,
	domain.TableDreamwork:  true,
}

// lifetime is that of the shortest-lived thing among the sources, here and outside.
func lifetime(sources []Source) (here, outside time.Duration) {
	here, outside = longest, longestOutside
	for _, s := range sources {
		if l, known := lifetimes[s.table]; known {
			here = min(here, l)
		}
		if moving[s.table] {
			outside = 0
		}
	}
	return here, min(here, outside)
}
