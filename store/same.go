package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// ErrOtherDatabase says that what is to tell of a database's changes is connected to another.
var ErrOtherDatabase = errors.New("DATABASE_LISTEN_URL leads to another database (or schema) than DATABASE_URL")

// SameDatabase returns ErrOtherDatabase where two addresses lead to different databases, servers or schemas. Where either cannot be reached, which
// is not known: then it fails with something else.
func SameDatabase(ctx context.Context, url, listenURL string) error {
	ctx, done := context.WithTimeout(ctx, logPatience)
	defer done()
	err := withConn(ctx, listenURL, logSettings(), func(conn *sql.Conn) error { return proveSame(ctx, conn, url) })
	if err != nil {
		return fmt.Errorf("compare the databases: %w", err)
	}
	return nil
}

// withConn connects for as long as use takes.
func withConn(ctx context.Context, url string, settings map[string]string, use func(*sql.Conn) error) error {
	connector, err := newConnector(url, settings)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return use(conn)
}

// proveSame proves that a connection is to the database that an address leads to. What is stored proves nothing, since copies of a server have it
// too, down to its identifier; a lock that is held in one is found by the other only in the same database of the same running server. It needs
// no rights, and passes a pooler. The connection is one beside the pool: while that is exhausted, the feed must be able to come back.
func proveSame(ctx context.Context, conn *sql.Conn, url string) error {
	settings := sessionSettings(logTimeout) // What a pooler lets pass for the store, it lets pass here.
	return withConn(ctx, url, settings, func(other *sql.Conn) error {
		lock := newLock()
		tx, err := other.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		var schema, seenSchema sql.NullString
		if err := tx.QueryRowContext(ctx, `SELECT current_schema() FROM pg_advisory_xact_lock($1)`, lock).Scan(&schema); err != nil {
			return err
		}
		var isFree bool
		err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1), current_schema()`, lock).Scan(&isFree, &seenSchema)
		if err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err // It may have lost the lock before.
		}
		if isFree || schema != seenSchema {
			return ErrOtherDatabase
		}
		return nil
	})
}

// newLock is the number of a lock that nobody else takes.
func newLock() int64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // It does not fail.
	return int64(binary.NativeEndian.Uint64(raw[:]))
}

const identitySQL = `
SELECT s.system_identifier || '-' || d.oid || '-' || n.oid
FROM pg_control_system() s, pg_database d, pg_namespace n
WHERE d.datname = current_database() AND n.nspname = current_schema()`

// Identity tells this database and schema from all others, but for copies of its server's files. It is the same for all replicas, for as long as the
// database lives, and empty where the role may not know.
func (s *Store) Identity(ctx context.Context) (identity string, err error) {
	err = s.db.QueryRowContext(ctx, identitySQL).Scan(&identity)
	if pq.As(err, pqerror.InsufficientPrivilege) != nil {
		return "", nil //nolint:nilerr // Documented.
	}
	return identity, translate(ctx, err)
}
