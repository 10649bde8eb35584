package cache

// Tier is where a value came from.
type Tier string

// The tiers.
const (
	InProcess Tier = "local"
	InRedis   Tier = "redis"
	InFlight  Tier = "flight"   // Another was reading it already.
	InSource  Tier = "database" // It was loaded.
)

// Result is what came of asking for a value in a tier.
type Result string

// The results.
const (
	Hit     Result = "hit"
	Miss    Result = "miss"
	Failure Result = "error"  // The tier did not answer, or loading failed.
	Passed  Result = "bypass" // The cache was not asked: the feed of changes is silent, or the viewer has just changed something.
)

// Observer is told what the cache does. All must be set.
type Observer struct {
	// Requests tells that so many values of an entry were asked for in a tier, and what came of it.
	Requests func(tier Tier, entry string, result Result, n int)
	// Fault tells that Redis did not do what it was asked to: full, timeout or error.
	Fault func(kind string)
}

func ignorant() Observer {
	return Observer{Requests: func(Tier, string, Result, int) {}, Fault: func(string) {}}
}

// Names are the names of all entries, as an Observer hears them.
func Names() []string {
	var names []string
	for _, entry := range entries {
		if len(names) == 0 || names[len(names)-1] != entry.name {
			names = append(names, entry.name)
		}
	}
	return names
}
