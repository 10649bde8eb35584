package migrations_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"atelier/domain"
	"atelier/migrations"
)

// told is a table's rows r1 of u1 and r2 of u2, and what changes of them tell.
type told struct {
	table  domain.Table
	insert string // Of r1 and r2; placeholders are for the id and the owner.
	owners [2]string
	parent string // The column; empty for none.
}

// tables come in an order in which references point to what is there.
var toldTables = []told{
	{domain.TableUsers, `INSERT INTO users (id, name, email) VALUES ('r1', 'n', 'r1'), ('r2', 'n', 'r2')`, [2]string{"r1", "r2"}, ""},
	{domain.TableCredit, `INSERT INTO credit (id, user_id, credit) VALUES ('r1', 'u1', 0), ('r2', 'u2', 0)`, [2]string{"u1", "u2"}, ""},
	{domain.TableCreditLog, `INSERT INTO credit_log (id, user_id, kind, delta, balance_after, task_id) VALUES ('r1', 'u1', 'GRANT', 0, 0, 'p1'), ('r2', 'u2', 'GRANT', 0, 0, 'p2')`, [2]string{"u1", "u2"}, "task_id"},
	{domain.TableMidjourney, `INSERT INTO mj_tasks (id, user_id, action) VALUES ('r1', 'u1', 'IMAGINE'), ('r2', 'u2', 'IMAGINE')`, [2]string{"u1", "u2"}, ""},
	{domain.TableFlux, `INSERT INTO flux_tasks (id, user_id, model) VALUES ('r1', 'u1', 'm'), ('r2', 'u2', 'm')`, [2]string{"u1", "u2"}, ""},
	{domain.TableDreamwork, `INSERT INTO dreamwork_tasks (id, user_id, action) VALUES ('r1', 'u1', 'TEXT_TO_IMAGE'), ('r2', 'u2', 'TEXT_TO_IMAGE')`, [2]string{"u1", "u2"}, ""},
	{domain.TableChat, `INSERT INTO chat (id, user_id, title) VALUES ('r1', 'u1', 't'), ('r2', 'u2', 't')`, [2]string{"u1", "u2"}, ""},
	{domain.TableMessage, `INSERT INTO message (id, chat_id, user_id, role, content) VALUES ('r1', 'p1', 'u1', 'user', 'c'), ('r2', 'p2', 'u2', 'user', 'c')`, [2]string{"u1", "u2"}, "chat_id"},
	{domain.TableFile, `INSERT INTO file (id, user_id, filename) VALUES ('r1', 'u1', 'f'), ('r2', 'u2', 'f')`, [2]string{"u1", "u2"}, ""},
	{domain.TableGeneratedFiles, `INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id) VALUES ('r1', 'u1', 'f', 'image', 'flux', 'p1'), ('r2', 'u2', 'f', 'image', 'flux', 'p2')`, [2]string{"u1", "u2"}, "source_task_id"},
	{domain.TableModels, `INSERT INTO models (id, user_id, name) VALUES ('r1', 'u1', 'm'), ('r2', 'u2', 'm')`, [2]string{"u1", "u2"}, ""},
	{domain.TableAIServices, `INSERT INTO ai_services (id) VALUES ('r1'), ('r2')`, [2]string{}, ""},
}

func TestAllTablesAreWatched(t *testing.T) {
	t.Parallel()
	var here []string
	for _, table := range toldTables {
		here = append(here, string(table.table))
	}
	if !slices.Equal(here, migrations.TableNames()) {
		t.Errorf("tested %q, there are %q", here, migrations.TableNames())
	}
	for _, table := range domain.WatchedTables() {
		if !slices.Contains(here, string(table)) {
			t.Errorf("%s is not tested", table)
		}
	}
}

// Every statement on every table is told, by whatever it touched, in new databases and in adopted ones.
func TestEveryChangeIsTold(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) (string, *sql.DB){"new": migratedDatabase, "adopted": adoptedDatabase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, db := database(t)
			forgetAppendOnly(t, db)
			exec(t, db, "TRUNCATE "+strings.Join(migrations.TableNames(), ", "))
			exec(t, db, `INSERT INTO users (id, name, email) VALUES ('u1', 'a', 'a'), ('u2', 'b', 'b'), ('u3', 'c', 'c');
				INSERT INTO chat (id, user_id, title) VALUES ('p1', 'u1', 't'), ('p2', 'u2', 't'), ('p3', 'u3', 't')`)
			for _, table := range toldTables {
				table.check(t, db)
			}
		})
	}
}

func adoptedDatabase(t *testing.T) (string, *sql.DB) {
	t.Helper()
	url, db := legacyDatabase(t)
	up(t, url)
	return url, db
}

