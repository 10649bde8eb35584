package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// settingCache switches the cache of resolver results and whole answers, where there is one.
const settingCache = "CACHE"

func hasCache() bool { return hasSetting(settingCache) }

// cacheOff are the settings of a server without its caches.
func cacheOff() map[string]string {
	if !hasCache() {
		return nil
	}
	return map[string]string{settingCache: "off"}
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
	if err := r.uncached(ctx, with, without); err != nil {
		return err
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
	found, err := with.scrape(ctx)
	if err != nil {
		return err
	}
	t := Target{What: "hit rate of the cache in this mix", Wanted: fmt.Sprintf("≥ %.2f", wantedHits), Found: "the server does not tell"}
	if found.has(metricCacheHits) {
		rate := found.sum(metricCacheHits)
		t.Found, t.Verdict = fmt.Sprintf("%.2f", rate), verdict(rate >= wantedHits)
	}
	r.report.Targets = append(r.report.Targets, t)
	return nil
}

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
