package store

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// snapshot is what PostgreSQL's pg_snapshot says of a moment: transactions before next are finished, except those that were open.
// Ids are xid8: they count up for ever.
type snapshot struct {
	oldest uint64   // The oldest that was open; next, where none was.
	next   uint64   // The first that had not begun.
	open   []uint64 // From oldest to next.
}

// unborn is the snapshot that has seen everything: nothing is new to it.
var unborn = snapshot{math.MaxUint64, math.MaxUint64, nil}

// seenUpTo is a snapshot that has seen what was finished when position was the oldest open transaction.
func seenUpTo(position uint64) snapshot { return snapshot{position, position, nil} }

// parseSnapshot reads PostgreSQL's own notation, such as 10:20:10,14,15.
func parseSnapshot(text string) (snapshot, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return snapshot{}, fmt.Errorf("a snapshot is not like %q", text)
	}
	bounds, err := parseIDs(parts[:2])
	if err != nil {
		return snapshot{}, err
	}
	s := snapshot{oldest: bounds[0], next: bounds[1]}
	if parts[2] != "" {
		s.open, err = parseIDs(strings.Split(parts[2], ","))
	}
	return s, err
}

func parseIDs(texts []string) ([]uint64, error) {
	ids := make([]uint64, len(texts))
	for i, text := range texts {
		id, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read a transaction id: %w", err)
		}
		ids[i] = id
	}
	return ids, nil
}

func formatIDs(ids []uint64) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatUint(id, 10)
	}
	return texts
}
