package migrations_test

import (
	"slices"
	"strings"
	"testing"

	"atelier/migrations"
	"atelier/store/storetest"
)

func TestAdoptionKeepsRowsAndAddsWhatIsMissing(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	legacy, rows := snapshot(t, db), contents(t, db)
	up(t, url)
	sameRows(t, db, rows)

	adopted := strings.Split(snapshot(t, db), "\n")
	for _, want := range []string{
		"relation message r",
		"column users.id character varying(64) default notnull=t default=-",
		"column users.name character varying(255) default notnull=t default=-",
		"column users.role text default notnull=t default='pending'::text",
		"column users.last_active_at timestamp with time zone - notnull=f default=-",
		"column users.created_at timestamp with time zone - notnull=t default=CURRENT_TIMESTAMP",
		"column users.updated_at timestamp with time zone - notnull=t default=now()",
		"column credit.credit numeric(12,4) - notnull=t default=0",
		"column mj_tasks.credits_cost numeric(20,4) - notnull=t default=0",
		"column mj_tasks.parent_task_id text C notnull=f default=-",
		"column mj_tasks.tags text[] default notnull=f default=-",
		"index CREATE UNIQUE INDEX mj_tasks_id_key ON public.mj_tasks USING btree (id) valid=t",
		"index CREATE UNIQUE INDEX credit_user_id_key ON public.credit USING btree (user_id) valid=t",
		"index CREATE INDEX idx_mj_tasks_submit_time ON public.mj_tasks USING btree (submit_time DESC) valid=t",
		`index CREATE INDEX idx_mj_tasks_user_submit ON public.mj_tasks USING btree (user_id, submit_time DESC, id COLLATE "C" DESC) valid=t`,
	} {
		if !slices.Contains(adopted, want) {
			t.Errorf("missing: %s", want)
		}
	}
	for _, line := range adopted {
		if strings.Contains(line, "atelier_not_null") || strings.HasPrefix(line, "constraint users.") && strings.Contains(line, "CHECK") {
			t.Errorf("an adopted table was constrained: %s", line)
		}
	}
	if got := one(t, db, "SELECT enabled || ' ' || prices FROM ai_services WHERE id = 'midjourney'"); got != "false {}" {
		t.Errorf("the service that was there: %s", got)
	}

	down(t, url, 0)
	if left := snapshot(t, db); left != legacy {
		t.Errorf("Down did not leave what was there:\n%s", difference(legacy, left))
	}
	sameRows(t, db, rows)
}

// Whatever version Down stops at, Up adopts again to the same end.
func TestAdoptionIsReversibleAtEachStep(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	rows := contents(t, db)
	up(t, url)
	full := snapshot(t, db)
	for _, to := range []int64{14, 13, 12, 7, 3, 2, 1} {
		down(t, url, to)
		up(t, url)
		if again := snapshot(t, db); again != full {
			t.Fatalf("down to %d and up:\n%s", to, difference(full, again))
		}
	}
	sameRows(t, db, rows)
}

func TestTableThatCameAfterAnInterruptedRunIsAdopted(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	down(t, url, 1)
	exec(t, db, "CREATE TABLE file (id text PRIMARY KEY, user_id text NOT NULL, filename text NOT NULL)")
	legacy := snapshot(t, db)
	up(t, url)
	down(t, url, 1)
	if left := snapshot(t, db); left != legacy {
		t.Errorf("Down did not leave what was there:\n%s", difference(legacy, left))
	}
}

func TestCreditGetsItsUniqueIndexUnderTheFirstNameThatIsFree(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ legacy, want string }{
		"fresh":          {"", "credit_user_id_key"}, // The constraint's own.
		"no index":       {"CREATE TABLE credit (id text PRIMARY KEY, user_id text NOT NULL, credit numeric(20,4))", "idx_credit_user_id"},
		"a unique one":   {"CREATE TABLE credit (id text PRIMARY KEY, user_id text NOT NULL, credit numeric(20,4)); CREATE UNIQUE INDEX theirs ON credit (user_id)", "theirs"},
		"the seed's":     {"CREATE TABLE credit (id text PRIMARY KEY, user_id text NOT NULL, credit numeric(20,4)); CREATE INDEX idx_credit_user_id ON credit (user_id)", "credit_user_id_key"},
		"a partial one":  {"CREATE TABLE credit (id text PRIMARY KEY, user_id text NOT NULL, credit numeric(20,4)); CREATE UNIQUE INDEX theirs ON credit (user_id) WHERE credit > 0", "idx_credit_user_id"},
		"on two columns": {"CREATE TABLE credit (id text PRIMARY KEY, user_id text NOT NULL, credit numeric(20,4)); CREATE UNIQUE INDEX theirs ON credit (user_id, id)", "idx_credit_user_id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := storetest.Empty(t)
			db := open(t, url)
			exec(t, db, test.legacy)
			up(t, url)
			got := lines(t, db, `
				SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
				WHERE i.indrelid = 'credit'::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate
				  AND i.indpred IS NULL AND i.indnkeyatts = 1 AND NOT i.indisprimary`)
			if !slices.Equal(got, []string{test.want}) {
				t.Errorf("unique indexes on credit (user_id): %q, want %s", got, test.want)
			}
			insertUser(t, db, "u1")
			exec(t, db, "INSERT INTO credit (id, user_id) VALUES ('c1', 'u1') ON CONFLICT (user_id) DO NOTHING")
		})
	}
}

// A NULL that was not to be seen when Up looked first stops it before SET NOT NULL, and leaves no constraint behind.
func TestNullThatIsWrittenMeanwhileIsNamed(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	release := openTransaction(t, db, "INSERT INTO mj_tasks (id, user_id, action) VALUES ('late', 'u1', 'IMAGINE')")
	done := make(chan error, 1)
	go func() { done <- migrations.Up(t.Context(), url) }()
	await(t, db, "ALTER TABLE mj_tasks%")
	release()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "adopt table mj_tasks: a NULL was written meanwhile") {
		t.Fatalf("Up: %v", err)
	}
	if schema := snapshot(t, db); strings.Contains(schema, "atelier_not_null") {
		t.Error("the constraint was left behind")
	}
	exec(t, db, "DELETE FROM mj_tasks WHERE id = 'late'")
	up(t, url)
	if found := problems(doctor(t, url)); len(found) > 0 {
		t.Errorf("problems: %+v", found)
	}
}

// Rows of tables that were there and of tables that were not, in different collations, refer to each other.
func TestAdoptedAndCreatedTablesWorkTogether(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	up(t, url)
	exec(t, db, "INSERT INTO flux_tasks (id, user_id, model) VALUES ('f1', 'u7', 'flux-dev')")
	exec(t, db, "INSERT INTO message (id, chat_id, user_id, role, content) VALUES ('m1', 'h1', 'u7', 'user', 'hello')")
	exec(t, db, "DELETE FROM chat WHERE id = 'h1'")
	if left := lines(t, db, "SELECT id FROM message"); left != nil {
		t.Errorf("messages of a deleted chat: %q", left)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO flux_tasks (id, user_id, model) VALUES ('f2', 'nobody', 'x')"); err == nil {
		t.Error("a task of nobody was accepted")
	}
	report := doctor(t, url)
	if report.HasProblem() {
		t.Errorf("problems after adoption: %+v", problems(report))
	}
}

func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for _, line := range w {
		if !slices.Contains(g, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

func doctor(t *testing.T, url string) migrations.Report {
	t.Helper()
	report, err := migrations.Doctor(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func problems(r migrations.Report) []migrations.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f migrations.Finding) bool { return f.Severity != migrations.Problem })
}
