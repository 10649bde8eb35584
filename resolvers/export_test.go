package resolvers

import "time"

// SetClock makes the resolvers take another time for now.
func (r *Resolver) SetClock(now func() time.Time) { r.now = now }
