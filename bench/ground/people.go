package ground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"atelier/bench/connect"
)

// People are whom and what the benchmark asks about.
type People struct {
	Busiest  User   // Who has the most Midjourney tasks.
	Dormant  User   // Whose newest Midjourney task is the oldest of all.
	Prolific User   // Who has the most tasks of all services together.
	Users    []User // Some of all, by chance, without admins and pending ones.
	Chats    []Chat // Some of all, by chance.

	ProlificChats []Chat // The latest three of the prolific user.
	Midjourney    int    // Tasks of all users.
}

// User is a user and how many tasks they have; Name is given for Users alone.
type User struct {
	ID, Name string
	Tasks    int
}

// Chat is a chat with what it takes to write to it.
type Chat struct{ ID, Owner, Title string }

const (
	busiestSQL = `SELECT user_id, '', count(*) FROM mj_tasks GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1`
	dormantSQL = `SELECT user_id, '', count(*) FROM mj_tasks GROUP BY user_id ORDER BY max(submit_time), user_id LIMIT 1`

	prolificSQL = `
SELECT user_id, '', count(*) FROM (
	SELECT user_id FROM mj_tasks UNION ALL SELECT user_id FROM flux_tasks UNION ALL SELECT user_id FROM dreamwork_tasks
) t GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1`

	someUsersSQL = `SELECT id, name, 0 FROM users WHERE role = 'user' ORDER BY md5(id) LIMIT $1`
	someChatsSQL = `SELECT id, user_id, title FROM chat ORDER BY md5(id) LIMIT $1`

	latestChatsSQL = `SELECT id, user_id, title FROM chat WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT 3`
	midjourneySQL  = `SELECT count(*) FROM mj_tasks`
)

// some is how many users and chats are drawn at most.
const some = 1000

// People looks for them.
func (g *Ground) People(ctx context.Context) (p People, err error) {
	db, err := connect.Open(g.After, 1)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, one := range []struct {
		sql  string
		into *User
	}{{busiestSQL, &p.Busiest}, {dormantSQL, &p.Dormant}, {prolificSQL, &p.Prolific}} {
		if err := db.QueryRowContext(ctx, one.sql).Scan(&one.into.ID, &one.into.Name, &one.into.Tasks); err != nil {
			return p, fmt.Errorf("look for a user with tasks: %w", err)
		}
	}
	if err := db.QueryRowContext(ctx, midjourneySQL).Scan(&p.Midjourney); err != nil {
		return p, fmt.Errorf("count tasks: %w", err)
	}
	if p.Users, err = read(ctx, db, someUsersSQL, some, placesOfUser); err != nil {
		return p, err
	}
	if p.Chats, err = read(ctx, db, someChatsSQL, some, placesOfChat); err != nil {
		return p, err
	}
	p.ProlificChats, err = read(ctx, db, latestChatsSQL, p.Prolific.ID, placesOfChat)
	if err == nil && (len(p.Users) == 0 || len(p.Chats) == 0) {
		err = errors.New("the benchmark needs users and chats: choose a larger scale")
	}
	return p, err
}

func placesOfUser(u *User) []any { return []any{&u.ID, &u.Name, &u.Tasks} }
func placesOfChat(c *Chat) []any { return []any{&c.ID, &c.Owner, &c.Title} }

func read[T any](ctx context.Context, db *sql.DB, text string, arg any, places func(*T) []any) (found []T, err error) {
	rows, err := db.QueryContext(ctx, text, arg)
	if err != nil {
		return nil, fmt.Errorf("look for users and chats: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var item T
		if err := rows.Scan(places(&item)...); err != nil {
			return nil, err
		}
		found = append(found, item)
	}
	return found, rows.Err()
}
