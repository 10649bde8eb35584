package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"
)

// prefix begins the name of every database that this package makes.
const prefix = "atelier_test_"

// emptyTemplate is PostgreSQL's own, which nobody can connect to, and so nobody hinders the copying.
const emptyTemplate = "template0"

// server is where the databases are made.
type server struct {
	admin    *sql.DB                      // on a database that this package never drops
	url      func(database string) string // what to connect to a database with
	run      string                       // eight hex digits, the same in all processes of a run
	strategy string                       // the end of CREATE DATABASE
	keep     func(database string) error  // what else to do so that a failed test's database stays
	alive    *sql.Conn                    // holds the lock that says that this process lives; external servers only

	mu        sync.Mutex
	templates map[string]func() error // by database name; each makes its template once
}

// shared is the server of this process.
var shared = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	owner, err := findOwner()
	if err != nil {
		return nil, err
	}
	if url := os.Getenv("TEST_DATABASE_URL"); url != "" {
		return connectExternal(ctx, url, owner)
	}
	r, err := joinRun(ctx, runsDir(), owner)
	if err != nil {
		return nil, err
	}
	return r.server(ctx)
})

// adminConnections bounds the connections that one process uses to make and drop databases.
const adminConnections = 8

// newServer connects to a server, adminURL being that of a database that stays.
func newServer(ctx context.Context, adminURL string, url func(string) string, owner process) (*server, error) {
	admin, err := sql.Open("postgres", adminURL)
	if err != nil {
		return nil, err
	}
	admin.SetMaxOpenConns(adminConnections)
	s := &server{
		admin:     admin,
		url:       url,
		run:       runID(owner),
		keep:      func(string) error { return nil },
		templates: map[string]func() error{},
	}
	var version int
	if err := admin.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return nil, errors.Join(fmt.Errorf("connect: %w", err), admin.Close())
	}
	if version >= 150000 {
		s.strategy = " STRATEGY FILE_COPY" // half the time of the default; older ones know no other
	}
	return s, nil
}

func runID(owner process) string {
	host, _ := os.Hostname()
	return digest(host + " " + owner.key())
}

// digest is eight hex digits of a hash.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// lockKey is the advisory lock of a name.
func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte("atelier storetest " + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// copyFor makes a database for one test.
func (s *server) copyFor(ctx context.Context, t testing.TB, template string) string {
	t.Helper()
	name := prefix + s.run + "_" + plain(t.Name(), 24) + "_" + strings.ToLower(rand.Text()[:10])
	if err := s.create(ctx, s.admin, name, template); err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	t.Cleanup(func() { s.leave(t, name) })
	return s.url(name)
}

// plain returns the letters and digits of text, n at most.
func plain(text string, n int) string {
	var out strings.Builder
	for _, r := range strings.ToLower(text) {
		if (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') && out.Len() < n {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// leave ends a test's use of its database.
func (s *server) leave(t testing.TB, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if t.Failed() {
		t.Logf("the database is kept: %s", s.url(name))
		if err := s.keep(name); err != nil {
			t.Logf("though not for long: %v", err)
		}
		return
	}
	if err := s.drop(ctx, s.admin, name); err != nil {
		t.Logf("drop the test's database: %v", err)
	}
}

// execer is a pool or one connection of it.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (s *server) create(ctx context.Context, on execer, name, template string) error {
	return do(ctx, on, "CREATE DATABASE "+pq.QuoteIdentifier(name)+" TEMPLATE "+pq.QuoteIdentifier(template)+s.strategy)
}

func (s *server) drop(ctx context.Context, on execer, name string) error {
	return do(ctx, on, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(name)+" WITH (FORCE)")
}

func do(ctx context.Context, on execer, statement string, args ...any) error {
	if _, err := on.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
