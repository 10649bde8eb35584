package server

import (
	"cmp"
	"context"
	"errors"
	"time"

	"atelier/domain"
	"atelier/metrics"
	"atelier/store"
)

// changeListener is told what changes in the database. It is called from one goroutine, and must not keep it waiting.
type changeListener interface {
	Changed(batch domain.ChangeBatch)
}

// pruneEvery is how often the log of changes is relieved of what it need not remember.
const pruneEvery = time.Minute

// followChanges tells the listeners what changes in the database, until the server is closed. The log of changes is kept short whether
// it is followed or not: triggers write it for all replicas.
func (s *Server) followChanges(databaseURL string) {
	s.background.Go(func() { s.pruneChanges(s.lifetime) })
	if !s.config.FollowsChanges() {
		s.log.Warn("CHANGE_FEED is off: what is cached lives as long as it may")
		return
	}
	s.feed = store.NewFollower(store.FollowConfig{
		URL: cmp.Or(string(s.config.ListenURL), databaseURL), Of: s.provenBy(databaseURL), Tell: s.tellChanges, Note: s.noteFeed,
	})
	s.metrics.Feed(feedStates(), func() metrics.Feed {
		stats := s.feed.Stats()
		return metrics.Feed{
			State: string(stats.State), AsOf: stats.AsOf, Batches: stats.Batches, Changes: stats.Changes, Gaps: stats.Gaps,
		}
	})
	s.background.Go(func() { s.feed.Run(s.lifetime) })
}

// provenBy is the address of the database to which the feed must be connected, where its own is another.
func (s *Server) provenBy(databaseURL string) string {
	if s.config.ListenURL == "" || string(s.config.ListenURL) == databaseURL {
		return ""
	}
	return databaseURL
}

// checkListenURL refuses to begin with a feed that would tell of another database's changes. One that cannot be reached yet is looked at when it can.
func (s *Server) checkListenURL(ctx context.Context, databaseURL string) error {
	if !s.config.FollowsChanges() || s.provenBy(databaseURL) == "" {
		return nil
	}
	err := store.SameDatabase(ctx, databaseURL, string(s.config.ListenURL))
	if errors.Is(err, store.ErrOtherDatabase) {
		return err
	}
	return nil // What else is wrong, the feed says itself, and goes on trying.
}

func feedStates() (names []string) {
	for _, state := range store.FeedStates() {
		names = append(names, string(state))
	}
	return names
}

func (s *Server) tellChanges(batch domain.ChangeBatch) {
	for _, listener := range s.changeListeners {
		listener.Changed(batch)
	}
}

// noteFeed logs a change of state. The server is as ready as before: caches know by the batches how far they may be trusted.
func (s *Server) noteFeed(state store.FeedState, cause error) {
	if state == store.FeedLive {
		s.log.Info("change feed", "state", state)
		return
	}
	s.log.Warn("change feed", "state", state, "cause", cause)
}

func (s *Server) pruneChanges(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := s.store.PruneChanges(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("prune the log of changes", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
