package cache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"atelier/domain"
)

// keep gains standing whenever there is none, and renews it, until ctx ends.
func (t *trust) keep(ctx context.Context) {
	ticker := time.NewTicker(joinEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		t.keepOnce(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-t.wake:
		}
	}
}

func (t *trust) keepOnce(ctx context.Context) {
	if t.standing.Load() == nil {
		err := t.join(ctx)
		if errors.Is(err, errNewEpoch) {
			err = t.join(ctx)
		}
		if err != nil && ctx.Err() == nil {
			t.mu.Lock()
			t.report(err.Error())
			t.mu.Unlock()
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.standing.Load(); s != nil {
		t.delete(ctx, s, changed{})
	}
}

// join brings Redis up to date and gains standing in it. What is told from its beginning on is written down; what was told before is
// in what the log has, since Redis does not know of it.
func (t *trust) join(ctx context.Context) error {
	told, mayJoin := t.beginJoin()
	defer t.endJoin()
	if !mayJoin {
		return nil
	}
	s, from, err := t.enter(ctx, told)
	if err != nil {
		return err
	}
	if t.feed != nil && !from.isNew {
		if err := t.replay(ctx, s, from); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.epoch != t.told.Epoch {
		return errNewEpoch
	}
	t.delete(ctx, s, t.pending)
	return nil
}

// beginJoin begins to write down what is told. A replica that hears nothing must not join: nothing is served from the cache there, and what it
// believes about the log may be long past.
func (t *trust) beginJoin() (told domain.ChangeBatch, mayJoin bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.isJoining, t.pending = true, changed{}
	return t.told, t.feed == nil || t.isTold && t.now().Sub(t.told.AsOf) < maxSilence
}

func (t *trust) endJoin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.isJoining, t.pending = false, changed{}
}

// marker is up to where everything was deleted in Redis.
type marker struct {
	log      domain.LogID
	position domain.LogPosition
	isNew    bool // There is nothing to be deleted: whatever comes to be there is read after what was told before.
}

// enter finds what Redis knows, or begins anew where it knows nothing.
func (t *trust) enter(ctx context.Context, told domain.ChangeBatch) (*standing, marker, error) {
	name := t.prefix + "ttl:" + t.database + ":" // By lifetimes alone values are not deleted, so they must never be mixed up with those that are.
	if t.feed != nil {
		name = fmt.Sprintf("%s%d:", t.prefix, told.Epoch)
	}
	reply, err := t.run(ctx, joinScript, []string{name + "state"}, newName(), string(told.Log), position(told.Next), stateLasts.Milliseconds())
	if err != nil {
		return nil, marker{}, err
	}
	inc, _ := reply[0].(string)
	log, _ := reply[1].(string)
	applied, _ := reply[2].(string)
	from, err := strconv.ParseUint(applied, 10, 64)
	if err != nil || inc == "" {
		return nil, marker{}, fmt.Errorf("what it knows cannot be read: %q", applied)
	}
	s := &standing{state: name + "state", session: name + "session:" + newName(), values: name + inc + ":", inc: inc, epoch: told.Epoch}
	return s, marker{domain.LogID(log), domain.LogPosition(from), reply[3] == int64(1)}, nil
}

var errNewEpoch = errors.New("a new epoch has begun")

// replay deletes what the log of changes has from a marker on, but for the last of it, which it writes down.
func (t *trust) replay(ctx context.Context, s *standing, from marker) error {
	ctx, cancel := context.WithTimeout(ctx, replayLimit)
	defer cancel()
	batch, err := t.feed.Since(ctx, from.log, from.position)
	if err != nil {
		return fmt.Errorf("the log of changes cannot be read: %w", err)
	}
	if batch.IsGap {
		return t.nextEpoch(ctx, s)
	}
	c := concernedBy(batch.Changes)
	if _, err := t.deleteMost(ctx, s, c); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending.merge(c)
	t.told.Next = max(t.told.Next, batch.Next)
	return nil
}

// nextEpoch starts a new epoch.
func (t *trust) nextEpoch(ctx context.Context, s *standing) error {
	epoch, err := t.feed.NextEpoch(ctx, s.epoch)
	if err != nil {
		return fmt.Errorf("the epoch of keys cannot be moved on: %w", err)
	}
	t.log.WarnContext(ctx, "the log of changes does not reach back to what redis knows: its values are given up", "epoch", epoch)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told.Epoch = max(t.told.Epoch, epoch)
	return errNewEpoch
}
