package migrations_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/migrations"
	"atelier/store/storetest"
)

func TestDoctorFindsNothingAmissInAMigratedDatabase(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	before := snapshot(t, db)
	for _, f := range doctor(t, url).Findings {
		if f.Severity != migrations.OK {
			t.Errorf("%+v", f)
		}
	}
	if after := snapshot(t, db); after != before {
		t.Error("Doctor changed something")
	}
}

func TestDoctorOfAnEmptyDatabaseSaysWhatIsPending(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	found := problems(doctor(t, url))
	if len(found) != 1 || found[0].Subject != "migrations" || found[0].Remedy != "atelier migrate up" {
		t.Errorf("%+v", found)
	}
	if left := snapshot(t, open(t, url)); left != "" {
		t.Errorf("Doctor left:\n%s", left)
	}
}

// balanced gives the user as much as the ledger says.
const balanced = "INSERT INTO credit_log (id, user_id, kind, delta, balance_after) VALUES ('l1', 'u1', 'GRANT', 5, 5); " +
	"INSERT INTO credit (id, user_id, credit) VALUES ('c1', 'u1', 5)"

// Each of these happens to a migrated database with one user.
var ailments = map[string]struct {
	change   string
	severity migrations.Severity
	subject  string
	detail   string
}{
	"missing index":     {"DROP INDEX idx_users_name", migrations.Problem, "idx_users_name", "is missing"},
	"other index":       {"DROP INDEX idx_users_name; CREATE INDEX idx_users_name ON users (name)", migrations.Note, "idx_users_name", "on users (name) in place of users (name, id)"},
	"other unique one":  {"DROP INDEX idx_credit_log_user_idempotency; CREATE INDEX idx_credit_log_user_idempotency ON credit_log (id)", migrations.Problem, "idx_credit_log_user_idempotency", "must be unique"},
	"missing table":     {"DROP TABLE ai_services", migrations.Problem, "ai_services", "is missing"},
	"missing column":    {"ALTER TABLE chat DROP pinned", migrations.Problem, "chat.pinned", "is missing"},
	"unfit type":        {"ALTER TABLE mj_tasks ALTER progress TYPE text", migrations.Problem, "mj_tasks.progress", "is text, must be integer"},
	"nullable":          {"ALTER TABLE users ALTER name DROP NOT NULL", migrations.Note, "users.name", "may become NULL"},
	"NULL":              {"ALTER TABLE users ALTER name DROP NOT NULL; UPDATE users SET name = NULL", migrations.Problem, "users.name", "is NULL in 1 rows"},
	"no unique key":     {"ALTER TABLE credit DROP CONSTRAINT credit_user_id_key", migrations.Problem, "credit.user_id", "has no unique index"},
	"short strings":     {"ALTER TABLE users ALTER name TYPE varchar(40)", migrations.Note, "users.name", "is character varying(40)"},
	"small numbers":     {"ALTER TABLE flux_tasks ALTER seed TYPE integer", migrations.Note, "flux_tasks.seed", "is integer: larger values"},
	"other precision":   {"ALTER TABLE credit ALTER credit TYPE numeric(12,4)", migrations.Note, "credit.credit", "is numeric(12,4)"},
	"other collation":   {"ALTER TABLE credit ALTER user_id TYPE text COLLATE \"POSIX\"; " + balanced, migrations.Problem, "credit.user_id", "has the collation POSIX"},
	"default collation": {"ALTER TABLE credit ALTER user_id TYPE text; " + balanced, migrations.Note, "credit", "not \"C\" (user_id)"},
	"foreign column":    {"ALTER TABLE chat ADD folder_id text NOT NULL", migrations.Note, "chat.folder_id", "is NOT NULL without a default"},
	"no null allowed":   {"ALTER TABLE mj_tasks ALTER start_time SET NOT NULL", migrations.Note, "mj_tasks.start_time", "is NOT NULL, where Atelier writes null"},
	"disabled trigger":  {"ALTER TABLE credit_log DISABLE TRIGGER atelier_credit_log_no_update", migrations.Problem, "credit_log", "no_update is disabled or missing"},
	"missing trigger":   {"DROP TRIGGER atelier_credit_log_no_delete ON credit_log", migrations.Problem, "credit_log", "no_delete is disabled or missing"},
	"lost credits":      {"INSERT INTO credit (id, user_id, credit) VALUES ('c1', 'u1', 5)", migrations.Problem, "ledger", "balance of 1 users differs from the sum of their deltas, such as u1"},
	"no row of credit":  {"INSERT INTO credit_log (id, user_id, kind, delta, balance_after) VALUES ('l1', 'u1', 'GRANT', 5, 5)", migrations.Problem, "ledger", "such as u1"},
	"many lost credits": {"INSERT INTO users (id, name, email) SELECT i, i, i FROM generate_series(1, 1500) i; INSERT INTO credit (id, user_id, credit) SELECT id, id, 1 FROM users", migrations.Problem, "ledger", "1000 or more users"},
	"untold table":      {"DROP TRIGGER atelier_tell_update ON chat", migrations.Problem, "change feed", "missing or disabled (chat)"},
	"untold for a time": {"ALTER TABLE message DISABLE TRIGGER USER", migrations.Problem, "change feed", "missing or disabled (message)"},
	"feed off":          {"UPDATE atelier_change_feed SET is_on = false; SELECT atelier_watch_off(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace", migrations.Note, "change feed", "is switched off"},
	"feed half off":     {"UPDATE atelier_change_feed SET is_on = false; SELECT atelier_watch_off('users')", migrations.Problem, "change feed", "is switched off, but has triggers"},
	"pending":           {"DELETE FROM atelier_migrations WHERE version_id = 20", migrations.Problem, "migrations", "are pending"},
	"newer":             {"INSERT INTO atelier_migrations (version_id, is_applied) VALUES (900, true)", migrations.Note, "migrations", "version 900 is newer"},
}

