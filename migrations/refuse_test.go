package migrations_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"atelier/migrations"
	"atelier/store/storetest"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Each of these changes the legacy database so that it does not fit.
var refusals = map[string]struct{ change, subject, detail string }{
	"money as a float":       {"ALTER TABLE credit ALTER credit TYPE double precision", "credit.credit", "is double precision, must be numeric(20,4)"},
	"money of two decimals":  {"ALTER TABLE credit_log ALTER delta TYPE numeric(10,2)", "credit_log.delta", "is numeric(10,2), must be"},
	"money of any decimals":  {"ALTER TABLE credit_log ALTER balance_after TYPE numeric", "credit_log.balance_after", "is numeric, must be"},
	"time as a number":       {"ALTER TABLE mj_tasks ALTER submit_time TYPE bigint USING extract(epoch from submit_time)", "mj_tasks.submit_time", "is bigint, must be timestamp with time zone"},
	"time without zone":      {"ALTER TABLE chat ALTER created_at TYPE timestamp(3)", "chat.created_at", "is timestamp(3) without time zone"},
	"uuid":                   {"ALTER TABLE mj_tasks ALTER id TYPE uuid USING md5(id)::uuid", "mj_tasks.id", "is uuid, must be text"},
	"json":                   {"ALTER TABLE credit_log ALTER detail TYPE json", "credit_log.detail", "is json, must be jsonb"},
	"enum":                   {"CREATE TYPE r AS ENUM ('admin', 'user'); ALTER TABLE users ALTER role TYPE r USING role::r", "users.role", "is r, must be text"},
	"char":                   {"ALTER TABLE users ALTER id TYPE char(9)", "users.id", "is character(9)"},
	"array":                  {"ALTER TABLE users ALTER name TYPE text[] USING ARRAY[name]", "users.name", "is text[]"},
	"generated":              {"ALTER TABLE chat DROP archived, ADD archived boolean GENERATED ALWAYS AS (title = '') STORED", "chat.archived", "is generated"},
	"linguistic collation":   {`ALTER TABLE chat ALTER user_id TYPE text COLLATE "POSIX"`, "chat.user_id", "has the collation POSIX"},
	"NULLs":                  {"UPDATE users SET name = NULL WHERE id IN ('u1', 'u2')", "users.name", "is NULL in 2 rows"},
	"NULLs in a sort key":    {"UPDATE mj_tasks SET submit_time = NULL WHERE id = 't9'", "mj_tasks.submit_time", "is NULL in 1 rows"},
	"nothing to fill in":     {"ALTER TABLE users DROP email", "users.email", "is missing, and has no default"},
	"two balances":           {"INSERT INTO credit VALUES ('c99', 'u1', 3), ('c98', 'u2', 3)", "credit.user_id", "2 values are there more than once"},
	"two of an id":           {"INSERT INTO mj_tasks SELECT * FROM mj_tasks WHERE id = 't1'", "mj_tasks.id", "1 values are there more than once"},
	"two of a key":           {"ALTER TABLE credit_log ADD idempotency_key text DEFAULT 'k'; UPDATE credit_log SET user_id = 'u1' WHERE id IN ('l2', 'l3')", "credit_log (user_id, idempotency_key)", "1 values are there more than once"},
	"key that is not unique": {"CREATE INDEX idx_credit_log_user_idempotency ON credit_log (user_id)", "idx_credit_log_user_idempotency", "it must be unique"},
	"view":                   {"CREATE VIEW file AS SELECT 1 AS id", "file", "is a view"},
	"partitioned table":      {"CREATE TABLE message (id text) PARTITION BY HASH (id)", "message", "is a partitioned table"},
	"sequence":               {"CREATE SEQUENCE models", "models", "is a sequence"},
	"insert impossible":      {"ALTER TABLE ai_services ALTER api_key SET NOT NULL", "ai_services.api_key", "is NOT NULL without a default"},
}