// forgetAppendOnly lets the ledger be changed as well.
func forgetAppendOnly(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, event := range []string{"delete", "truncate", "update"} {
		exec(t, db, "ALTER TABLE credit_log DISABLE TRIGGER atelier_credit_log_no_"+event)
	}
}

func (w told) check(t *testing.T, db *sql.DB) {
	t.Helper()
	parents, moved, third := "{}", "{}", "{}"
	if w.parent != "" {
		parents, moved, third = "{p1,p2}", "{p1,p3}", "{p3}"
	}
	owners := fmt.Sprintf("{%s,%s}", w.owners[0], w.owners[1])
	after, last := fmt.Sprintf("{%s,u3}", w.owners[0]), "{u3}"
	if w.table == domain.TableUsers {
		after, last = "{r1}", "{r1}"
	}
	if w.table == domain.TableAIServices {
		owners, after, last = "{}", "{}", "{}"
	}
	w.expect(t, db, w.insert, "INSERT f {r1,r2} "+owners+" "+parents)
	w.expect(t, db, fmt.Sprintf("UPDATE %s SET updated_at = now() WHERE id IN ('r1', 'r2')", w.table), "UPDATE f {r1,r2} "+owners+" "+parents)
	w.expect(t, db, fmt.Sprintf("UPDATE %s SET updated_at = now() WHERE id = 'nobody'", w.table))
	w.expect(t, db, fmt.Sprintf("UPDATE %s SET %s WHERE id = 'r1'", w.table, w.move()), "UPDATE f {r1} "+after+" "+moved)
	w.expect(t, db, fmt.Sprintf("DELETE FROM %s WHERE id = 'r1'", w.table), "DELETE f {r1} "+last+" "+third)
	w.expect(t, db, fmt.Sprintf("DELETE FROM %s WHERE id = 'r1'", w.table))
	w.expect(t, db, fmt.Sprintf("INSERT INTO %s SELECT * FROM %[1]s WHERE false", w.table))
	if w.table != domain.TableUsers && w.table != domain.TableChat { // They take others with them; see below.
		w.expect(t, db, "TRUNCATE "+string(w.table), "TRUNCATE t {} {} {}")
	}
}

// move gives a row to u3 and p3, where it belongs to anybody.
func (w told) move() string {
	set := "updated_at = now()"
	if w.table != domain.TableUsers && w.table != domain.TableAIServices {
		set += ", user_id = 'u3'"
	}
	if w.parent != "" {
		set += ", " + w.parent + " = 'p3'"
	}
	return set
}

// expect runs a statement and compares what is told of it.
func (w told) expect(t *testing.T, db *sql.DB, statement string, want ...string) {
	t.Helper()
	for i := range want {
		want[i] = string(w.table) + " " + want[i]
	}
	expectTold(t, db, statement, want...)
}

func expectTold(t *testing.T, db *sql.DB, statement string, want ...string) {
	t.Helper()
	exec(t, db, "DELETE FROM atelier_change_log")
	exec(t, db, statement)
	got := lines(t, db, "SELECT concat_ws(' ', table_name, kind, is_all, ids, owners, parents) AS line FROM atelier_change_log ORDER BY line")
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ntold %q\nnot  %q", statement, got, want)
	}
}

func TestWhatIsNotAPlainStatementIsTold(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	exec(t, db, "INSERT INTO chat (id, user_id, title) VALUES ('c1', 'u1', 't'), ('c2', 'u1', 't')")
	exec(t, db, "INSERT INTO message (id, chat_id, user_id, role, content) SELECT 'm' || i, 'c' || i, 'u1', 'user', 'x' FROM generate_series(1, 2) i")
	expectTold(t, db, "DELETE FROM chat", // Which takes the messages with it.
		"chat DELETE f {c1,c2} {u1} {}", "message DELETE f {m1,m2} {u1} {c1,c2}")
	expectTold(t, db, "INSERT INTO users (id, name, email) VALUES ('u1', 'n', 'e'), ('u2', 'n', 'e2') ON CONFLICT (id) DO UPDATE SET name = 'other'",
		"users INSERT f {u2} {u2} {}", "users UPDATE f {u1} {u1} {}")
	expectTold(t, db, "WITH added AS (INSERT INTO file (id, user_id, filename) VALUES ('f', 'u1', 'f') RETURNING user_id) UPDATE users SET name = 'x' WHERE id IN (SELECT user_id FROM added)",
		"file INSERT f {f} {u1} {}", "users UPDATE f {u1} {u1} {}")
	expectTold(t, db, "UPDATE users SET id = 'u3' WHERE id = 'u2'", "users UPDATE f {u2,u3} {u2,u3} {}")
	expectTold(t, db, "TRUNCATE chat CASCADE", "chat TRUNCATE t {} {} {}", "message TRUNCATE t {} {} {}")
	expectTold(t, db, "INSERT INTO generated_files (id, user_id, filename, file_type, source_type) VALUES ('g', 'u1', 'f', 'image', 'flux')",
		"generated_files INSERT f {g} {u1} {}")
	expectTold(t, db, "BEGIN; SAVEPOINT s; UPDATE users SET name = 'y'; ROLLBACK TO s; COMMIT")
	expectTold(t, db, "INSERT INTO chat (id, user_id, title) SELECT 'n' || i, 'u1', 't' FROM generate_series(1, 1000) i; DELETE FROM atelier_change_log; UPDATE chat SET title = 'x' WHERE id <= 'n1000'",
		"chat UPDATE f {n1,n10,n100,n1000} {u1} {}")
	expectTold(t, db, "INSERT INTO chat (id, user_id, title) SELECT 'x' || i, 'u1', 't' FROM generate_series(1, 1001) i", "chat INSERT t {} {} {}")
	expectTold(t, db, "UPDATE chat SET title = 'x' WHERE id LIKE 'x%'", "chat UPDATE t {} {} {}")
	expectTold(t, db, "DELETE FROM chat WHERE id LIKE 'x%'", "chat DELETE t {} {} {}")
	if all := one(t, db, "WITH gone AS (DELETE FROM atelier_change_log) SELECT count(*)::text FROM chat"); all != "1000" {
		t.Fatalf("%s chats", all)
	}
	exec(t, db, "UPDATE chat SET title = 'x'")
	if n := one(t, db, "SELECT cardinality(ids)::text FROM atelier_change_log"); n != "1000" {
		t.Errorf("%s of 1000 ids were told", n)
	}
}

