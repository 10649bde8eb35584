package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"atelier/relay"
)

// row is one measurement of before and after.
type row struct {
	pair
	connections   int
	before, after []window
}

// compare is part one: the old backend and the server, the same data, in turns.
func (r *run) compare(ctx context.Context) error {
	before, err := r.startFixture(ctx, FixtureBefore, r.before, nil)
	if err != nil {
		return err
	}
	defer before.stop()
	after, err := r.startServer(ctx, "after", nil)
	if err != nil {
		return err
	}
	defer after.stop()
	rows, err := r.rows(ctx, after)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := agree(before, after, row.pair); err != nil {
			return err
		}
	}
	if err := r.rounds(ctx, "before and after", before, after, rows); err != nil {
		return err
	}
	return r.compared(ctx, before, after, rows)
}

// clients is how many ask at once where requests/s are counted.
const clients = 16

// deepest is how many rows down the list of everyone's tasks the deep page is at most.
const deepest = 20_000

// rows are the measurements, by name. It asks the server for the cursors of deep pages.
func (r *run) rows(ctx context.Context, after *subject) ([]*row, error) {
	const pageSize = 20
	busiest := r.people.Busiest
	userDepth, allDepth := busiest.Tasks/2/pageSize, min(deepest, r.people.Midjourney/2)/pageSize
	userCursor, err := after.walk(ctx, userTasksQuery, map[string]any{"id": userID(busiest.ID)}, userDepth)
	if err != nil {
		return nil, err
	}
	allCursor, err := after.walk(ctx, allTasksQuery, map[string]any{}, allDepth)
	if err != nil {
		return nil, err
	}
	return []*row{
		{pair: r.mix(), connections: 1},
		{pair: r.userList(), connections: 1},
		{pair: r.tasksOf("task page, first", busiest.ID, 1, nil), connections: 1},
		{pair: r.tasksOf("task page, deep", busiest.ID, userDepth+1, userCursor), connections: 1},
		{pair: r.tasksOf("task page, dormant user", r.people.Dormant.ID, 1, nil), connections: 1},
		{pair: r.allTasks("task page, deep in everyone's", allDepth+1, allCursor), connections: 1},
		{pair: r.pageLoad(), connections: 1},
		{pair: r.mix(), connections: clients},
	}, nil
}

// walk goes so many pages down a list and returns the cursor that it came to; nil at the top.
func (s *subject) walk(ctx context.Context, query string, variables map[string]any, pages int) (*string, error) {
	var cursor *string
	for range pages {
		variables["after"] = cursor
		body, err := s.one(operation{name: "walk", fill: graphQL(query, variables)}, 0)
		if err != nil {
			return nil, err
		}
		end := endCursor.find(body)
		if end == "" || ctx.Err() != nil {
			return nil, fmt.Errorf("the list ends before its middle: %.200s", body)
		}
		cursor = &end
	}
	return cursor, nil
}

// rounds measures all rows on both sides, again and again, each time in the other order.
func (r *run) rounds(ctx context.Context, what string, before, after *subject, rows []*row) error {
	s := &steps{report: r.Progress, what: what, total: 2 * len(rows) * (r.Rounds + 1)}
	for round := range r.Rounds + 1 { // The first only warms up.
		for _, row := range rows {
			sides := []func() error{
				func() error { return r.side(ctx, before, row.pair.before, row.connections, round, &row.before) },
				func() error { return r.side(ctx, after, row.pair.after, row.connections, round, &row.after) },
			}
			if round%2 == 1 {
				slices.Reverse(sides)
			}
			for _, side := range sides {
				if err := side(); err != nil {
					return err
				}
				s.step()
			}
		}
	}
	return nil
}

// side measures one side of something in a round, whose number draws the requests; round 0 warms up and is not counted.
func (r *run) side(ctx context.Context, s *subject, o operation, connections, round int, windows *[]window) error {
	duration := r.Duration
	if round == 0 {
		duration = min(duration, warmUp)
	}
	w, err := s.measure(ctx, o, connections, duration, round)
	if err == nil && round > 0 {
		*windows = append(*windows, w)
	}
	return err
}

// warmUp is long enough for connections and statements to be there, and for caches to hold what is asked for most.
const warmUp = 300 * time.Millisecond

// Promises of requirements.
var (
	promisedAPI      = Promise{"200–500 → 50–150 ms, −70 %", 150, 0.70}
	promisedDatabase = Promise{"50–200 → 10–50 ms, −75 %", 50, 0.75}
	promisedUsers    = Promise{"800 → 200 ms, −75 %", 200, 0.75}
	promisedTasks    = Promise{"300 → 80 ms, −73 %", 80, 0.73}
	promisedRate     = Promise{"50 → 200+ requests/s, +300 %", 200, 3}
	promisedMemory   = Promise{"−30 %", 0, 0.30}
	promisedLoad     = Promise{"−50 %", 0, 0.50}
	promisedRepeats  = Promise{"−80 %", 0, 0.80}
)

