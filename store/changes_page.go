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
	changes  []domain.Change
	log      domain.LogID
	identity string   // Of the log's table and triggers.
	at       snapshot // The next reading tells what is new since this.
	pruned   uint64   // What transactions up to this one wrote may be gone.
	epoch    int64
	watched  bool // Whether all triggers are there and enabled.

	keys map[domain.Table]int
}

// take reads a row: what it says of the log, and a change, if there is one.
func (p *page) take(rows *sql.Rows) error {
	var identity, at, pruned string
	var armed int
	var table, kind sql.NullString
	var isAll sql.NullBool
	var ids, owners, parents pq.StringArray
	if err := rows.Scan(&identity, &at, &pruned, &p.epoch, &armed, &table, &kind, &isAll, &ids, &owners, &parents); err != nil {
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
	p.identity, p.watched = identity, armed == triggersPerTable*len(domain.WatchedTables())
	return p.takePosition(at, pruned)
}

func (p *page) takePosition(at, pruned string) (err error) {
	if p.at, err = parseSnapshot(at); err != nil {
		return err
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

// misses reports whether changes since a place in the same log are missing: they were pruned, or the place is one that this log has not
// come to yet.
func (p *page) misses(since snapshot) bool {
	return since.next != unborn.next && (since.oldest <= p.pruned || since.next > p.at.next)
}
