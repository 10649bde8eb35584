package answers

import (
	"context"
	"sync"
	"time"

	"atelier/domain"
)

// Reason says why an answer was not kept, or not taken from those that are. It is a word for metrics and for admins.
type Reason string

// The reasons.
const (
	Kept       Reason = ""
	Off        Reason = "off"        // No answers are kept.
	Mutation   Reason = "mutation"   // The operation changes something.
	Failed     Reason = "errors"     // The answer has errors.
	Balance    Reason = "balance"    // It tells a balance, which is read from the database every time.
	Told       Reason = "told"       // The request asked what its answer took: that is true once.
	Changed    Reason = "changed"    // What it was made of changed while it was made.
	Deaf       Reason = "deaf"       // Nothing was heard from the feed of changes lately.
	TooLarge   Reason = "large"      // It would take the place of too many others.
	Expired    Reason = "expired"    // It would be out of date at once.
	Unrecorded Reason = "unrecorded" // Something was read that was not recorded: a bug, and no harm.
	Absent     Reason = "absent"     // There is none, or none any more.
)

// IsOfOperation reports whether such an operation is never kept, or nothing is now: asking again would not help.
func (r Reason) IsOfOperation() bool {
	switch r {
	case Off, Deaf, Mutation, Balance, Told:
		return true
	}
	return false
}

// Record is what one answer is made of, noted while it is made. A nil Record notes nothing. It is safe for concurrent use.
type Record struct {
	began uint64 // The changes that had been told before anything was read.

	mu      sync.Mutex
	sources []Source
	until   time.Time // When it stops being true by the clock alone; zero for never.
	refused Reason
}

type recordKey struct{}

// With returns a context under which everything that is read is noted in r.
func With(ctx context.Context, r *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, r)
}

// From returns the record of the answer that is made under ctx; nil if nobody wants one.
func From(ctx context.Context) *Record {
	r, _ := ctx.Value(recordKey{}).(*Record)
	return r
}

// Reads notes what is read.
func (r *Record) Reads(sources ...Source) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources = append(r.sources, sources...)
}

// Until notes that what is read is true until then only, though nothing may change.
func (r *Record) Until(end time.Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until.IsZero() || end.Before(r.until) {
		r.until = end
	}
}

// Refuse notes why the answer must not be kept. The first reason stays.
func (r *Record) Refuse(why Reason) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == "" {
		r.refused = why
	}
}

// Sources returns what was read so far, with repeats.
func (r *Record) Sources() []Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Source(nil), r.sources...)
}

// Covers reports whether something was noted of a table.
func (r *Record) Covers(table domain.Table) bool {
	for _, s := range r.Sources() {
		if s.table == table {
			return true
		}
	}
	return false
}

// Refused returns why the answer must not be kept, or Kept.
func (r *Record) Refused() Reason {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// Concerns reports whether a change may change the answer.
func (r *Record) Concerns(c domain.Change) bool {
	noted := map[Source]bool{}
	for _, s := range condensed(r.Sources()) {
		noted[s] = true
	}
	for _, s := range named(c) {
		if noted[s] {
			return true
		}
	}
	return false
}
