// Package connect opens a database for the fixtures of the benchmark as the server opens it: the same driver, the same
// session settings, a pool that keeps its connections.
//
// It must not know the server's store.
package connect

import (
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "github.com/lib/pq" // The driver.
)

// session is what every connection begins with; store/ gives the reasons. The time zone is the one that the API shows.
var session = map[string]string{"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}

// Open returns a pool of at most maxConns connections to a postgres:// URL. It does not connect yet.
func Open(address string, maxConns int) (*sql.DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	query := u.Query()
	for name, value := range session {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	db, err := sql.Open("postgres", u.String())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}
