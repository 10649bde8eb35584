package cache

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/domain"
)

// TestTheTable holds the table to what was asked for.
func TestTheTable(t *testing.T) {
	t.Parallel()
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s%s %v %s", e.name, strings.TrimRight("/"+e.shape, "/"), e.lives.shared, e.scope))
	}
	want := []string{
		"user_info 10m0s public", "model_list 30m0s access rules", "ai_config 1h0m0s public", "task_status/light 1m0s public",
		"task_status/full 1m0s public", "user_stats 15m0s public", "model/light 5m0s public", "model/full 5m0s public",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, e := range entries {
		if e.lives.local > e.lives.shared || e.lives.shared > maxLifetime || len(e.dropped) == 0 || e.version == 0 {
			t.Errorf("%s: %+v", e.name, e)
		}
	}
	if finished.shared <= time.Minute || finished.shared > maxLifetime {
		t.Errorf("finished tasks are kept for %v", finished)
	}
}

func TestLifetimesFollowTheValue(t *testing.T) {
	t.Parallel()
	task := &domain.FluxTask{TaskBase: domain.TaskBase{Status: domain.TaskRunning}}
	if got := TaskStatus.lifetimeOf(task); got != (lifetime{time.Minute, time.Minute}) {
		t.Errorf("a running task: %v", got)
	}
	task.Status = domain.TaskFailed
	if got := TaskStatus.lifetimeOf(task); got != finished {
		t.Errorf("a finished task: %v", got)
	}
}

// TestStatisticsEndWithTheMonth also where they were worked out before its end, and came after it.
func TestStatisticsEndWithTheMonth(t *testing.T) {
	t.Parallel()
	january := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for before, came := range map[time.Duration]time.Duration{time.Minute: -30 * time.Second, time.Second: 2 * time.Second} {
		s := &domain.Statistics{AsOf: january.Add(-before)}
		it := newItem(UserStats, UserStats.keyOf("u"), s, true, 0, nil, january.Add(came))
		if it.expires.After(january) || it.lasts.After(january) {
			t.Errorf("worked out %v before the month ends, they came at %v and stay until %v, %v", before, came, it.expires, it.lasts)
		}
	}
}

// TestWhatAChangeDrops says which keys a change concerns, and that it concerns no others.
func TestWhatAChangeDrops(t *testing.T) {
	t.Parallel()
	change := domain.Change{Kind: domain.RowsUpdated, IDs: []string{"i1", "i2"}, Owners: []string{"o1"}, Parents: []string{"p1"}}
	at := func(table domain.Table, adapt ...func(*domain.Change)) domain.Change {
		c := change
		c.Table = table
		for _, a := range adapt {
			a(&c)
		}
		return c
	}
	inserted := func(c *domain.Change) { c.Kind = domain.RowsInserted }
	handedOver := func(c *domain.Change) { c.Owners = []string{"o1", "o2"} }
	anyRow := func(c *domain.Change) { *c = domain.Change{Table: c.Table, Kind: c.Kind, All: true} }
	truncated := func(c *domain.Change) { *c = domain.Change{Table: c.Table, Kind: domain.RowsTruncated} }
	flux := func(key string) domain.TaskID { return domain.TaskID{Service: domain.Flux, Key: key} }
	fluxKeys := []key{TaskStatus.keyOf(flux("i1")), TaskStatus.keyOf(flux("i2")), TaskStatusFull.keyOf(flux("i1")), TaskStatusFull.keyOf(flux("i2"))}
	for name, one := range map[string]struct {
		change  domain.Change
		keys    []key
		entries []byte
	}{
		"users":             {at(domain.TableUsers), []key{UserInfo.keyOf("i1"), UserInfo.keyOf("i2")}, nil},
		"any user":          {at(domain.TableUsers, anyRow), nil, []byte{UserInfo.index}},
		"truncated users":   {at(domain.TableUsers, truncated), nil, []byte{UserInfo.index}},
		"credit":            {at(domain.TableCredit), nil, nil},
		"ledger":            {at(domain.TableCreditLog, inserted), []key{UserStats.keyOf("o1")}, nil},
		"progress":          {at(domain.TableFlux), fluxKeys, nil},
		"new tasks":         {at(domain.TableFlux, inserted), append(slices.Clone(fluxKeys), UserStats.keyOf("o1")), nil},
		"tasks handed over": {at(domain.TableFlux, handedOver), append(slices.Clone(fluxKeys), UserStats.keyOf("o1"), UserStats.keyOf("o2")), nil},
		"any task":          {at(domain.TableFlux, anyRow), nil, []byte{TaskStatus.index, TaskStatusFull.index, UserStats.index}},
		"models": {
			at(domain.TableModels),
			[]key{Models.keyOf("i1"), Models.keyOf("i2"), ModelsFull.keyOf("i1"), ModelsFull.keyOf("i2")}, []byte{ModelList.index},
		},
		"services": {at(domain.TableAIServices), []key{AIConfig.keyOf("i1"), AIConfig.keyOf("i2")}, nil},
		"chats":    {at(domain.TableChat), nil, nil},
		"files":    {at(domain.TableFile), nil, nil},
	} {
		got := concernedBy([]domain.Change{one.change})
		want := map[key]struct{}{}
		for _, k := range one.keys {
			want[k] = struct{}{}
		}
		if !reflect.DeepEqual(got.keys, want) || !slices.Equal(got.entries, one.entries) {
			t.Errorf("%s: %d keys and entries %v, want %d and %v", name, len(got.keys), got.entries, len(want), one.entries)
		}
	}
}

func TestKeysCannotCollideByConcatenation(t *testing.T) {
	t.Parallel()
	if join("a:b", "c") == join("a", "b:c") || join("a", "") == join("", "a") || join("a") == join("a", "") {
		t.Error("different parts are spelt the same")
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.StringMatching(`[ab:\x00\x01]{0,3}`))
		one, two := parts.Draw(t, "one"), parts.Draw(t, "two")
		if (join(one...) == join(two...)) != slices.Equal(one, two) {
			t.Fatalf("%q and %q are spelt %q and %q", one, two, join(one...), join(two...))
		}
	})
	seen := map[key]string{}
	for _, e := range entries {
		for _, joined := range []string{"", join(""), join("a"), join("a", "b")} {
			k, name := e.keyOf(joined), fmt.Sprintf("%s/%s %q", e.name, e.shape, joined)
			if was, isKnown := seen[k]; isKnown {
				t.Errorf("%s and %s share a key", name, was)
			}
			seen[k] = name
		}
	}
}

func TestListsOfModelsAreApartByWhatTheViewerSees(t *testing.T) {
	t.Parallel()
	scopes := []ModelScope{{}, {Access: "admin"}, {Access: "user u1"}, {Access: "user u2"}, {Access: "user u1", Full: true}, {Access: "user u1", IncludeInactive: true}}
	seen := map[key]bool{}
	for _, s := range scopes {
		if k := ModelList.keyOf(s); seen[k] {
			t.Errorf("%+v shares a key", s)
		} else {
			seen[k] = true
		}
	}
}
