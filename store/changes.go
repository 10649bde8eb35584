package store

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"atelier/domain"
)

// The log of changes is read by position, not by notice: triggers write a row for each statement that changes a watched table, whoever
// runs it, and NOTIFY only wakes the reader, who would come within a second anyway. Each reading tells what has been committed since the
// snapshot of the reading before. So a transaction that was open for hours is told when it commits, a notice that is lost costs a second,
// and a reader that was away goes on where it was, for as long as the log remembers: an hour.

const (
	// readEvery is the longest pause between two readings: less than the second in which batches are promised.
	readEvery = 800 * time.Millisecond
	// readAtMostEvery is the shortest: what is committed meanwhile is read together.
	readAtMostEvery = 10 * time.Millisecond
	// reconnectAfter is the pause before a broken connection is made anew; it doubles up to readEvery.
	reconnectAfter = 50 * time.Millisecond
)

// FollowConfig says which log to follow, from where, and who is told.
type FollowConfig struct {
	// URL is that of a direct connection: LISTEN does not pass a pooler that shares connections. Changes are told through one as
	// well, but up to a second later.
	URL string
	// Of is the address of the database whose changes are wanted, if URL is another way to it: nothing is told while it leads elsewhere. May be empty.
	Of string
	// Log and From are where to begin, as a batch had it. Without them, what is committed from now on is told.
	Log  domain.LogID
	From domain.LogPosition
	// Tell gets each batch, one after the other. It must not take long: the next one waits for it.
	Tell func(domain.ChangeBatch)
	// Note is told when the state changes, and why. May be nil.
	Note func(FeedState, error)
}

// FeedState is how the change feed fares.
type FeedState string

// The states of the feed.
const (
	FeedStarting FeedState = "starting"
	FeedLive     FeedState = "live"    // Changes are told within some milliseconds.
	FeedPolling  FeedState = "polling" // Nothing is heard: changes are told within a second.
	FeedBlind    FeedState = "blind"   // Triggers are missing or disabled: no batch comes.
	FeedDown     FeedState = "down"    // The log cannot be read: no batch comes.
)

// FeedStates returns all states.
func FeedStates() []FeedState {
	return []FeedState{FeedStarting, FeedLive, FeedPolling, FeedBlind, FeedDown}
}

// FeedStats counts what a follower did.
type FeedStats struct {
	State   FeedState
	AsOf    time.Time // Of the last batch; zero before the first.
	Batches uint64
	Changes uint64
	Gaps    uint64
}

// Follower reads the log of changes on two connections of its own.
type Follower struct {
	config FollowConfig

	log   domain.LogID // The one that seen is of; empty before there is any.
	seen  snapshot
	isGap bool // The next batch comes after something was missed.
	ear   *ear

	mu    sync.Mutex
	stats FeedStats
}

// NewFollower returns a follower that does nothing before Run.
func NewFollower(c FollowConfig) *Follower {
	f := &Follower{config: c, log: c.Log, seen: unborn, stats: FeedStats{State: FeedStarting}}
	if c.Log != "" {
		f.seen = seenUpTo(uint64(c.From))
	}
	return f
}

// Stats returns the counts so far.
func (f *Follower) Stats() FeedStats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stats
}

// Run follows the log until ctx ends, whatever becomes of the database meanwhile.
func (f *Follower) Run(ctx context.Context) {
	defer func() {
		if f.ear != nil {
			f.ear.close()
		}
	}()
	for delay := reconnectAfter; ; delay = min(2*delay, readEvery) {
		begun, err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		f.note(FeedDown, err)
		if begun {
			delay = reconnectAfter
		}
		if pause(ctx, delay) {
			return
		}
	}
}

