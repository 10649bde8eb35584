package migrations_test

import (
	"database/sql"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func TestCreditLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	exec(t, db, `INSERT INTO credit_log (id, user_id, kind, delta, balance_after, detail, task_id)
	             VALUES ('l1', 'u1', 'GRANT', 5, 5, '{"a": 1}', NULL), ('l2', 'u1', 'HOLD', -1, 4, NULL, 't1')`)
	for _, statement := range []string{
		"DELETE FROM credit_log",
		"DELETE FROM credit_log WHERE id = 'l1'",
		"TRUNCATE credit_log",
		"TRUNCATE users CASCADE",
		"UPDATE credit_log SET id = 'l3' WHERE id = 'l1'",
		"UPDATE credit_log SET user_id = 'u2' WHERE id = 'l1'",
		"UPDATE credit_log SET kind = 'REFUND' WHERE id = 'l1'",
		"UPDATE credit_log SET delta = 6 WHERE id = 'l1'",
		"UPDATE credit_log SET balance_after = 6 WHERE id = 'l1'",
		`UPDATE credit_log SET detail = '{"a": 2}' WHERE id = 'l1'`,
		"UPDATE credit_log SET detail = NULL WHERE id = 'l1'",
		"UPDATE credit_log SET task_id = 't2' WHERE id = 'l1'",
		"UPDATE credit_log SET task_service = 'flux' WHERE id = 'l1'",
		"UPDATE credit_log SET idempotency_key = 'k' WHERE id = 'l1'",
		"UPDATE credit_log SET created_at = now() + interval '1 s' WHERE id = 'l1'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); pq.As(err, pqerror.RestrictViolation) == nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	exec(t, db, "UPDATE credit_log SET delta = delta, detail = detail, task_id = task_id, updated_at = now()")
	exec(t, db, "INSERT INTO credit_log (id, user_id, kind, delta, balance_after) VALUES ('l3', 'u1', 'ADJUST', 1, 5)")
}

func TestIdempotencyKeyIsUniquePerUser(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	insertUser(t, db, "u2")
	const insert = "INSERT INTO credit_log (id, user_id, kind, delta, balance_after, idempotency_key) VALUES ($1, $2, 'GRANT', 1, 1, $3)"
	exec(t, db, insert, "l1", "u1", "k")
	exec(t, db, insert, "l2", "u2", "k")
	exec(t, db, insert, "l3", "u1", nil)
	exec(t, db, insert, "l4", "u1", nil)
	_, err := db.ExecContext(t.Context(), insert, "l5", "u1", "k")
	if e := pq.As(err, pqerror.UniqueViolation); e == nil || e.Constraint != "idx_credit_log_user_idempotency" {
		t.Errorf("a second use of the key: %v", err)
	}
}

func insertUser(t *testing.T, db *sql.DB, id string) {
	t.Helper()
	exec(t, db, "INSERT INTO users (id, name, email) VALUES ($1, $1, $1 || '@example.com')", id)
}
