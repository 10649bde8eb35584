package store_test

import (
	"maps"
	"testing"
	"time"

	"atelier/domain"
)

func TestBalances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "rich", "poor", "none")
	w.exec(t, `INSERT INTO credit (id, user_id, credit) VALUES ('1', 'rich', 9999999999999999.9999), ('2', 'poor', 0.0001)`)
	balances, err := w.Balances(t.Context(), []domain.UserID{"rich", "poor", "none", "nobody"})
	got := map[domain.UserID]string{}
	for user, balance := range must(t, balances, err) {
		got[user] = balance.String()
	}
	if want := map[domain.UserID]string{"rich": "9999999999999999.9999", "poor": "0.0001"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if b := balances["none"]; b.String() != "0.0000" {
		t.Errorf("without a row: %s", b)
	}
}

// entryAt is a ledger entry for the statistics.
type entryAt struct {
	user, kind, delta, at string
}

func (w *world) ledger(t fataler, entries ...entryAt) {
	t.Helper()
	for _, e := range entries {
		w.exec(t, `INSERT INTO credit_log (id, user_id, kind, delta, balance_after, created_at) VALUES (gen_random_uuid(), $1, $2, $3, 0, $4)`, e.user, e.kind, e.delta, e.at)
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u", "v", "idle")
	w.tasks(t, []entry{
		{domain.Position{At: noon, ID: "a", Service: domain.Midjourney}, "u", "SUCCESS", 0},
		{domain.Position{At: noon, ID: "b", Service: domain.Midjourney}, "u", "FAILURE", 0},
		{domain.Position{At: noon, ID: "a", Service: domain.Flux}, "u", "SUCCESS", 0},
		{domain.Position{At: noon, ID: "a", Service: domain.Dreamwork}, "u", "SUCCESS", 0},
		{domain.Position{At: noon, ID: "b", Service: domain.Dreamwork}, "v", "SUCCESS", 0},
	})
	w.ledger(t,
		entryAt{"u", "HOLD", "-10", "2026-04-30T23:59:59.999999Z"}, // The last moment of April, in UTC.
		entryAt{"u", "HOLD", "-5", "2026-05-01T00:00:00Z"},
		entryAt{"u", "RELEASE", "5", "2026-05-02T00:00:00Z"},
		entryAt{"u", "HOLD", "-2.5", "2026-05-31T23:59:59.999999Z"},
		entryAt{"u", "SETTLE", "-0.0001", "2026-05-31T22:00:00-01:00"},
		entryAt{"u", "HOLD", "-100", "2026-06-01T00:00:00Z"},
		entryAt{"u", "GRANT", "1000", "2026-05-10T00:00:00Z"}, entryAt{"u", "PURCHASE", "1000", "2026-05-10T00:00:00Z"},
		entryAt{"u", "REFUND", "1000", "2026-05-10T00:00:00Z"}, entryAt{"u", "ADJUST", "-1000", "2026-05-10T00:00:00Z"},
		entryAt{"v", "RELEASE", "3", "2026-05-10T00:00:00Z"},
	)
	east := time.FixedZone("east", 14*60*60)
	for _, now := range []time.Time{noon, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 13, 59, 59, 0, east)} {
		read, err := w.Statistics(t.Context(), []domain.UserID{"u", "v", "idle", "nobody"}, now)
		must(t, read, err)
		wantStatistics(t, read["u"], now, 4, "112.5001", "2.5001")
		wantStatistics(t, read["v"], now, 1, "-3.0000", "-3.0000")
		wantStatistics(t, read["idle"], now, 0, "0.0000", "0.0000")
		wantStatistics(t, read["nobody"], now, 0, "0.0000", "0.0000")
	}
	read, err := w.Statistics(t.Context(), []domain.UserID{"u"}, time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC))
	must(t, read, err)
	wantStatistics(t, read["u"], time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC), 4, "112.5001", "100.0000")
}

func wantStatistics(t *testing.T, got *domain.Statistics, now time.Time, tasks int, total, month string) {
	t.Helper()
	if got == nil || got.TotalTasks != tasks || got.TotalCreditsUsed.String() != total || got.ThisMonthUsage.String() != month || !got.AsOf.Equal(now) || got.AsOf.Location() != time.UTC {
		t.Errorf("at %v: got %+v, want %d tasks, %s, %s", now, got, tasks, total, month)
	}
}

func TestCreditLogsByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withoutChecks(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO credit_log (id, user_id, kind, delta, balance_after, detail, task_id, task_service, created_at) VALUES
		('h', 'u', 'HOLD', -12.5, 87.5, '{"mode": "fast"}', 't', 'midjourney', $1), ('o', 'u', 'BONUS', 1, 88.5, NULL, 't', NULL, $1)`, noon)
	for _, full := range []bool{false, true} {
		found, err := w.CreditLogsByID(t.Context(), []domain.CreditLogID{"h", "o", "nothing"}, full)
		if must(t, found, err); len(found) != 2 {
			t.Fatalf("%d entries", len(found))
		}
		for _, l := range found {
			wantKind, wantService := domain.CreditHold, domain.Midjourney
			if l.ID == "o" {
				wantKind, wantService = domain.CreditOther, ""
			}
			if l.Kind != wantKind || l.TaskService != wantService || *l.TaskKey != "t" || l.UserID != "u" || !l.CreatedAt.Equal(noon) || (l.Detail != nil) != (full && l.ID == "h") {
				t.Errorf("full %t: got %+v", full, l)
			}
		}
	}
	for kind := range map[domain.CreditLogKind]bool{
		domain.CreditGrant: true, domain.CreditPurchase: true, domain.CreditRefund: true, domain.CreditAdjust: true, domain.CreditSettle: true, domain.CreditRelease: true,
	} {
		w.exec(t, `INSERT INTO credit_log (id, user_id, kind, delta, balance_after) VALUES ($1, 'u', $1, -0.0001, 0)`, kind)
		found, err := w.CreditLogsByID(t.Context(), []domain.CreditLogID{domain.CreditLogID(kind)}, false)
		if must(t, found, err)[0].Kind != kind || found[0].Delta.String() != "-0.0001" {
			t.Errorf("%s: got %+v", kind, found[0])
		}
	}
}
