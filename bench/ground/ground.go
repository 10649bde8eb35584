// Package ground is what the benchmark stands on: a PostgreSQL, databases with demo data of a chosen size, one with all
// indexes and one with those of primary keys alone, and whom to ask about in them.
//
// It owns the databases whose names begin with atelier_bench_, and touches no others.
package ground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/lib/pq"

	"atelier/bench/connect"
	"atelier/demo"
	"atelier/embedded"
	"atelier/migrations"
)

// Options say where, and how large.
type Options struct {
	// Server is the postgres:// URL of a server where databases may be made. Empty: atelier's own, in Dir.
	Server string
	Dir    string
	Scale  string    // Names the databases.
	Size   demo.Size // Of the demo data.
	Log    *slog.Logger
	// Progress is told how far the work of that name is. May be nil.
	Progress func(what string, done, total int)
}

// Ground is a PostgreSQL with the databases in it. It must be closed.
type Ground struct {
	cluster *embedded.Cluster // Nil on a server of somebody else's.
	server  *sql.DB
	url     func(database string) string

	After, Before string // The URLs of the databases: with all indexes, and with those of primary keys.
	Secret        []byte // Signs the tokens of all servers that are compared.
}

// randomSeed and now choose the demo data: the same in every run, so that a database may be used again.
const randomSeed = 1

var now = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// Open makes what is not there yet.
func Open(ctx context.Context, o Options) (_ *Ground, err error) {
	g := &Ground{Secret: []byte("the benchmark's own secret, which signs nothing else")}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Close())
		}
	}()
	if err := g.reach(ctx, o); err != nil {
		return nil, err
	}
	after, before := "atelier_bench_"+o.Scale, "atelier_bench_"+o.Scale+"_before"
	g.After, g.Before = g.url(after), g.url(before)
	if err := g.make(ctx, after, func(name string) error { return g.fill(ctx, name, o) }); err != nil {
		return nil, err
	}
	if err := migrations.Up(ctx, g.After); err != nil { // One that an earlier version made.
		return nil, err
	}
	return g, g.make(ctx, before, func(name string) error { return g.strip(ctx, after, name) })
}

// closeLimit is how long atelier's own PostgreSQL may take to stop properly.
const closeLimit = 30 * time.Second

// Close lets go of PostgreSQL. The databases stay, for the next run.
func (g *Ground) Close() error {
	var err error
	if g.server != nil {
		err = g.server.Close()
	}
	if g.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		err = errors.Join(err, g.cluster.Close(ctx))
	}
	return err
}

func (g *Ground) reach(ctx context.Context, o Options) (err error) {
	if o.Server == "" {
		if g.cluster, err = embedded.Attach(ctx, embedded.Options{Dir: o.Dir, Log: o.Log}); err != nil {
			return err
		}
		g.url = g.cluster.URL
	} else {
		address, err := url.Parse(o.Server)
		if err != nil || address.Scheme != "postgres" && address.Scheme != "postgresql" {
			return errors.New("the server of the benchmark is given as a URL: postgres://user:password@host/postgres")
		}
		g.url = func(database string) string {
			named := *address
			named.Path = "/" + database
			return named.String()
		}
	}
	if g.server, err = connect.Open(g.url("postgres"), 2); err != nil {
		return err
	}
	return g.server.PingContext(ctx)
}

const isThereSQL = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`

// make lets build make a database under another name, unless it is there, and renames it when it is whole: what an
// interrupted run left behind is made again.
func (g *Ground) make(ctx context.Context, name string, build func(name string) error) error {
	var isThere bool
	if err := g.server.QueryRowContext(ctx, isThereSQL, name).Scan(&isThere); err != nil || isThere {
		return err
	}
	work := name + "_unfinished"
	if err := g.run(ctx, `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(work)); err != nil {
		return err
	}
	if err := build(work); err != nil {
		return fmt.Errorf("make the database %s: %w", name, err)
	}
	return g.run(ctx, `ALTER DATABASE `+pq.QuoteIdentifier(work)+` RENAME TO `+pq.QuoteIdentifier(name))
}

func (g *Ground) run(ctx context.Context, statement string) error {
	if _, err := g.server.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%.60s: %w", statement, err)
	}
	return nil
}

func (g *Ground) fill(ctx context.Context, name string, o Options) error {
	if err := g.run(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(name)); err != nil {
		return err
	}
	address := g.url(name)
	if err := migrations.Up(ctx, address); err != nil {
		return err
	}
	options := demo.Options{Size: o.Size, RandomSeed: randomSeed, Now: now}
	if o.Progress != nil {
		options.Progress = func(done, total int) { o.Progress("making demo data, "+o.Scale, done, total) }
	}
	_, err := demo.Seed(ctx, address, options)
	return err
}

// strip copies a database and takes away every index that is not a primary key's, and the constraints that stand on them.
func (g *Ground) strip(ctx context.Context, from, name string) error {
	if err := g.run(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(name)+` TEMPLATE `+pq.QuoteIdentifier(from)); err != nil {
		return err
	}
	db, err := connect.Open(g.url(name), 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, stripSQL); err != nil {
		return fmt.Errorf("drop indexes: %w", err)
	}
	_, err = db.ExecContext(ctx, `VACUUM ANALYZE`)
	return err
}

// Triggers go too: the old tables had none.
const stripSQL = `
DO $$
DECLARE statement text;
BEGIN
	FOR statement IN
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
		FROM pg_constraint WHERE contype IN ('u', 'x') AND connamespace = 'public'::regnamespace
		UNION ALL
		SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
		FROM pg_trigger WHERE NOT tgisinternal
	LOOP
		EXECUTE statement;
	END LOOP;
	FOR statement IN
		SELECT format('DROP INDEX %s', indexrelid::regclass)
		FROM pg_index JOIN pg_class c ON c.oid = indexrelid
		WHERE NOT indisprimary AND relnamespace = 'public'::regnamespace
	LOOP
		EXECUTE statement;
	END LOOP;
END $$`
