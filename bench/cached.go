package bench

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Settings that switch caches off: of resolver results, and of whole answers.
const (
	settingCache   = "CACHE"
	settingAnswers = "ANSWER_CACHE_BYTES"
)

func hasCache() bool { return hasSetting(settingCache) || hasSetting(settingAnswers) }

// cacheOff are the settings of a server without its caches.
func cacheOff() map[string]string {
	return known(map[string]string{settingCache: "off", settingAnswers: "0"})
}

// known leaves the settings that this version has.
func known(settings map[string]string) map[string]string {
	maps.DeleteFunc(settings, func(name, _ string) bool { return !hasSetting(name) })
	return settings
}

// What the cache must reach.
const (
	wantedHits  = 0.85
	wantedWhole = 0.4
	// wantedUncached is what is left of the requests/s of reads that no cache holds.
	wantedUncached = 0.95
)

// cached is part three: the server with its cache and without, in turns.
func (r *run) cached(ctx context.Context) error {
	if !hasCache() {
		r.report.Notes = append(r.report.Notes, "the cache was not measured: this version has none")
		return nil
	}
	with, err := r.startServer(ctx, "with its cache", nil)
	if err != nil {
		return err
	}
	defer with.stop()
	without, err := r.startServer(ctx, "without its cache", cacheOff())
	if err != nil {
		return err
	}
	defer without.stop()
	if err := r.day(ctx, with, without); err != nil {
		return err
	}
	if hasSetting(settingCache) {
		if err := r.hits(ctx); err != nil {
			return err
		}
	}
	if err := r.uncached(ctx, with, without); err != nil {
		return err
	}
	if !hasSetting(settingAnswers) {
		r.report.Notes = append(r.report.Notes, "whole answers were not measured: this version keeps none")
		return nil
	}
	return r.whole(ctx, with)
}

// day is what clients do in the course of one: popular things often, and a write now and then.
func (r *run) day(ctx context.Context, with, without *subject) error {
	mix, err := r.popular()
	if err != nil {
		return err
	}
	alone := &row{pair: pair{mix, mix}, connections: 1}
	many := &row{pair: pair{mix, mix}, connections: clients}
	if err := r.rounds(ctx, "the cache", without, with, []*row{alone, many}); err != nil {
		return err
	}
	r.report.Cache = append(r.report.Cache,
		Comparison{What: "API time, reads by popularity with 5 % writes", Unit: "ms", Before: latency(alone.before), After: latency(alone.after)},
		Comparison{
			What: fmt.Sprintf("the same at %d clients", clients), Unit: "/s", MoreIsBetter: true,
			Before: aloneOf(many.before), After: aloneOf(many.after),
		},
	)
	whole := median(many.after, func(w window) float64 {
		return (w.after.sum(metricWhole) - w.before.sum(metricWhole)) / float64(w.requests())
	})
	r.report.Notes = append(r.report.Notes, fmt.Sprintf("%.0f %% of the mix by popularity was answered whole from memory", 100*whole))
	return nil
}

// hits asks for the same mix of a server that keeps no whole answers, which would leave the cache of resolver results with
// what nobody asked for before. It begins empty, and is counted when it has been asked for a while.
func (r *run) hits(ctx context.Context) error {
	mix, err := r.popular()
	if err != nil {
		return err
	}
	server, err := r.startServer(ctx, "resolver results alone", known(map[string]string{settingAnswers: "0"}))
	if err != nil {
		return err
	}
	defer server.stop()
	duration := time.Duration(r.Rounds) * r.Duration
	if _, err := server.run(ctx, mix, clients, duration, 0); err != nil {
		return err
	}
	w, err := server.measure(ctx, mix, clients, duration, 1)
	if err != nil {
		return err
	}
	r.wantRatio("hit rate of the cache in this mix", wantedHits, w.hitRate())
	return nil
}

// hitRate is how many of the values that were asked for needed no loading.
func (w window) hitRate() float64 {
	grew := func(matches func(labels string) bool) float64 {
		return w.after.where(metricCache, matches) - w.before.where(metricCache, matches)
	}
	loaded := grew(isLoaded)
	hits := grew(func(labels string) bool { return !isLoaded(labels) && strings.Contains(labels, `result="hit"`) })
	return hits / (hits + loaded)
}

func isLoaded(labels string) bool { return strings.Contains(labels, `tier="database"`) }

func aloneOf(windows []window) Figure { return alone(median(windows, window.perSecond)) }

// uncached asks for what no cache can hold yet: each page of a user's tasks in another size.
func (r *run) uncached(ctx context.Context, with, without *subject) error {
	o := r.neverAgain()
	reads := &row{pair: pair{o, o}, connections: clients}
	if err := r.rounds(ctx, "reads that no cache holds", without, with, []*row{reads}); err != nil {
		return err
	}
	before, after := aloneOf(reads.before), aloneOf(reads.after)
	r.report.Cache = append(r.report.Cache, Comparison{
		What: "reads that no cache holds", Unit: "/s", MoreIsBetter: true, Before: before, After: after,
	})
	r.wantRatio("reads that no cache holds, by those without a cache", wantedUncached, after.Median/before.Median)
	return nil
}

// whole compares answers that are cached whole with the same bytes written from memory by a handler that does nothing else.
func (r *run) whole(ctx context.Context, with *subject) error {
	operations := []operation{
		{name: "a page of 50 users", fill: graphQL(wholeListQuery, nil)},
		{name: "20 users with tasks, chats and messages", fill: graphQL(wholeNestedQuery, nil)},
	}
	dir, err := os.MkdirTemp("", "atelier-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	args := []string{}
	for i, o := range operations {
		body, err := with.one(o, 0)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(file, body, 0o600); err != nil {
			return err
		}
		args = append(args, "--file", file)
	}
	bytes, err := r.startFixture(ctx, FixtureStatic, r.after, nil, args...)
	if err != nil {
		return err
	}
	defer bytes.stop()
	return r.wholeRounds(ctx, with, bytes, operations)
}

func (r *run) wholeRounds(ctx context.Context, with, bytes *subject, operations []operation) error {
	rows := make([]*row, len(operations))
	for i, o := range operations {
		rows[i] = &row{pair: pair{operation{name: o.name, fill: rest(fixed("/" + strconv.Itoa(i)))}, o}, connections: clients}
	}
	if err := r.rounds(ctx, "whole answers", bytes, with, rows); err != nil {
		return err
	}
	for i, o := range operations {
		ratio := aloneOf(rows[i].after).Median / aloneOf(rows[i].before).Median
		r.wantRatio("whole answers by the same bytes from memory: "+o.name, wantedWhole, ratio)
	}
	return nil
}

func (r *run) wantRatio(what string, wanted, ratio float64) {
	r.report.Targets = append(r.report.Targets, Target{
		what, fmt.Sprintf("≥ %.2f", wanted), fmt.Sprintf("%.2f", ratio), verdict(ratio >= wanted),
	})
}
