package migrations

import "context"

// Tables that were there before are adopted between these two migrations: the first remembers what was there,
// the last creates the last table. From then on the tables are this program's to keep in shape, by migrations alone.
const (
	adoptionBegins = 1  // 00001_adoption.sql
	adoptionEnds   = 13 // 00013_ai_services.sql
)

// isAdopting reports whether tables that were there before may still be waiting to be adopted.
func isAdopting(statuses []Migration) bool {
	for _, m := range statuses {
		if m.Version <= adoptionEnds && !m.Applied() {
			return true
		}
	}
	return false
}

// preflight refuses, with a *RefusalError and before anything is touched, what would fail half-way or never work.
func (s *session) preflight(ctx context.Context) error {
	f := &fitting{db: s.DB}
	if err := f.server(ctx); err != nil {
		return err
	}
	if len(f.problems()) == 0 {
		if err := f.examine(ctx); err != nil {
			return err
		}
		if err := f.uniqueIndexes(ctx); err != nil {
			return err
		}
	}
	if problems := f.problems(); len(problems) > 0 {
		return &RefusalError{problems}
	}
	return nil
}

// minServer is the oldest server that the migrations and the store are written for, as server_version_num.
const minServer = 140000

const selectServer = `
SELECT current_setting('server_version_num')::int, current_setting('server_version'),
       pg_is_in_recovery(), coalesce(current_schema(), ''), current_user,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`

// server looks at what holds for all tables: the version, the role, the schema.
func (f *fitting) server(ctx context.Context) error {
	var number int
	var version, schema, role string
	var isStandby, mayCreate bool
	err := f.db.QueryRowContext(ctx, selectServer).Scan(&number, &version, &isStandby, &schema, &role, &mayCreate)
	if err != nil {
		return err
	}
	if number < minServer {
		f.add(Problem, "server", "upgrade it", "is PostgreSQL %s; 14 or later is needed", version)
	} else {
		f.add(OK, "server", "", "is PostgreSQL %s", version)
	}
	switch {
	case isStandby:
		f.add(Problem, "server", "use its primary", "is a standby: it cannot be written to")
	case schema == "":
		f.add(Problem, "search_path", "set it for the role "+role+" or in the URL (search_path=…)", "names no schema that exists")
	case !mayCreate && !f.isMigrated:
		f.add(Problem, "schema "+schema, "GRANT CREATE ON SCHEMA "+schema+" TO "+role, "does not let the role %s create tables", role)
	}
	return nil
}
