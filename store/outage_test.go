package store_test

import (
	"context"
	"testing"

	"atelier/domain"
	"atelier/embedded"
	"atelier/migrations"
	"atelier/store"
	"atelier/store/storetest"
)

// cluster is a PostgreSQL of the test's own, which can be stopped and started again.
type cluster struct {
	options embedded.Options
	*embedded.Cluster
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{options: embedded.Options{Dir: t.TempDir(), Settings: map[string]string{
		"fsync": "off", "shared_buffers": "16MB", "max_prepared_transactions": "2",
	}}}
	c.start(t)
	t.Cleanup(func() {
		c.stop(t, false)
		// Root's is not in the test's folder, which is closed to the user that PostgreSQL runs as.
		if err := embedded.Destroy(context.WithoutCancel(t.Context()), c.options); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *cluster) start(t *testing.T) {
	t.Helper()
	var err error
	if c.Cluster, err = embedded.Open(context.WithoutCancel(t.Context()), c.options); err != nil {
		t.Fatal(err)
	}
}

// stop ends PostgreSQL, hard if there is no time for those who are connected.
func (c *cluster) stop(t *testing.T, hard bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	if hard {
		cancel()
	}
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

// While PostgreSQL is away everything is Unavailable; once it is back the same store works on.
func TestAnOutage(t *testing.T) {
	t.Parallel()
	for name, hard := range map[string]bool{"stopped": false, "crashed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			if err := migrations.Up(t.Context(), c.URL("")); err != nil {
				t.Fatal(err)
			}
			w := worldAt(t, c.URL(""), store.Config{MaxConns: 3})
			w.users(t, "u")
			w.chats(t, "u", "c")
			w.useAll(t, 3)
			interrupted := w.interrupt(t)
			c.stop(t, hard)
			wantCode(t, <-interrupted, domain.Unavailable)
			w.wantUnavailable(t)
			c.start(t)
			w.recover(t)
		})
	}
}

// useAll opens n connections that hold prepared statements.
func (w *world) useAll(t *testing.T, n int) {
	t.Helper()
	release := w.lock(t, `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`)
	var reading []<-chan error
	for range n {
		reading = append(reading, start(func() error { return second(w.Role(t.Context(), "u")) }))
	}
	w.awaitWaiting(t, n)
	release()
	for _, done := range reading {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

// interrupt starts a change that waits, and will still when the server ends.
func (w *world) interrupt(t *testing.T) <-chan error {
	t.Helper()
	w.lock(t, lockTheChat)
	interrupted := start(func() error { return second(w.RenameChat(t.Context(), "c", "u", "renamed")) })
	w.awaitWaiting(t, 1)
	return interrupted
}

func (w *world) wantUnavailable(t *testing.T) {
	t.Helper()
	for range 4 { // More often than there are connections that have yet to learn of it.
		wantCode(t, second(w.Role(t.Context(), "u")), domain.Unavailable)
		wantCode(t, second(w.Chats(t.Context(), []domain.UserID{"u"}, domain.ChatFilter{}, domain.Page{Limit: 1})), domain.Unavailable)
		wantCode(t, second(w.CreateChat(t.Context(), "d", "u", "new")), domain.Unavailable)
		wantCode(t, second(w.SetRole(t.Context(), "u", domain.RoleUser)), domain.Unavailable)
		wantCode(t, w.Ping(t.Context()), domain.Unavailable)
	}
}

// recover expects every kind of access to work at once.
func (w *world) recover(t *testing.T) {
	t.Helper()
	for range 4 {
		if role, err := w.Role(t.Context(), "u"); err != nil || role != domain.RoleUser {
			t.Errorf("read: %q, %v", role, err)
		}
		if _, err := w.RenameChat(t.Context(), "c", "u", "renamed"); err != nil {
			t.Errorf("change: %v", err)
		}
		if _, err := w.SetRole(t.Context(), "u", domain.RoleUser); err != nil {
			t.Errorf("transaction: %v", err)
		}
	}
}

// Connections that PostgreSQL dropped while nobody looked are replaced without anyone noticing.
func TestConnectionsThatWereDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	const others = ` FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	for range 3 {
		w.useAll(t, 5)
		w.exec(t, `SELECT pg_terminate_backend(pid)`+others)
		w.awaitTrue(t, `SELECT count(*) = 0`+others)
		w.stillReads(t)
	}
}

// So are those that hold a prepared change.
func TestAChangeOnAConnectionThatWasDropped(t *testing.T) {
	t.Parallel()
	w := worldAt(t, storetest.New(t), store.Config{MaxConns: 1})
	w.users(t, "u")
	w.chats(t, "u", "c")
	for range 3 {
		if _, err := w.RenameChat(t.Context(), "c", "u", "renamed"); err != nil {
			t.Fatal(err)
		}
		const other = ` FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
		w.exec(t, `SELECT pg_terminate_backend(pid)`+other)
		w.awaitTrue(t, `SELECT count(*) = 0`+other)
	}
}

// endsItsSessionSQL makes the server leave in the middle of a new chat, and counts how often, which no rollback undoes.
const endsItsSessionSQL = `
CREATE SEQUENCE tries;
CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	PERFORM nextval('tries'), pg_terminate_backend(pg_backend_pid());
	RETURN NEW;
END $$;
CREATE TRIGGER leave BEFORE INSERT ON chat FOR EACH ROW EXECUTE FUNCTION leave()`

// A change may have been made when its connection is lost, so it is not sent again.
func TestAChangeIsSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, endsItsSessionSQL)
	wantCode(t, second(w.CreateChat(t.Context(), "c", "u", "new")), domain.Unavailable)
	if tries := w.text(t, `SELECT last_value FROM tries`); tries != "1" {
		t.Errorf("the change was sent %s times", tries)
	}
}

// stillReads expects reads to work, however many connections have yet to learn that they are gone.
func (w *world) stillReads(t *testing.T) {
	t.Helper()
	for range 6 {
		if role, err := w.Role(t.Context(), "u"); err != nil || role != domain.RoleUser {
			t.Errorf("%q, %v", role, err)
		}
	}
}
