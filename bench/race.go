package bench

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// connectionCounts are those at which server and limit are compared.
var connectionCounts = []int{1, 16, 64}

// side is a server in the race.
type side struct {
	*subject
	operation func(contest) operation
	windows   map[string][]window // By contest and connections.
}

func serverOperation(c contest) operation { return c.server }
func limitOperation(c contest) operation  { return c.limit }

// settingExecutor chooses the executor.
const settingExecutor = "EXECUTOR"

// race is part two: the server beside the handler written by hand, and beside itself with the generated executor.
func (r *run) race(ctx context.Context) error {
	same := map[string]string{"GOGC": strconv.Itoa(r.GOGC)}
	maps.Copy(same, cacheOff())
	server, err := r.startServer(ctx, "server", same)
	if err != nil {
		return err
	}
	defer server.stop()
	if err := r.findDeepCursor(ctx, server); err != nil {
		return err
	}
	habits, err := r.habits(ctx, server)
	if err != nil {
		return err
	}
	limit, err := r.startFixture(ctx, FixtureLimit, r.after, map[string]string{"GOGC": strconv.Itoa(r.GOGC)}, habits...)
	if err != nil {
		return err
	}
	defer limit.stop()
	sides := []*side{newSide(server, serverOperation), newSide(limit, limitOperation)}
	same[settingExecutor] = "generated"
	generated, err := r.startServer(ctx, "generated", same)
	if err != nil {
		return err
	}
	defer generated.stop()
	sides = append(sides, newSide(generated, serverOperation))
	for _, s := range sides[1:] {
		if err := r.sameBytes(sides[0], s); err != nil {
			return err
		}
	}
	if err := r.raceRounds(ctx, sides); err != nil {
		return err
	}
	return r.raced(ctx, sides)
}

func newSide(s *subject, operation func(contest) operation) *side {
	return &side{s, operation, map[string][]window{}}
}

// findDeepCursor walks half-way down the tasks of the user who has most of them.
func (r *run) findDeepCursor(ctx context.Context, server *subject) (err error) {
	const pageSize = 20
	r.deepCursor, err = server.walk(ctx, q3Query, map[string]any{"user": userID(r.people.Prolific.ID)}, r.people.Prolific.Tasks/2/pageSize)
	return err
}

// habits finds out what the server does for each request besides the operation, so that the limit does the same: whether it
// reads the caller's role every time, and whether it joins the balance to the user.
func (r *run) habits(ctx context.Context, server *subject) (args []string, err error) {
	var rounds [2]window
	contests := r.contests()
	for i, c := range []contest{contests[0], contests[3]} {
		if _, err = server.one(c.server, 0); err != nil { // What is remembered for a while is remembered now.
			return nil, err
		}
		if rounds[i], err = server.measure(ctx, c.server, 1, warmUp, 0); err != nil {
			return nil, err
		}
	}
	const users, credit = metricStatements + `{table="users"}`, metricStatements + `{table="credit"}`
	if rounds[0].per(users) < 1.5 {
		args = append(args, "--remembers-roles")
		r.report.Notes = append(r.report.Notes, "the server remembers roles for a while, and so does the limit")
	}
	if rounds[1].per(credit) < 0.5 {
		args = append(args, "--joins-credit")
		r.report.Notes = append(r.report.Notes, "the server reads one user and the balance in one statement, and so does the limit")
	}
	return args, nil
}

// drawsCompared is how many requests of each operation are compared byte for byte.
const drawsCompared = 20

// sameBytes makes sure that two sides answer with the same bytes.
func (r *run) sameBytes(a, b *side) error {
	for _, c := range r.contests() {
		for seed := range uint64(drawsCompared) {
			want, err := a.one(a.operation(c), seed)
			if err != nil {
				return err
			}
			got, err := b.one(b.operation(c), seed)
			if err != nil {
				return err
			}
			if !bytes.Equal(want, got) {
				return fmt.Errorf("%s: %s and %s answer with different bytes: %s", c.name, a.name, b.name, difference(want, got))
			}
		}
	}
	r.report.Notes = append(r.report.Notes, fmt.Sprintf("%s and %s answered with the same bytes", a.name, b.name))
	return nil
}

// difference shows where two texts part.
func difference(a, b []byte) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	from := max(0, at-60)
	return fmt.Sprintf("at byte %d\n%.160s\n%.160s", at, a[from:], b[from:])
}

