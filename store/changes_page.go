package store

import (
	"database/sql"
	"slices"
	"strconv"

	"github.com/lib/pq"

	"atelier/domain"
)

// mostKeys is how many keys of one table a page names. Beyond, it says that any row of the table may have changed: so a page stays
// small, whatever happened since the last one.
const mostKeys = 10_000

// page is what was read from the log at once.
type page struct {
	changes []domain.Change
	at      snapshot // The next reading tells what is new since this.
	pruned  uint64   // What transactions up to this one wrote may be gone.
	epoch   int64
	watched bool   // Whether all triggers are there and enabled.
	rearmed uint64 // The last transaction that touched them: what was done before it may be untold.

	keys map[domain.Table]int
}

// take reads a row: what it says of the log, and a change, if there is one.
func (p *page) take(rows *sql.Rows) error {
	var at, pruned string
	var armed int
	var touched pq.Int64Array
	var table, kind sql.NullString
	var isAll sql.NullBool
	var ids, owners, parents pq.StringArray
	if err := rows.Scan(&at, &pruned, &p.epoch, &armed, &touched, &table, &kind, &isAll, &ids, &owners, &parents); err != nil {
		return err
	}
	if table.Valid {
		p.add(domain.Change{
			Table: domain.Table(table.String), Kind: domain.ChangeKind(kind.String), All: isAll.Bool,
			IDs: ids, Owners: owners, Parents: parents,
		})
	}
	if p.at.next != 0 {
		return nil
	}
	return p.takeState(at, pruned, armed, touched)
}

func (p *page) takeState(at, pruned string, armed int, touched []int64) (err error) {
	if p.at, err = parseSnapshot(at); err != nil {
		return err
	}
	p.watched = armed == triggersPerTable*len(domain.WatchedTables())
	for _, id := range touched {
		p.rearmed = max(p.rearmed, p.at.widen(uint32(id)))
	}
	p.pruned, err = strconv.ParseUint(pruned, 10, 64)
	return err
}

// add keeps a change, or a wildcard for all of its table.
func (p *page) add(c domain.Change) {
	before := p.keys[c.Table]
	if before > mostKeys {
		return
	}
	if p.keys == nil {
		p.keys = make(map[domain.Table]int)
	}
	p.keys[c.Table] += len(c.IDs) + len(c.Owners) + len(c.Parents)
	if c.All {
		p.keys[c.Table] = mostKeys + 1
	}
	if p.keys[c.Table] > mostKeys {
		p.changes = slices.DeleteFunc(p.changes, func(other domain.Change) bool { return other.Table == c.Table })
		c = domain.Change{Table: c.Table, Kind: c.Kind, All: true}
	}
	p.changes = append(p.changes, c)
}

// misses reports whether changes since a snapshot may be missing in a page that was read from there: they were pruned, or not
// written because triggers were not in place, or the snapshot is of a future that this log does not know. What was done to the
// triggers before counts only if the reader has not been told of it: rearmed is what it knows.
func (p *page) misses(since snapshot, rearmed uint64) bool {
	if since.next == unborn.next {
		return false
	}
	return since.oldest <= p.pruned || since.next > p.at.next || since.oldest <= p.rearmed && p.rearmed != rearmed
}
