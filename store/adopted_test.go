package store_test

import (
	"database/sql"
	"net/url"
	"testing"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/migrations"
	"atelier/store"
	"atelier/store/storetest"
)

// adoptedTables were there before Atelier: their ids are collated as the database is.
const adoptedTables = `
CREATE TABLE users (id varchar(64) PRIMARY KEY, name varchar(255) NOT NULL, email text NOT NULL UNIQUE, role text NOT NULL);
CREATE TABLE mj_tasks (id varchar(64) PRIMARY KEY, user_id varchar(64) NOT NULL, action text NOT NULL, prompt text);
CREATE TABLE chat (id text PRIMARY KEY, user_id text NOT NULL, title text NOT NULL)`

// newAdoptedWorld is a store on a database that sorts as dictionaries do, and that had some of the tables.
func newAdoptedWorld(t testing.TB) *world {
	t.Helper()
	address := newDictionary(t)
	if _, err := connect(t, address).Exec(adoptedTables); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	return worldAt(t, address, store.Config{})
}

// newDictionary makes a database in which "a" stands before "B". It is kept if the test fails.
func newDictionary(t testing.TB) string {
	t.Helper()
	address, err := url.Parse(storetest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	db := connect(t, address.String())
	name := address.Path[1:] + "_i"
	execute(t, db, `CREATE DATABASE `+pq.QuoteIdentifier(name)+` TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und'`)
	t.Cleanup(func() {
		if !t.Failed() {
			execute(t, db, `DROP DATABASE `+pq.QuoteIdentifier(name)+` WITH (FORCE)`)
		}
	})
	address.Path = "/" + name
	return address.String()
}

func execute(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// On tables whose ids are collated as dictionaries are, lists come from the indexes all the same, which spell out the order.
func TestIndexesServeAnAdoptedDatabase(t *testing.T) {
	t.Parallel()
	w := newAdoptedWorld(t)
	conn := w.conn(t)
	run(t, conn, `SET enable_seqscan = off; SET enable_bitmapscan = off`) // Tables without rows would be read whole.
	users, order := []domain.UserID{"u"}, domain.TaskOrder{Direction: domain.Descending}
	page := store.Read{Page: domain.Page{Limit: 5, After: middle, Before: middle}}
	number := store.Read{Number: domain.NumberedPage{Number: 2, Size: 5}}
	for name, s := range map[string]store.Statement{
		"users":          store.UsersStatement(domain.UserFilter{}, domain.UserOrder{Direction: domain.Descending}, page),
		"users by name":  store.UsersStatement(domain.UserFilter{}, domain.UserOrder{Field: domain.UsersByName}, page),
		"numbered users": store.UsersStatement(domain.UserFilter{}, domain.UserOrder{}, number),
		"tasks":          store.TasksStatement(domain.TaskFilter{}, order, page),
		"user's tasks":   store.UserTasksStatement(users, domain.TaskFilter{}, order, page),
		"numbered tasks": store.TasksStatement(domain.TaskFilter{}, order, number),
		"chats":          store.ChatsStatement(users, domain.ChatFilter{}, page),
		"messages":       store.MessagesStatement([]domain.ChatID{"c"}, page),
	} {
		plan := explain(t, conn, s).Plan
		plan.walk(func(n *node, above []*node) {
			if n.Relation != "" && (n.Type == "Seq Scan" || n.Index != n.Relation+"_pkey" && sortsBeforeLimit(above)) {
				t.Errorf("%s: %s on %s\n%s", name, n.Type, n.Relation, plan.outline())
			}
		})
	}
}
