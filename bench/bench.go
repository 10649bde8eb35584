package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"atelier/auth"
	"atelier/bench/ground"
	"atelier/config"
	"atelier/demo"
	"atelier/domain"
	"atelier/version"
)

// The parts of the benchmark.
const (
	PartBefore = "before" // Before and after.
	PartLimit  = "limit"  // The limit, and the generated executor.
	PartCache  = "cache"
)

// Parts returns all parts, in the order in which they run.
func Parts() []string { return []string{PartBefore, PartLimit, PartCache} }

// Options say what to measure, and how long.
type Options struct {
	Server string // See ground.Options.
	Dir    string
	Log    *slog.Logger

	Scale    string // One of SizeOf's.
	Rounds   int
	Duration time.Duration // Of each measurement in each round.
	Latency  time.Duration // Of a round trip to the database, on top of the local socket's. 0: none.
	GOGC     int           // Of the server and the limit in the comparison of both.
	Parts    []string      // Empty: all.

	// Progress is told how far the work of that name is. May be nil.
	Progress func(what string, done, total int)
}

func (o Options) check() error {
	if _, err := SizeOf(o.Scale); err != nil {
		return err
	}
	for _, part := range o.Parts {
		if !slices.Contains(Parts(), part) {
			return fmt.Errorf("--only is one of %s, not %q", strings.Join(Parts(), ", "), part)
		}
	}
	switch {
	case o.Rounds < 1 || o.Rounds > 100:
		return errors.New("--rounds is 1 to 100")
	case o.Duration < 10*time.Millisecond || o.Duration > time.Hour:
		return errors.New("--duration is 10ms to 1h")
	case o.Latency < 0 || o.Latency > time.Second:
		return errors.New("--latency is 0s to 1s")
	case o.GOGC < 10 || o.GOGC > 10_000:
		return errors.New("--gogc is 10 to 10000")
	}
	return nil
}

// UsageError is a complaint about options.
type UsageError struct{ error }

// Run measures. It takes as long as Rounds and Duration ask for, and longer where answers do.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	if err := o.check(); err != nil {
		return nil, UsageError{err}
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	size, err := SizeOf(o.Scale)
	if err != nil {
		return nil, err
	}
	g, err := ground.Open(ctx, ground.Options{
		Server: o.Server, Dir: o.Dir, Scale: o.Scale, Size: size, Log: o.Log, Progress: o.Progress,
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	r, err := newRun(ctx, o, g)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.about(size)
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{{PartBefore, r.compare}, {PartLimit, r.race}, {PartCache, r.cached}} {
		if len(o.Parts) > 0 && !slices.Contains(o.Parts, part.name) {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return nil, fmt.Errorf("part %q: %w", part.name, err)
		}
	}
	return r.report, nil
}

// run is a run of the benchmark.
type run struct {
	Options
	ground     *ground.Ground
	people     ground.People
	report     *Report
	token      string // The demo admin's.
	postmaster int
	farther    *farther // Nil without latency.

	after, before string // The databases as the servers reach them.

	deepCursor *string // Half-way down the prolific user's tasks.
}

// tokenLifetime is longer than any run.
const tokenLifetime = 48 * time.Hour

func newRun(ctx context.Context, o Options, g *ground.Ground) (*run, error) {
	r := &run{Options: o, ground: g, report: &Report{}, after: g.After, before: g.Before}
	var err error
	if r.people, err = g.People(ctx); err != nil {
		return nil, err
	}
	admin, _ := demo.Accounts()
	if r.token, err = r.tokenOf(admin.ID); err != nil {
		return nil, err
	}
	r.postmaster, _ = g.Postmaster(ctx)
	if o.Latency > 0 {
		err = r.moveAway(ctx)
	}
	return r, err
}

func (r *run) tokenOf(user string) (string, error) {
	return auth.Sign(r.ground.Secret, domain.UserID(user), "", tokenLifetime, time.Now())
}

// moveAway puts the latency between the servers and the database.
func (r *run) moveAway(ctx context.Context) (err error) {
	if r.farther, err = newFarther(ctx, r.after, r.Latency); err != nil {
		return err
	}
	if r.after, err = r.farther.through(r.after); err != nil {
		return err
	}
	r.before, err = r.farther.through(r.before)
	return err
}

func (r *run) close() error {
	if r.farther == nil {
		return nil
	}
	return r.farther.close()
}

func (r *run) about(size demo.Size) {
	r.report.About = []Fact{
		{"version", version.Current()},
		{"date", time.Now().UTC().Format("2006-01-02 15:04 MST")},
		{"machine", fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())},
		{"data", fmt.Sprintf("%s: %d users, %d tasks, %d chats, %d messages", r.Scale, size.Users, size.Tasks, size.Chats, size.Messages)},
		{"run", fmt.Sprintf("%d alternating rounds of %v for each measurement", r.Rounds, r.Duration)},
		{"database latency", r.Latency.String()},
	}
}

// maxConns is the pool of every server that is compared.
const maxConns = 16

// serverSettings are those of the server under load: its defaults, but for points to spend, and with a place at work for each
// connection, since on a busy machine some would wait for longer than a client may. Its log tells of trouble only, as the
// others' do.
func (r *run) serverSettings(more map[string]string) map[string]string {
	settings := map[string]string{
		"ADDR": "127.0.0.1:0", "DATABASE_URL": r.after, "JWT_SECRET": string(r.ground.Secret), "DB_MAX_CONNS": strconv.Itoa(maxConns),
		"DB_STATEMENT_TIMEOUT": "1m", "OPERATION_TIMEOUT": "1m", "RATE_LIMIT": "off", "MAX_OPERATIONS": "64", "LOG_LEVEL": "warn",
	}
	maps.Copy(settings, more)
	return settings
}

// hasSetting reports whether this version of the server knows a setting.
func hasSetting(variable string) bool {
	return slices.ContainsFunc(config.Settings(), func(s config.Setting) bool { return s.Variable == variable })
}

func (r *run) subject(p *process) *subject {
	return &subject{process: p, generator: generator{host: p.host, token: r.token}, postmaster: r.postmaster}
}

// startServer runs the real server.
func (r *run) startServer(ctx context.Context, name string, settings map[string]string) (*subject, error) {
	p, err := start(ctx, name, r.serverSettings(settings), "serve")
	if err != nil {
		return nil, err
	}
	return r.subject(p), nil
}

// startFixture runs one of the fixtures. The secret is not given as an argument, which everyone could read.
func (r *run) startFixture(ctx context.Context, name, database string, settings map[string]string, args ...string) (*subject, error) {
	all := map[string]string{"DATABASE_URL": database, "JWT_SECRET": string(r.ground.Secret), "DB_MAX_CONNS": strconv.Itoa(maxConns)}
	maps.Copy(all, settings)
	p, err := start(ctx, name, all, append([]string{"fixture", name}, args...)...)
	if err != nil {
		return nil, err
	}
	return r.subject(p), nil
}

// steps tells the progress of a part.
type steps struct {
	report      func(what string, done, total int)
	what        string
	done, total int
}

func (s *steps) step() {
	s.done++
	s.report(s.what, min(s.done, s.total), s.total)
}
