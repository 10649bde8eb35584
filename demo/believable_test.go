package demo_test

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/demo"
)

// allTasks are the tasks of the three services in one shape.
const allTasks = `
SELECT id, user_id, 'midjourney' AS service, status, credits_cost, progress, prompt, submit_time AS submitted, start_time AS started, finish_time AS finished, fail_reason FROM mj_tasks
UNION ALL SELECT id, user_id, 'flux', status, credits_cost, progress, prompt, created_at, started_at, completed_at, error_message FROM flux_tasks
UNION ALL SELECT id, user_id, 'dreamwork', status, credits_cost, progress, prompt, submit_time, start_time, finish_time, fail_reason FROM dreamwork_tasks`

// rule is a query whose one value is the number of rows that break it.
type rule struct{ what, query string }

func check(t *testing.T, db *sql.DB, rules []rule) {
	t.Helper()
	for _, r := range rules {
		expect(t, db, r.what, "0", r.query)
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	checkLedger(t, db)
	for _, kind := range []string{"GRANT", "PURCHASE", "REFUND", "ADJUST", "HOLD", "SETTLE", "RELEASE"} {
		if value(t, db, `SELECT count(*) FROM credit_log WHERE kind = $1`, kind) == "0" {
			t.Errorf("there is no %s", kind)
		}
	}
	expect(t, db, "a settlement gave something back", "true", `SELECT bool_or(delta > 0) FROM credit_log WHERE kind = 'SETTLE'`)
}

// checkLedger looks at every user's ledger, and holds it against their balance and their tasks.
func checkLedger(t *testing.T, db *sql.DB) {
	t.Helper()
	check(t, db, []rule{
		{"balances that are not the sum of the deltas", `
			SELECT count(*) FROM credit c FULL JOIN (SELECT user_id, sum(delta) AS sum FROM credit_log GROUP BY 1) l USING (user_id)
			WHERE c.credit IS DISTINCT FROM l.sum`},
		{"entries whose balance is not the sum so far, or is negative", `
			SELECT count(*) FROM (SELECT balance_after, sum(delta) OVER (PARTITION BY user_id ORDER BY created_at, id) AS sum FROM credit_log) l
			WHERE balance_after <> sum OR balance_after < 0`},
		{"tasks whose entries do not match their state", `
			SELECT count(*) FROM (` + allTasks + `) t LEFT JOIN LATERAL (
				SELECT coalesce(string_agg(kind, ',' ORDER BY kind), '') AS kinds, bool_and(l.user_id = t.user_id AND l.task_service = t.service) AS fits,
				       sum(delta) FILTER (WHERE kind = 'HOLD') AS held, sum(delta) FILTER (WHERE kind = 'RELEASE') AS released,
				       sum(delta) FILTER (WHERE kind = 'SETTLE') AS settled, bool_and(l.created_at = CASE kind WHEN 'HOLD' THEN t.submitted ELSE t.finished END) AS on_time
				FROM credit_log l WHERE l.task_id = t.id) l ON true
			WHERE NOT fits OR NOT on_time OR held <> -credits_cost OR released <> credits_cost OR settled < 0 OR settled >= credits_cost
			   OR kinds <> CASE WHEN status = 'SUCCESS' THEN 'HOLD,SETTLE' WHEN status IN ('FAILURE', 'FAILED', 'CANCELLED') THEN 'HOLD,RELEASE' ELSE 'HOLD' END`},
		{"entries of tasks without a task, or of others with one", `
			SELECT count(*) FROM credit_log l WHERE (kind IN ('HOLD', 'SETTLE', 'RELEASE')) <> EXISTS (SELECT FROM (` + allTasks + `) t WHERE t.id = l.task_id)`},
		{"keys that do not name their task", `
			SELECT count(*) FROM credit_log WHERE task_id IS NOT NULL AND idempotency_key IS DISTINCT FROM lower(kind) || ':' || task_id`},
		{"deltas with the wrong sign", `
			SELECT count(*) FROM credit_log WHERE CASE WHEN kind IN ('GRANT', 'PURCHASE', 'RELEASE') THEN delta <= 0 WHEN kind IN ('HOLD', 'REFUND') THEN delta >= 0 ELSE false END`},
	})
}

func TestTasks(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	check(t, db, []rule{
		{"ids that two tasks share", `SELECT count(*) - count(DISTINCT id) FROM (` + allTasks + `) t`},
		{"times out of order, or to come", `SELECT count(*) FROM (` + allTasks + `) t WHERE NOT (submitted <= coalesce(started, submitted) AND coalesce(started, submitted) <= coalesce(finished, started, submitted)
			AND greatest(submitted, started, finished) <= '2026-03-02 12:00:00+00')`},
		{"tasks from before their user came", `SELECT count(*) FROM (` + allTasks + `) t JOIN users u ON u.id = t.user_id WHERE t.submitted < u.created_at`},
		{"finished tasks without a time, and others with one", `SELECT count(*) FROM (` + allTasks + `) t WHERE (finished IS NOT NULL) <> (status IN ('SUCCESS', 'FAILURE', 'FAILED', 'CANCELLED'))`},
		{"progress that does not fit the state", `SELECT count(*) FROM (` + allTasks + `) t WHERE progress NOT BETWEEN 0 AND 100 OR (progress = 100) <> (status = 'SUCCESS')
			OR status IN ('NOT_START', 'SUBMITTED', 'PENDING') AND (progress > 0 OR started IS NOT NULL)`},
		{"failures without a reason, and others with one", `SELECT count(*) FROM (` + allTasks + `) t WHERE (fail_reason IS NOT NULL) <> (status IN ('FAILURE', 'FAILED'))`},
		{"parents that are another user's, later, or not there", `SELECT count(*) FROM mj_tasks c LEFT JOIN mj_tasks p ON p.id = c.parent_task_id
			WHERE c.action IN ('UPSCALE', 'VARIATION', 'REROLL') AND (p.id IS NULL OR p.user_id <> c.user_id OR p.finish_time >= c.submit_time OR p.prompt <> c.prompt)`},
		{"tasks of users who have no balance", `SELECT count(*) FROM (` + allTasks + `) t WHERE user_id NOT IN (SELECT user_id FROM credit)`},
		{"files that do not follow from a success", `SELECT count(*) FROM generated_files f LEFT JOIN (` + allTasks + `) t ON t.id = f.source_task_id
			WHERE t.id IS NULL OR t.status <> 'SUCCESS' OR t.user_id <> f.user_id OR t.service <> f.source_type OR t.finished <> f.created_at`},
		{"users with more of a service under way than it takes", `SELECT count(*) FROM (SELECT FROM (` + allTasks + `) t
			WHERE status IN ('NOT_START', 'SUBMITTED', 'PENDING', 'IN_PROGRESS') GROUP BY user_id, service HAVING count(*) > 5) x`},
		{"modes at another price", `SELECT count(*) FROM mj_tasks WHERE credits_cost <> CASE mode WHEN 'turbo' THEN 10 WHEN 'fast' THEN 5 WHEN 'relax' THEN 2 END`},
		{"prompts with a slot left open", `SELECT count(*) FROM (` + allTasks + `) t WHERE prompt ~ '[{}]'`},
	})
	for _, word := range []string{"NOT_START", "SUBMITTED", "MODAL", "IN_PROGRESS", "SUCCESS", "FAILURE", "THROTTLED"} {
		if value(t, db, `SELECT count(*) FROM mj_tasks WHERE status = $1`, word) == "0" {
			t.Errorf("no Midjourney task is %s", word)
		}
	}
}

func TestPricesAreThoseOfTheServices(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	check(t, db, []rule{
		{"services without prices, defaults or an address", `SELECT 3 - count(*) FROM ai_services WHERE prices <> '{}' AND defaults <> '{}' AND base_url IS NOT NULL`},
		{"Flux tasks at another price", `SELECT count(*) FROM flux_tasks f, ai_services s WHERE s.id = 'flux' AND f.credits_cost IS DISTINCT FROM f.num_images * (s.prices ->> f.model)::numeric`},
		{"Dreamwork tasks at another price", `SELECT count(*) FROM dreamwork_tasks d, ai_services s WHERE s.id = 'dreamwork' AND d.credits_cost IS DISTINCT FROM (s.prices ->> d.model)::numeric`},
	})
}

func TestChats(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	check(t, db, []rule{
		{"chats that did not change with their last message", `SELECT count(*) FROM chat c
			WHERE updated_at <> (SELECT max(created_at) FROM message m WHERE m.chat_id = c.id) OR created_at > (SELECT min(created_at) FROM message m WHERE m.chat_id = c.id)`},
		{"chats that are pinned and put away", `SELECT count(*) FROM chat WHERE pinned AND archived`},
		{"messages that do not follow the one before, or speak out of turn", `
			SELECT count(*) FROM (SELECT m.*, lag(id) OVER chat AS before, lag(role) OVER chat AS role_before FROM message m WINDOW chat AS (PARTITION BY chat_id ORDER BY created_at, id)) m
			WHERE parent_id IS DISTINCT FROM before OR role = role_before OR role = 'assistant' AND role_before IS DISTINCT FROM 'user' OR role = 'system' AND before IS NOT NULL`},
		{"messages of another user", `SELECT count(*) FROM message m JOIN chat c ON c.id = m.chat_id WHERE m.user_id <> c.user_id`},
		{"answers of unbelievable length", `SELECT count(*) FROM message WHERE octet_length(content) > 4000 OR role = 'assistant' AND octet_length(content) < 80`},
		{"texts with a slot left open", `SELECT count(*) FROM (SELECT content FROM message UNION ALL SELECT title FROM chat) x (text) WHERE text ~ '[{](subject|setting|style|light|detail|n)[}]'`},
	})
}

func TestSkew(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	for what, query := range map[string]string{
		"a few users have most of the tasks": `SELECT (SELECT sum(n) FROM (SELECT count(*) AS n FROM (` + allTasks + `) t GROUP BY user_id ORDER BY 1 DESC LIMIT 20) x) > 12000`,
		"nobody has nearly all of them":      `SELECT max(n) < 10000 FROM (SELECT count(*) AS n FROM (` + allTasks + `) t GROUP BY user_id) x`,
		"many users are dormant":             `SELECT count(*) > 100 FROM users WHERE last_active_at < '2025-11-01'`,
		"dormant users have old tasks":       `SELECT count(*) > 5 FROM (SELECT FROM (` + allTasks + `) t GROUP BY user_id HAVING max(submitted) < '2025-11-01') x`,
		"some are pending":                   `SELECT count(*) > 3 FROM users WHERE role = 'pending'`,
		"some have no balance":               `SELECT count(*) BETWEEN 10 AND 150 FROM users WHERE id NOT IN (SELECT user_id FROM credit)`,
		"tasks have equal times":             `SELECT count(*) - count(DISTINCT (user_id, submitted)) > 2000 FROM (` + allTasks + `) t`,
		"but only a few at a time":           `SELECT max(n) BETWEEN 3 AND 12 FROM (SELECT count(*) AS n FROM (` + allTasks + `) t GROUP BY user_id, submitted) x`,
		"messages have equal times":          `SELECT count(*) - count(DISTINCT (chat_id, created_at)) > 500 FROM message`,
		"users have equal times":             `SELECT max(n) >= 5 FROM (SELECT count(*) AS n FROM users GROUP BY created_at) x`,
		"some chats are long, most short":    `SELECT max(n) > 150 AND percentile_disc(0.5) WITHIN GROUP (ORDER BY n) < 6 FROM (SELECT count(*) AS n FROM message GROUP BY chat_id) x`,
		"one task in twenty to seven fails":  `SELECT avg((status IN ('FAILURE', 'FAILED'))::int) BETWEEN 0.05 AND 0.15 FROM (` + allTasks + `) t`,
		"models are open, closed and shared": `SELECT count(*) FILTER (WHERE access_control IS NULL) > 0 AND count(*) FILTER (WHERE access_control = '{}') > 0 AND count(*) FILTER (WHERE access_control #> '{read,user_ids}' ? 'demo-user') > 0 AND count(*) FILTER (WHERE NOT is_active) > 0 FROM models`,
	} {
		expect(t, db, what, "true", query)
	}
}

func TestDemoUserHasSomethingOfEverything(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	for what, query := range map[string]string{
		"tasks":       `SELECT count(*) BETWEEN 100 AND 1000 FROM (` + allTasks + `) t WHERE user_id = 'demo-user'`,
		"states":      `SELECT string_agg(DISTINCT status, ',' ORDER BY status) = 'CANCELLED,FAILED,FAILURE,IN_PROGRESS,MODAL,NOT_START,PENDING,SUBMITTED,SUCCESS,THROTTLED' FROM (` + allTasks + `) t WHERE user_id = 'demo-user'`,
		"services":    `SELECT count(DISTINCT (service, status = 'SUCCESS')) = 6 FROM (` + allTasks + `) t WHERE user_id = 'demo-user'`,
		"chats":       `SELECT count(*) > 10 AND bool_or(pinned) AND bool_or(archived) AND NOT bool_and(archived) FROM chat WHERE user_id = 'demo-user'`,
		"a long chat": `SELECT max(n) > 100 FROM (SELECT count(*) AS n FROM message WHERE user_id = 'demo-user' GROUP BY chat_id) x`,
		"files":       `SELECT count(*) > 5 FROM file WHERE user_id = 'demo-user'`,
		"images":      `SELECT count(*) > 50 FROM generated_files WHERE user_id = 'demo-user'`,
		"a balance":   `SELECT credit > 0 FROM credit WHERE user_id = 'demo-user'`,
	} {
		expect(t, db, what, "true", query)
	}
}

// TestEveryPictureIsAnswered asks for all kinds of addresses that the rows hold, at their base.
func TestEveryPictureIsAnswered(t *testing.T) {
	t.Parallel()
	pictures := http.StripPrefix(demo.DefaultImageBase, demo.Pictures())
	rows, err := seeded(t).Query(`
		SELECT url FROM (SELECT profile_image_url AS url FROM users UNION ALL SELECT image_url FROM mj_tasks UNION ALL SELECT cloud_image_url FROM flux_tasks
			UNION ALL SELECT input_image_url FROM flux_tasks UNION ALL SELECT input_image FROM dreamwork_tasks UNION ALL SELECT cloud_url FROM generated_files) x
		WHERE url IS NOT NULL ORDER BY md5(url) LIMIT 2000`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	kinds := map[string]bool{}
	for rows.Next() {
		var url string
		if err := rows.Scan(&url); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		pictures.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, url, nil))
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", url, answer.Code)
		}
		kinds[strings.Split(url, "/")[2]] = true
	}
	if rows.Err() != nil || len(kinds) != 4 { // midjourney, cloud, uploads, avatars
		t.Errorf("%v, kinds %v", rows.Err(), kinds)
	}
}