// compared turns what was measured into the table.
func (r *run) compared(ctx context.Context, before, after *subject, rows []*row) error {
	mix, mixAtMany := rows[0], rows[len(rows)-1]
	out := []Comparison{
		{What: "API time, a mix of requests", Unit: "ms", Before: latency(mix.before), After: latency(mix.after), Promise: promisedAPI},
		inDatabase(mix),
	}
	promises := []Promise{promisedUsers, promisedTasks, promisedTasks, promisedTasks, promisedTasks, promisedLoad}
	for i, row := range rows[1 : len(rows)-1] {
		out = append(out, Comparison{
			What: row.pair.after.name, Unit: "ms", Before: latency(row.before), After: latency(row.after), Promise: promises[i],
		})
	}
	out = append(out, Comparison{
		What: fmt.Sprintf("requests/s at %d clients, the same mix", clients), Unit: "/s", MoreIsBetter: true, Promise: promisedRate,
		Before: alone(median(mixAtMany.before, window.perSecond)), After: alone(median(mixAtMany.after, window.perSecond)),
	}, Comparison{
		What: "memory allocated for a request", Unit: "kB", Promise: promisedMemory,
		Before: alone(median(mixAtMany.before, allocated)), After: alone(median(mixAtMany.after, allocated)),
	})
	resident, err := r.resident(ctx, before, after)
	if err != nil {
		return err
	}
	repeats, err := r.repeats(after)
	if err != nil {
		return err
	}
	out = append(out, resident, repeats, Comparison{
		What: "requests to follow a task to its end", Unit: "", Before: nothing, After: nothing, Promise: promisedRepeats,
		Missing: "this version has no subscriptions",
	})
	r.report.Comparisons = out
	return nil
}

func allocated(w window) float64 { return w.per(metricAllocated) / 1000 }

// inDatabase is the time that statements took for a request, by each server's own count: a mean, since that is what they
// tell; its place beside the other medians is the median over rounds.
func inDatabase(mix *row) Comparison {
	spent := func(w window) float64 { return w.per(metricInDatabase) * 1000 }
	return Comparison{
		What: "time in the database for a request", Unit: "ms", Promise: promisedDatabase,
		Before: alone(median(mix.before, spent)), After: alone(median(mix.after, spent)),
	}
}

func (r *run) resident(ctx context.Context, before, after *subject) (Comparison, error) {
	c := Comparison{What: "memory resident after the runs", Unit: "MiB", Promise: promisedMemory}
	for _, side := range []struct {
		*subject
		into *Figure
	}{{before, &c.Before}, {after, &c.After}} {
		found, err := side.scrape(ctx)
		if err != nil {
			return c, err
		}
		*side.into = alone(found[metricResident] / (1 << 20))
	}
	return c, nil
}

// agree makes sure that both sides answer with the same rows, so that the comparison is one of equals. Operations that
// draw or that load several things are made of ones that are checked.
func agree(before, after *subject, p pair) error {
	if p.before.load != nil {
		return nil
	}
	old, err := before.one(p.before, 1)
	if err != nil {
		return err
	}
	ours, err := after.one(p.after, 1)
	if err != nil {
		return err
	}
	want, err := oldIDs(old)
	if err != nil {
		return err
	}
	got, err := ourIDs(ours)
	if err != nil {
		return err
	}
	if !slices.Equal(want, got) {
		return fmt.Errorf("%s: before answers with the rows %v, after with %v", p.before.name, want, got)
	}
	return nil
}

// oldIDs returns the ids of a page of the old backend, or that of a single thing.
func oldIDs(body []byte) ([]string, error) {
	var answer struct {
		ID    string `json:"id"`
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("read %.100s: %w", body, err)
	}
	ids := []string{}
	if answer.Items == nil {
		return append(ids, answer.ID), nil
	}
	for _, item := range answer.Items {
		ids = append(ids, item.ID)
	}
	return ids, nil
}

// ourIDs returns the keys of the innermost list of nodes of an answer, or that of a single thing.
func ourIDs(body []byte) ([]string, error) {
	if at := bytes.LastIndex(body, []byte(`"nodes":`)); at >= 0 {
		body = body[at:]
	}
	ids := []string{}
	for _, id := range idField.findAll(body) {
		parsed, err := relay.ParseID(id)
		if err != nil {
			return nil, err
		}
		ids = append(ids, parsed.Key)
	}
	return ids, nil
}