func TestDoctorFindsEachAilment(t *testing.T) {
	t.Parallel()
	for name, test := range ailments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, db := migratedDatabase(t)
			insertUser(t, db, "u1")
			exec(t, db, test.change)
			report := doctor(t, url)
			found := slices.ContainsFunc(report.Findings, func(f migrations.Finding) bool {
				hasRemedy := f.Remedy != "" || f.Severity == migrations.Note
				return isAbout(f, test.subject, test.detail) && f.Severity == test.severity && hasRemedy
			})
			if !found {
				t.Errorf("not found in %+v", report.Findings)
			}
			amiss := slices.DeleteFunc(report.Findings, func(f migrations.Finding) bool { return f.Severity == migrations.OK })
			if len(amiss) != 1 {
				t.Errorf("found besides: %+v", amiss)
			}
			if report.HasProblem() != (test.severity == migrations.Problem) {
				t.Errorf("HasProblem: %t", report.HasProblem())
			}
		})
	}
}

// Up that the doctor advises must be enough.
func TestUpMendsWhatDoctorSaysItMends(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	exec(t, db, "DROP INDEX idx_users_name, idx_models_name; DELETE FROM atelier_migrations WHERE version_id = 20")
	release := openSnapshot(t, db)
	interrupt(t, db, "REINDEX INDEX CONCURRENTLY idx_users_created")
	interrupt(t, db, "CREATE INDEX CONCURRENTLY idx_users_name ON users (name, id)")
	release()
	var subjects []string
	for _, f := range problems(doctor(t, url)) {
		subjects = append(subjects, f.Subject)
		if f.Remedy != "atelier migrate up" {
			t.Errorf("%+v", f)
		}
	}
	if want := []string{"migrations", "idx_users_created_ccnew", "idx_users_name", "idx_models_name"}; !slices.Equal(subjects, want) {
		t.Errorf("before: %q, want %q", subjects, want)
	}
	up(t, url)
	if found := problems(doctor(t, url)); len(found) != 0 {
		t.Errorf("after: %+v", found)
	}
}

func TestDoctorLeavesOutWhatTakesTooLong(t *testing.T) { // Not parallel: it sets the timeout.
	t.Cleanup(migrations.SetDoctorTimeout(time.Second))
	url, db := migratedDatabase(t)
	exec(t, db, "ALTER TABLE credit ALTER created_at DROP NOT NULL")
	release := openTransaction(t, db, "LOCK TABLE credit, credit_log")
	defer release()
	report := doctor(t, url)
	var notes []string
	for _, f := range report.Findings {
		if f.Severity == migrations.Note {
			notes = append(notes, f.Subject+" "+f.Detail)
		}
	}
	for _, want := range []string{"credit rows were not looked at", "credit NULLs were not counted", "ledger balances were not compared"} {
		if !slices.ContainsFunc(notes, func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("%s: not in %q", want, notes)
		}
	}
}

func TestDoctorReportsThatItCannotConnect(t *testing.T) {
	t.Parallel()
	if _, err := migrations.Doctor(t.Context(), "postgres://admin:hunter2@127.0.0.1:1/db?sslmode=disable"); err == nil {
		t.Error("no error")
	}
}
