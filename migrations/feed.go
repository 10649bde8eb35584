package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

const (
	wantFeed   = `UPDATE atelier_change_feed SET is_on = $1 WHERE is_on <> $1`
	watchTable = `SELECT atelier_watch_on($1)`
	leaveTable = `SELECT atelier_watch_off($1)`
)

// SetFeed puts the triggers of the change feed in place, whatever has become of them, or takes them away, table by table. It waits for the
// lock of migrations, and for each table briefly, as migrations do.
func SetFeed(ctx context.Context, url string, on bool) error {
	return run(ctx, url, "switch the change feed", func(s *session, ctx context.Context) error { return s.setFeed(ctx, on) })
}

func (s *session) setFeed(ctx context.Context, on bool) error {
	never := func() (bool, error) { return false, nil }
	if _, err := s.acquire(ctx, never); err != nil {
		return err
	}
	_, err := s.ExecContext(ctx, wantFeed, on)
	if pq.As(err, pqerror.UndefinedTable) != nil {
		return fmt.Errorf("this database has none yet; run: %s", remedyUp)
	}
	if err != nil {
		return err
	}
	statement := leaveTable
	if on {
		statement = watchTable
	}
	for _, name := range tableNames() {
		err := s.withBriefLocks(ctx, func() error {
			_, err := s.ExecContext(ctx, statement, name)
			return err
		})
		if err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

// selectUntold finds the tables that are there and lack a trigger of the change feed.
const selectUntold = `
SELECT t.name
FROM unnest($1::text[]) AS t (name)
WHERE to_regclass(quote_ident(t.name)) IS NOT NULL AND 4 > (
    SELECT count(*)
    FROM pg_trigger g
    WHERE g.tgrelid = to_regclass(quote_ident(t.name)) AND g.tgname LIKE 'atelier\_tell\_%' AND g.tgenabled IN ('O', 'A')
)`

const (
	feedOn  = "atelier migrate feed on"
	feedOff = "atelier migrate feed off"
)

// changeFeed looks whether changes of all tables are told.
func (f *fitting) changeFeed(ctx context.Context) error {
	var isOn bool
	err := f.db.QueryRowContext(ctx, `SELECT is_on FROM atelier_change_feed`).Scan(&isOn)
	if pq.As(err, pqerror.UndefinedTable) != nil {
		return nil //nolint:nilerr // Its migration is pending: that was said already.
	}
	if err != nil {
		return err
	}
	var untold []string
	err = eachRow(ctx, f.db, selectUntold, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		untold = append(untold, name)
		return err
	}, tableNames())
	if err != nil {
		return err
	}
	f.addFeed(isOn, untold)
	return nil
}

func (f *fitting) addFeed(isOn bool, untold []string) {
	const subject = "change feed"
	switch {
	case isOn && len(untold) > 0:
		f.add(Problem, subject, feedOn, "triggers are missing or disabled (%s): what changes there is not told, and servers that follow the feed serve nothing from their caches", join(untold))
	case isOn:
		f.add(OK, subject, "", "changes of all tables are told")
	case len(untold) < len(shape):
		f.add(Problem, subject, feedOff, "is switched off, but has triggers: it was interrupted")
	default:
		f.add(Note, subject, feedOn, "is switched off: servers serve nothing from their caches, unless CHANGE_FEED is off there as well")
	}
}