func (r *run) raceRounds(ctx context.Context, sides []*side) error {
	contests := r.contests()
	s := &steps{report: r.Progress, what: "the limit", total: len(contests) * len(connectionCounts) * len(sides) * (r.Rounds + 1)}
	for round := range r.Rounds + 1 { // The first only warms up.
		turn := slices.Clone(sides)
		if round%2 == 1 {
			slices.Reverse(turn)
		}
		for _, c := range contests {
			for _, connections := range connectionCounts {
				for _, side := range turn {
					key := contestKey(c.name, connections)
					windows := side.windows[key]
					if err := r.side(ctx, side.subject, side.operation(c), connections, round, &windows); err != nil {
						return err
					}
					side.windows[key] = windows
					s.step()
				}
			}
		}
	}
	return nil
}

func contestKey(name string, connections int) string { return name + " " + strconv.Itoa(connections) }

func (s *side) load(name string, connections int) Load {
	windows := s.windows[contestKey(name, connections)]
	all := latency(windows)
	return Load{
		PerSecond: median(windows, window.perSecond), P50: all.Median, P99: all.P99,
		ServerCPU:    each(windows, func(w window) time.Duration { return w.serverCPU }),
		DatabaseCPU:  each(windows, func(w window) time.Duration { return w.databaseCPU }),
		GeneratorCPU: each(windows, func(w window) time.Duration { return w.generatorCPU }),
		Statements:   median(windows, func(w window) float64 { return w.per(metricStatements) }),
		Allocated:    median(windows, func(w window) float64 { return w.per(metricAllocated) }),
	}
}

// raced turns what was measured into the tables and the targets.
func (r *run) raced(ctx context.Context, sides []*side) error {
	for _, c := range r.contests() {
		r.report.Notes = append(r.report.Notes, c.name+": "+c.what)
		for _, connections := range connectionCounts {
			server := sides[0].load(c.name, connections)
			r.report.Limits = append(r.report.Limits, Limit{c.name, connections, server, sides[1].load(c.name, connections)})
			r.report.Executors = append(r.report.Executors, Executor{c.name, connections, sides[2].load(c.name, connections), server})
		}
	}
	found, err := sides[0].scrape(ctx)
	if err != nil {
		return err
	}
	r.report.Targets = append(r.limitTargets(), residentTarget(found[metricResident]))
	return nil
}

// What the server must reach.
const (
	wantedRatio    = 0.9
	wantedP50      = 1.5
	wantedResident = 64 << 20
)

// wantedGain is how many times the generated executor's requests/s ours must reach.
var wantedGain = map[string]float64{"Q1": 3, "Q2": 5}

func (r *run) limitTargets() (targets []Target) {
	for _, l := range r.report.Limits {
		if l.Connections == clients {
			targets = append(targets, Target{
				l.Operation + ": requests/s by the limit's", fmt.Sprintf("≥ %.2f", wantedRatio), fmt.Sprintf("%.2f", l.Ratio()),
				verdict(l.Ratio() >= wantedRatio),
			})
		}
		if l.Connections == 1 && l.Operation == "Q2" {
			ratio := l.Server.P50 / l.Limit.P50
			targets = append(targets, Target{
				"Q2: p50 at one connection by the limit's", fmt.Sprintf("≤ %.1f", wantedP50), fmt.Sprintf("%.2f", ratio), verdict(ratio <= wantedP50),
			})
		}
	}
	for _, e := range r.report.Executors {
		if wanted, isTarget := wantedGain[e.Operation]; isTarget && e.Connections == clients {
			targets = append(targets, Target{
				e.Operation + ": requests/s by the generated executor's", fmt.Sprintf("≥ %.0f", wanted), fmt.Sprintf("%.1f", e.Ratio()) + r.ceiling(e),
				verdict(e.Ratio() >= wanted),
			})
		}
	}
	return targets
}

// ceiling says how many times the generated executor's requests/s the limit reached beside it: PostgreSQL takes its part on every side, so that
// a target beyond this is hardly in reach for what executes GraphQL besides.
func (r *run) ceiling(e Executor) string {
	for _, l := range r.report.Limits {
		if l.Operation == e.Operation && l.Connections == e.Connections {
			return fmt.Sprintf(" (the limit itself: %.1f)", l.Limit.PerSecond/e.Generated.PerSecond)
		}
	}
	return ""
}

func residentTarget(bytes float64) Target {
	t := Target{What: "resident memory of the server after these runs, its caches off", Wanted: fmt.Sprintf("≤ %d MiB", wantedResident>>20)}
	t.Found, t.Verdict = fmt.Sprintf("%.0f MiB", bytes/(1<<20)), verdict(bytes <= wantedResident && !math.IsNaN(bytes))
	return t
}