func TestUpRefusesWhatDoesNotFitAndChangesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, db := legacyDatabase(t)
			exec(t, db, test.change)
			before, rows := snapshot(t, db), contents(t, db)

			err := migrations.Up(t.Context(), url)
			refusal, ok := errors.AsType[*migrations.RefusalError](err)
			if !ok {
				t.Fatalf("Up: %v", err)
			}
			if len(refusal.Findings) != 1 || !isAbout(refusal.Findings[0], test.subject, test.detail) {
				t.Errorf("refused for: %+v", refusal.Findings)
			}
			if !strings.Contains(err.Error(), test.subject) || refusal.Findings[0].Remedy == "" {
				t.Errorf("the error does not help: %v", err)
			}
			if after := snapshot(t, db); after != before {
				t.Errorf("Up changed the schema:\n%s", difference(before, after))
			}
			if after := contents(t, db); !slices.Equal(after, rows) {
				t.Error("Up changed rows")
			}
			found := slices.DeleteFunc(problems(doctor(t, url)), func(f migrations.Finding) bool { return f.Subject == "ledger" })
			if len(found) != 2 || found[0].Subject != "migrations" || !isAbout(found[1], test.subject, test.detail) {
				t.Errorf("doctor: %+v", found)
			}
		})
	}
}

func isAbout(f migrations.Finding, subject, detail string) bool {
	return f.Subject == subject && strings.Contains(f.Detail, detail)
}

func TestUpNamesAllReasonsAtOnce(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	exec(t, db, "ALTER TABLE credit ALTER credit TYPE real; UPDATE users SET email = NULL, name = NULL")
	err := migrations.Up(t.Context(), url)
	for _, subject := range []string{"credit.credit", "users.email", "users.name"} {
		if err == nil || !strings.Contains(err.Error(), subject) {
			t.Errorf("%s is not named: %v", subject, err)
		}
	}
}

func TestUpRefusesARoleThatMayNot(t *testing.T) {
	t.Parallel()
	database, db := legacyDatabase(t)
	role := "visitor_" + one(t, db, "SELECT current_database()")
	if _, err := db.ExecContext(t.Context(), "CREATE ROLE "+role); pq.As(err, pqerror.InsufficientPrivilege) != nil {
		t.Skip("on this server the tests may not create roles")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = db.Exec("DROP OWNED BY " + role + "; DROP ROLE " + role) })
	exec(t, db, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+role)
	asVisitor := withParameter(t, database, "role", role) // The same login, acting as another.

	err := migrations.Up(t.Context(), asVisitor)
	if err == nil || !strings.Contains(err.Error(), "does not let the role") {
		t.Errorf("without CREATE on the schema: %v", err)
	}
	exec(t, db, "GRANT CREATE ON SCHEMA public TO "+role)
	before := snapshot(t, db)
	err = migrations.Up(t.Context(), asVisitor)
	if err == nil || !strings.Contains(err.Error(), "users belongs to the role") {
		t.Errorf("on tables of another role: %v", err)
	}
	if after := snapshot(t, db); after != before {
		t.Error("Up changed the schema")
	}
}

func TestUpRefusesASearchPathWithoutSchema(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	err := migrations.Up(t.Context(), withParameter(t, url, "search_path", "nowhere"))
	if err == nil || !strings.Contains(err.Error(), "search_path names no schema that exists") {
		t.Errorf("Up: %v", err)
	}
}

func TestErrorsKeepThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://admin:hunter2@localhost:port/db",
		"postgres://admin:hunter2@127.0.0.1:1/db?sslmode=disable",
		"postgres://admin:hunter2%zz@localhost/db",
		"postgres://admin:hunter2/3@localhost/db",
		"postgres://admin:hunter2@localhost/db?sslmode=maybe",
		"mysql://admin:hunter2@localhost/db",
		"host=localhost password=hunter2 'hunter2'",
	} {
		err := migrations.Up(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}
