package server

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"atelier/config"
	"atelier/store"
	"atelier/store/storetest"
)

func TestTheStateOfTheFeedIsTold(t *testing.T) {
	t.Parallel()
	var log buffer
	s := startLogging(t, settings(storetest.New(t)), &log)
	eventually(t, "the feed is live, as the metrics tell", func() bool {
		_, body := get(t, s.URL()+"/metrics")
		return strings.Contains(body, `change_feed_state{state="live"} 1`) && strings.Contains(body, "change_feed_lag_seconds ")
	})
	_, err := s.store.DB().ExecContext(t.Context(), `ALTER TABLE users DISABLE TRIGGER atelier_tell_insert`)
	must(t, err)
	eventually(t, "the feed is blind", func() bool {
		_, body := get(t, s.URL()+"/metrics")
		return strings.Contains(body, `change_feed_state{state="blind"} 1`)
	})
	if status, body := get(t, s.URL()+"/readyz"); status != 200 {
		t.Errorf("not ready without the feed: %d %s", status, body)
	}
	if text := log.String(); strings.Count(text, "state=blind") != 1 || strings.Count(text, "state=live") != 1 {
		t.Errorf("the log tells each state once: %s", text)
	}
}

func TestTheFeedMayBeOff(t *testing.T) {
	t.Parallel()
	c := settings(storetest.New(t))
	c.ChangeFeed = "off"
	s := start(t, c)
	if _, body := get(t, s.URL()+"/metrics"); strings.Contains(body, "change_feed") || s.feed != nil {
		t.Errorf("it is followed: %s", body)
	}
}

func TestAFeedOfAnotherDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	c := settings(storetest.New(t))
	c.ListenURL = config.Address(storetest.New(t))
	s, err := New(t.Context(), c, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if s != nil {
		_ = s.Close()
	}
	if !errors.Is(err, store.ErrOtherDatabase) || !strings.Contains(err.Error(), "DATABASE_LISTEN_URL") {
		t.Errorf("not refused: %v", err)
	}
	c.ListenURL = c.DatabaseURL + "&application_name=direct" // Another way to the same one.
	live := start(t, c)
	eventually(t, "the feed is live", func() bool { return live.feed.Stats().State == store.FeedLive })
}
