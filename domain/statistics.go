package domain

import "time"

// Statistics is what a user has done so far. TotalCreditsUsed is minus the sum of the deltas of their HOLD, RELEASE
// and SETTLE entries; ThisMonthUsage the same within the UTC month of AsOf.
type Statistics struct {
	TotalTasks       int
	TotalCreditsUsed Decimal
	ThisMonthUsage   Decimal
	AsOf             time.Time
}
