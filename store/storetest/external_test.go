package storetest

import (
	"strings"
	"testing"
)

// external is a run's cluster taken for a server of somebody else's, with a role that may make databases and nothing more.
func external(t *testing.T) (adminURL string) {
	t.Helper()
	r, _ := ownedRun(t)
	must(t, execute(r.cluster.URL("postgres"), `CREATE ROLE tester LOGIN CREATEDB`))
	return strings.Replace(r.cluster.URL("postgres"), "user=atelier", "user=tester", 1)
}

func connect(t *testing.T, adminURL string) *server {
	t.Helper()
	owner, _ := spawnOwner(t)
	s, err := connectExternal(t.Context(), adminURL, owner)
	must(t, err)
	t.Cleanup(s.die)
	return s
}

// die does what the end of the process does to its connections.
func (s *server) die() {
	_ = s.alive.Close()
	_ = s.admin.Close()
}

func TestExternalServer(t *testing.T) {
	t.Parallel()
	s := connect(t, external(t))
	template, err := s.migrated(t.Context())
	must(t, err)
	test := &fakeTest{TB: t}
	url := s.copyFor(t.Context(), test, template)
	want(t, url, `SELECT current_user || ' ' || (to_regclass('users') IS NOT NULL)`, "tester true")
	filled, err := s.filled(t.Context(), "rows", func(url string) error { return execute(url, `CREATE TABLE filled AS SELECT 7 AS n`) })
	must(t, err)
	want(t, s.copyFor(t.Context(), test, filled), `SELECT n FROM filled`, "7")
	test.end()
	want(t, s.url("postgres"), `SELECT count(*) FROM pg_database WHERE datname LIKE 'atelier\_test\_%'`, "2") // templates
}

func TestExternalServerIsSweptOfDeadRuns(t *testing.T) {
	t.Parallel()
	adminURL := external(t)
	dead, alive := connect(t, adminURL), connect(t, adminURL)
	deadURL := dead.copyFor(t.Context(), &fakeTest{TB: t}, emptyTemplate)
	aliveURL := alive.copyFor(t.Context(), &fakeTest{TB: t}, emptyTemplate)
	failed := &fakeTest{TB: t, failed: true}
	keptURL := dead.copyFor(t.Context(), failed, emptyTemplate)
	failed.end()
	dead.die()
	eventually(t, "the dead run's database is swept", func() bool {
		connect(t, adminURL).die() // its lock goes when the server notices
		_, err := query(deadURL, `SELECT 1`)
		return err != nil
	})
	want(t, aliveURL, `SELECT 1`, "1")
	want(t, keptURL, `SELECT 1`, "1")

	must(t, execute(adminURL, `COMMENT ON DATABASE `+databaseOf(keptURL)+` IS '2001-01-01T00:00:00Z'`))
	connect(t, adminURL).die()
	if _, err := query(keptURL, `SELECT 1`); err == nil {
		t.Error("a failed test's database outlives its day")
	}
}

func databaseOf(url string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(url, "postgres:///"), "?")
	return name
}

func TestUnreachableExternalServer(t *testing.T) {
	t.Parallel()
	owner, _ := spawnOwner(t)
	_, err := connectExternal(t.Context(), "postgres:///postgres?host="+t.TempDir(), owner)
	if err == nil || !strings.Contains(err.Error(), "TEST_DATABASE_URL") {
		t.Errorf("got error %v, want one that names TEST_DATABASE_URL", err)
	}
}

func TestURLWithAnotherDatabase(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"postgres://me:it%27s@db.example:5433/old?sslmode=disable": "postgres://me:it%27s@db.example:5433/new?sslmode=disable",
		"postgresql://db.example":                                  "postgresql://db.example/new",
		"postgres:///old?host=/run/pg&dbname=older":                "postgres:///new?host=%2Frun%2Fpg",
		"host=/run/pg dbname=old":                                  "host=/run/pg dbname=old dbname='new'",
	} {
		if got := withDatabase(base, "new"); got != want {
			t.Errorf("%s: got %s, want %s", base, got, want)
		}
	}
}
