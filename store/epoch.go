package store

import "context"

const cacheEpochSQL = `SELECT record_send(ROW(epoch)) FROM atelier_cache_epoch`

// CacheEpoch returns the generation of the shared cache's keys.
func (s *Store) CacheEpoch(ctx context.Context) (epoch int64, err error) {
	err = s.one(ctx, "atelier_cache_epoch", cacheEpochSQL, nil, func(row *row) { epoch = int64(row.whole()) })
	return epoch, err
}

// The notice brings the new epoch to all followers of the log.
const nextEpochSQL = `
WITH moved AS (UPDATE atelier_cache_epoch SET epoch = greatest(epoch, $1 + 1) RETURNING epoch)
SELECT record_send(ROW(moved.epoch)) FROM moved, pg_notify(atelier_change_channel(), '')`

// NextCacheEpoch moves the generation of the shared cache's keys beyond one that is not to be trusted, and returns the new one.
// Replicas that do so together arrive at the same.
func (s *Store) NextCacheEpoch(ctx context.Context, stale int64) (epoch int64, err error) {
	err = s.one(ctx, "atelier_cache_epoch", nextEpochSQL, []any{stale}, func(row *row) { epoch = int64(row.whole()) })
	return epoch, err
}

const pruneChangesSQL = `SELECT record_send(ROW(atelier_prune_changes()))`

// pruneBatch is how many rows atelier_prune_changes takes away at most.
const pruneBatch = 10_000

// PruneChanges takes away what the log of changes need not remember any more. One replica at a time does; the others do nothing.
func (s *Store) PruneChanges(ctx context.Context) error {
	for pruned := pruneBatch; pruned == pruneBatch; {
		err := s.one(ctx, "atelier_change_log", pruneChangesSQL, nil, func(row *row) { pruned = row.whole() })
		if err != nil {
			return err
		}
	}
	return nil
}
