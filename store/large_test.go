package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"atelier/demo"
	"atelier/domain"
	"atelier/store"
	"atelier/store/storetest"
)

// large is a database whose tables are large enough for plans to be those of a large platform, and who is looked at in it.
type large struct {
	*world
	dormant domain.UserID   // A handful of rows of each kind, older than all others.
	busy    domain.UserID   // Thousands of tasks.
	users   []domain.UserID // These two, and others.
	chats   []domain.ChatID
	tasks   []domain.OwnedTask
}

const dormantRows = `
INSERT INTO users (id, name, email, role, created_at) VALUES ('dormant', 'Dora Mant', 'dora@example.com', 'user', '2019-01-01');
INSERT INTO mj_tasks (id, user_id, action, status, submit_time) SELECT 'dormant-' || i, 'dormant', 'IMAGINE', CASE i WHEN 1 THEN 'FAILURE' ELSE 'SUCCESS' END, timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 5) i;
INSERT INTO flux_tasks (id, user_id, model, status, created_at) SELECT 'dormant-' || i, 'dormant', 'flux-dev', 'SUCCESS', timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 5) i;
INSERT INTO dreamwork_tasks (id, user_id, action, status, submit_time) SELECT 'dormant-' || i, 'dormant', 'TEXT_TO_IMAGE', 'SUCCESS', timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 5) i;
INSERT INTO chat (id, user_id, title, updated_at) SELECT 'dormant-' || i, 'dormant', 'old', timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 3) i;
INSERT INTO message (id, chat_id, user_id, role, content, created_at) SELECT 'dormant-' || i, 'dormant-1', 'dormant', 'user', 'hello', timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 3) i;
INSERT INTO file (id, user_id, filename, created_at) SELECT 'dormant-' || i, 'dormant', 'old.png', timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 3) i;
INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id, created_at) SELECT 'dormant-' || i, 'dormant', 'old.png', 'image', 'midjourney', 'dormant-' || i, timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 3) i;
INSERT INTO credit_log (id, user_id, kind, delta, balance_after, created_at) SELECT 'dormant-' || i, 'dormant', 'GRANT', 1, i, timestamptz '2019-02-01' + i * interval '1 day' FROM generate_series(1, 3) i`

// largeSize has as many rows for each user as a large platform; what plans turn on is that, and that tables are not small.
var largeSize = demo.Size{Users: 2_000, Tasks: 120_000, Chats: 20_000, Messages: 160_000}

// largeNow is when the demo in the large database takes place.
var largeNow = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

func fillLarge(size demo.Size) func(url string) error {
	return func(url string) error {
		if _, err := demo.Seed(context.Background(), url, demo.Options{Size: size, Now: largeNow}); err != nil {
			return err
		}
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		_, err = db.Exec(dormantRows)
		return errors.Join(err, db.Close())
	}
}

func newLarge(t testing.TB) *large {
	t.Helper()
	size, name := largeSize, "store large"
	if testing.Short() {
		size, name = demo.Size{Users: size.Users / 2, Tasks: size.Tasks / 2, Chats: size.Chats / 2, Messages: size.Messages / 2}, "store medium"
	}
	l := &large{world: worldAt(t, storetest.Template(t, name, fillLarge(size)), store.Config{StatementTimeout: time.Minute}), dormant: "dormant"}
	l.busy = domain.UserID(l.text(t, `SELECT user_id FROM mj_tasks GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`))
	l.users = append([]domain.UserID{l.dormant, l.busy}, keys[domain.UserID](l.column(t, `SELECT id FROM users WHERE id NOT IN ('dormant', $1) ORDER BY id LIMIT 48`, string(l.busy)))...)
	l.chats = keys[domain.ChatID](l.column(t, `
		(SELECT chat_id FROM message GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) UNION ALL (SELECT 'dormant-1') UNION ALL (SELECT id FROM chat WHERE user_id <> 'dormant' ORDER BY id LIMIT 48)`))
	for _, task := range l.column(t, `SELECT id || ' ' || user_id FROM mj_tasks ORDER BY id LIMIT 50`) {
		key, owner, _ := strings.Cut(task, " ")
		l.tasks = append(l.tasks, domain.OwnedTask{ID: domain.TaskID{Service: domain.Midjourney, Key: key}, UserID: domain.UserID(owner)})
	}
	return l
}