// A program of another role needs no rights on the log, and cannot make the triggers write for it or lead them astray.
func TestOthersWriteWithoutRightsOnTheLog(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	db.SetMaxOpenConns(1) // SET ROLE is the connection's.
	role := "atelier_test_" + one(t, db, "SELECT md5(random()::text)")
	exec(t, db, "CREATE ROLE "+role)
	t.Cleanup(func() { _, _ = db.Exec("RESET ROLE; DROP OWNED BY " + role + "; DROP ROLE " + role) })
	exec(t, db, "GRANT SELECT, UPDATE ON users TO "+role+"; GRANT CREATE ON SCHEMA public TO "+role)
	exec(t, db, "SET ROLE "+role)
	exec(t, db, `CREATE FUNCTION public.array_agg(text) RETURNS text[] LANGUAGE sql AS 'SELECT 1/0; SELECT NULL::text[]';
		CREATE TEMP TABLE atelier_change_log (table_name text, kind text, is_all boolean, ids text[], owners text[], parents text[], entry bigint); CREATE TEMP TABLE new_rows (id text);
		SET search_path = public, pg_catalog`)
	exec(t, db, "UPDATE users SET name = 'x'")
	for _, forbidden := range []string{
		"SELECT count(*) FROM public.atelier_change_log", "DELETE FROM public.atelier_change_log", "UPDATE public.atelier_cache_epoch SET epoch = 9",
		"CREATE TABLE mine (id text); CREATE TRIGGER t AFTER TRUNCATE ON mine EXECUTE FUNCTION atelier_tell_users()",
	} {
		if _, err := db.ExecContext(t.Context(), forbidden); pq.As(err, pqerror.InsufficientPrivilege) == nil {
			t.Errorf("%s: %v", forbidden, err)
		}
	}
	exec(t, db, "RESET ROLE; DROP TABLE pg_temp.atelier_change_log; DROP FUNCTION public.array_agg(text)")
	if n := one(t, db, "SELECT count(*)::text FROM public.atelier_change_log WHERE kind = 'UPDATE'"); n != "1" {
		t.Errorf("%s changes were told", n)
	}
}

func TestTheFeedIsSwitchedOffAndOn(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	before := snapshot(t, db)
	setFeed(t, url, false)
	expectTold(t, db, "UPDATE users SET name = 'x'")
	if f := doctor(t, url); f.HasProblem() {
		t.Errorf("%+v", f)
	}
	down(t, url, 30) // What is built while it is off has no triggers either.
	up(t, url)
	expectTold(t, db, "INSERT INTO models (id, user_id, name) VALUES ('m', 'u1', 'n')")
	setFeed(t, url, true)
	expectTold(t, db, "UPDATE users SET name = 'x'", "users UPDATE f {u1} {u1} {}")
	exec(t, db, "DROP TRIGGER atelier_tell_insert ON chat; ALTER TABLE users DISABLE TRIGGER USER")
	setFeed(t, url, true)
	if after := snapshot(t, db); after != before {
		t.Errorf("off and on:\n%s", difference(before, after))
	}
}

func setFeed(t *testing.T, url string, on bool) {
	t.Helper()
	if err := migrations.SetFeed(t.Context(), url, on); err != nil {
		t.Fatal(err)
	}
}
