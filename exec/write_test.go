package exec

import "testing"

// TestTooMuchIsNotWritten: once there is more than there may be no object is written, also where it is the same for all.
func TestTooMuchIsNotWritten(t *testing.T) {
	t.Parallel()
	s := &set{fields: []*field{{key: `{"__typename":`, typename: `"Book"`}}}
	s.join()
	w := &writer{limit: 1000}
	for range 10_000 {
		w.fields(s, nil)
	}
	if !w.isFull || len(w.b) <= w.limit || len(w.b) > 2*w.limit {
		t.Errorf("wrote %d bytes, full: %v", len(w.b), w.isFull)
	}
}
