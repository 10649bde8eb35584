package loaders

import (
	"testing"
	"time"

	"atelier/cache/answers"
	"atelier/domain"
)

// TestAnAnswerEndsWithTheMonthOfItsStatistics, which another request may have worked out a moment before the month ended.
func TestAnAnswerEndsWithTheMonthOfItsStatistics(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		asOf time.Time
		want answers.Reason
	}{
		"of this month": {time.Now(), answers.Deaf}, // It would be kept, if there were a feed.
		"of the last":   {time.Now().UTC().AddDate(0, 0, -32), answers.Expired},
	} {
		c := answers.New(answers.Config{Bytes: 1 << 20})
		record := c.Start()
		statistics := map[domain.UserID]*domain.Statistics{"u": {AsOf: one.asOf}}
		madeOfStatistics(answers.With(t.Context(), record), []domain.UserID{"u"}, statistics)
		if _, got := c.Keep(answers.Key{}, record, &answers.Answer{}); got != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
	}
}
