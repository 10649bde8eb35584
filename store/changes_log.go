package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
)

const (
	// logPatience is how long the log may keep its reader waiting before the connection is given up.
	logPatience = 3 * time.Second
	// logTimeout is when PostgreSQL gives up on reading: what is read then is too much to be worth it.
	logTimeout = 2500 * time.Millisecond
)

// log is a connection of its own to the log of changes. It must be closed.
type log struct {
	life    string // Of which database positions are, and when the life of its server began.
	channel string // On which changes are announced.
	db      *sql.DB
	conn    *sql.Conn
	reading *sql.Stmt
}

// openLog connects, or fails within some seconds. If of is another address, it must lead to the same database.
func openLog(ctx context.Context, url, of string) (*log, error) {
	connector, err := newConnector(url, logSettings())
	if err != nil {
		return nil, err
	}
	ctx, done := context.WithTimeout(ctx, logPatience)
	defer done()
	l := &log{db: sql.OpenDB(connector)}
	l.db.SetMaxOpenConns(1)
	if err := l.begin(ctx, of); err != nil {
		l.close()
		return nil, fmt.Errorf("open the log of changes: %w", err)
	}
	return l, nil
}

// logSettings are those of a short read. The planner expects a third of the log to be new, and would scan all of it.
func logSettings() map[string]string {
	settings := sessionSettings(logTimeout)
	settings["enable_seqscan"], settings["application_name"] = "off", "atelier changes"
	return settings
}

// PostgreSQL resets its statistics when it recovers from a crash or from a backup, and when a standby takes over; all of which end this
// connection. Transaction ids may be used again then, for other changes. A database that was made from another as its template has its
// tables and triggers under the same numbers: its own number tells them apart.
const greetLog = `
SELECT coalesce(extract(epoch FROM s.stats_reset)::text, 'never') || '-' || d.oid, atelier_change_channel()
FROM pg_stat_bgwriter s, pg_database d
WHERE d.datname = current_database()`

func (l *log) begin(ctx context.Context, of string) (err error) {
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return err
	}
	if of != "" {
		if err := proveSame(ctx, l.conn, of); err != nil {
			return err
		}
	}
	if err := l.conn.QueryRowContext(ctx, greetLog).Scan(&l.life, &l.channel); err != nil {
		return err
	}
	l.reading, err = l.conn.PrepareContext(ctx, readLog)
	return err
}

func (l *log) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
	_ = l.db.Close()
}

// readLog reads what is new since a snapshot: what was written by transactions that were open then ($1), and by those that had not
// begun ($2); so nothing is read twice, and nothing is missed, however late it is committed. Both go by the primary key of the log. It
// rings a bell ($4), unless that is empty.
//
// Every row tells of the log as well: the snapshot at which this is read, what was pruned, how many triggers of the tables ($3) write it,
// and which they are. The table is another one after it was restored, and triggers that were touched may not have told what happened
// meanwhile: positions of before are worth nothing then.
const readLog = `
SELECT f.tableoid || '-' || t.triggers, f.snapshot, f.pruned_through, f.epoch, t.armed,
       c.table_name, c.kind, c.is_all, c.ids, c.owners, c.parents
FROM (
    SELECT tableoid, pg_current_snapshot() AS snapshot, pruned_through, (SELECT epoch FROM atelier_cache_epoch) AS epoch
    FROM atelier_change_feed
) f
CROSS JOIN (
    SELECT count(*) AS armed, coalesce(md5(string_agg(g.oid || ' ' || g.xmin, ' ' ORDER BY g.oid)), '') AS triggers
    FROM pg_trigger g
    JOIN pg_class r ON r.oid = g.tgrelid
    WHERE r.relnamespace = current_schema()::regnamespace AND r.relname = ANY ($3)
      AND g.tgname LIKE 'atelier\_tell\_%' AND g.tgenabled IN ('O', 'A')
) t
CROSS JOIN (SELECT CASE WHEN $4 <> '' THEN pg_notify($4, '')::text END) bell
LEFT JOIN (
    SELECT entry, table_name, kind, is_all, ids, owners, parents FROM atelier_change_log WHERE transaction_id = ANY ($1::xid8[])
    UNION ALL
    SELECT entry, table_name, kind, is_all, ids, owners, parents FROM atelier_change_log WHERE transaction_id >= $2::xid8
) c ON true
ORDER BY c.entry`

// triggersPerTable: INSERT, UPDATE, DELETE and TRUNCATE.
const triggersPerTable = 4

// read returns what is new since a snapshot, or fails within some seconds.
func (l *log) read(ctx context.Context, since snapshot, bell string) (page, error) {
	ctx, done := context.WithTimeout(ctx, logPatience)
	defer done()
	rows, err := l.reading.QueryContext(ctx,
		pq.StringArray(formatIDs(since.open)), strconv.FormatUint(since.next, 10), watchedTables(), bell)
	if err != nil {
		return page{}, fmt.Errorf("read the log of changes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var p page
	for rows.Next() {
		if err := p.take(rows); err != nil {
			return page{}, fmt.Errorf("read the log of changes: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return page{}, fmt.Errorf("read the log of changes: %w", err)
	}
	if p.at.next == 0 {
		return page{}, errors.New("read the log of changes: its state is missing (atelier_change_feed, atelier_cache_epoch)")
	}
	p.log = domain.LogID(l.life + "-" + p.identity)
	return p, nil
}

func watchedTables() pq.StringArray {
	var names pq.StringArray
	for _, t := range domain.WatchedTables() {
		names = append(names, string(t))
	}
	return names
}
