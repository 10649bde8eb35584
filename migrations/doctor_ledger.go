package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

const selectAppendOnly = `
SELECT t.tgname
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = 'credit_log' AND t.tgenabled IN ('O', 'A')`

// appendOnly looks for the triggers that keep the ledger from being changed.
func (f *fitting) appendOnly(ctx context.Context) error {
	if !f.isMigrated {
		return nil
	}
	armed := make(map[string]bool)
	err := eachRow(ctx, f.db, selectAppendOnly, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		armed[name] = true
		return err
	})
	if err != nil {
		return err
	}
	for _, what := range []string{"delete", "truncate", "update"} {
		if name := "atelier_credit_log_no_" + what; !armed[name] {
			f.add(Problem, "credit_log", "ALTER TABLE credit_log ENABLE TRIGGER "+name,
				"can be changed: the trigger %s is disabled or missing", name)
		}
	}
	return nil
}

// selectMismatches finds users whose balance is not the sum of their deltas. A missing row counts as 0.
// The collation is named because the two tables need not agree on one.
const selectMismatches = `
SELECT user_id
FROM (SELECT user_id COLLATE "C" AS user_id, sum(delta) AS total FROM credit_log GROUP BY credit_log.user_id) l
FULL JOIN (SELECT user_id COLLATE "C" AS user_id, credit FROM credit) c USING (user_id)
WHERE coalesce(total, 0) <> coalesce(credit, 0)
LIMIT $1`

// mismatchBound is where the counting of mismatches ends; mismatchNames is how many are named.
const (
	mismatchBound = 1000
	mismatchNames = 5
)

// ledger holds the balances against the ledger.
func (f *fitting) ledger(ctx context.Context) error {
	var users []string
	err := eachRow(ctx, f.db, selectMismatches, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		users = append(users, id)
		return err
	}, mismatchBound)
	if pq.As(err, pqerror.UndefinedTable, pqerror.UndefinedColumn, pqerror.UndefinedFunction) != nil {
		return nil //nolint:nilerr // The tables are not there, or do not fit: that was said already.
	}
	if err != nil {
		return f.unlessCancelled("ledger", "balances were not compared", err)
	}
	if len(users) == 0 {
		f.add(OK, "ledger", "", "every balance equals the sum of its deltas")
		return nil
	}
	count, few := fmt.Sprint(len(users)), users[:min(len(users), mismatchNames)]
	if len(users) == mismatchBound {
		count += " or more"
	}
	f.add(Problem, "ledger", "correct each with a credit_log row of kind ADJUST, or correct the balance",
		"the balance of %s users differs from the sum of their deltas, such as %s", count, join(few))
	return nil
}
