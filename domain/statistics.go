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

// MonthEnds is when the month of ThisMonthUsage is over.
func (s *Statistics) MonthEnds() time.Time {
	asOf := s.AsOf.UTC()
	return time.Date(asOf.Year(), asOf.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}