// follow reads over one connection until it fails, and reports whether it could read at all.
func (f *Follower) follow(ctx context.Context) (begun bool, err error) {
	log, err := openLog(ctx, f.config.URL, f.config.Of)
	if err != nil {
		return false, err
	}
	defer log.close()
	if f.ear == nil {
		f.ear = listen(ctx, f.config.URL, log.channel)
	}
	opened, bell := time.Now(), f.ear.bell
	for {
		start := time.Now()
		isTold, err := f.read(ctx, log, bell, start)
		if err != nil {
			return begun, err
		}
		if begun = true; isTold {
			f.noteHearing(opened)
		} else {
			f.note(FeedBlind, errBlind)
		}
		f.keepHearing(ctx, log.channel)
		bell = f.wait(ctx, start)
		if ctx.Err() != nil {
			return begun, ctx.Err()
		}
	}
}

// wait returns when it is time to read again, and with the bell if it is time to ring it: what was heard just now needs no proof.
func (f *Follower) wait(ctx context.Context, start time.Time) (bell string) {
	timer := time.NewTimer(time.Until(start.Add(readEvery)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		return f.ear.bell
	case <-f.ear.woken:
		pause(ctx, time.Until(start.Add(readAtMostEvery)))
	}
	return ""
}

// read reads once and tells what is new, unless changes may go untold: then it reports false.
func (f *Follower) read(ctx context.Context, log *log, bell string, start time.Time) (isTold bool, err error) {
	p, err := log.read(ctx, f.seen, bell)
	if stateOf(err) == queryCanceled {
		f.seen, f.isGap = unborn, true // There is more than can be read in time.
	}
	if err != nil || !p.watched {
		return false, err
	}
	f.tell(p, start)
	return true, nil
}

var errBlind = errors.New("triggers of the change feed are missing or disabled; run: atelier doctor")

func (f *Follower) tell(p page, start time.Time) {
	isGap := f.isGap || f.log != "" && f.log != p.log || p.misses(f.seen)
	f.log, f.seen, f.isGap = p.log, p.at, false
	f.count(start, len(p.changes), isGap)
	f.config.Tell(domain.ChangeBatch{
		Changes: p.changes, Log: f.log, Next: domain.LogPosition(p.at.oldest), Epoch: p.epoch, AsOf: start, IsGap: isGap,
	})
}

func (f *Follower) count(start time.Time, changes int, isGap bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.AsOf = start
	f.stats.Batches++
	f.stats.Changes += uint64(changes)
	if isGap {
		f.stats.Gaps++
	}
}

// keepHearing takes another ear where this one has been deaf for long.
func (f *Follower) keepHearing(ctx context.Context, channel string) {
	if f.ear.silence() > replaceAfter {
		go f.ear.close()
		f.ear = listen(ctx, f.config.URL, channel)
	}
}

// noteHearing tells whether notices come through. The bell that was rung first may still be on its way.
func (f *Follower) noteHearing(begun time.Time) {
	switch {
	case f.ear.hears():
		f.note(FeedLive, nil)
	case time.Since(begun) > deafAfter:
		f.note(FeedPolling, cmp.Or(f.ear.failure(), errDeaf))
	}
}

var errDeaf = errors.New("no notice comes through: LISTEN needs a direct connection (DATABASE_LISTEN_URL)")

func (f *Follower) note(state FeedState, cause error) {
	f.mu.Lock()
	changed := f.stats.State != state
	f.stats.State = state
	f.mu.Unlock()
	if changed && f.config.Note != nil {
		f.config.Note(state, cause)
	}
}

// Since reads once what was committed since a position, whatever Run does meanwhile. Where that is too much to be read in some
// seconds, the batch says that there is a gap.
func (f *Follower) Since(ctx context.Context, id domain.LogID, from domain.LogPosition) (told domain.ChangeBatch, err error) {
	log, err := openLog(ctx, f.config.URL, f.config.Of)
	if err != nil {
		return told, translate(ctx, err)
	}
	defer log.close()
	once := NewFollower(FollowConfig{Log: id, From: from, Tell: func(b domain.ChangeBatch) { told = b }})
	isTold, err := once.read(ctx, log, "", time.Now())
	if stateOf(err) == queryCanceled {
		isTold, err = once.read(ctx, log, "", time.Now())
	}
	if err == nil && !isTold {
		err = withCode(domain.NewError(domain.Unavailable, "the database does not tell of its changes"), errBlind)
	}
	return told, translate(ctx, err)
}
