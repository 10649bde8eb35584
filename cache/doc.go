// Package cache keeps what loaders read, so that it need not be read again: in this process (ristretto), and in a Redis that
// all replicas share. What it answers is never older than the bounds below, on any replica, and a fault of it is a miss.
//
// It owns keys, lifetimes, encodings and invalidation. It is given functions that load, and told of changes; it knows no SQL, no
// GraphQL, and nobody's rights: who may see a value is asked after the cache, never by it.
//
// How a value cannot be wrong:
//
//   - Changes come from the database itself (Changed). Each sets the age of the keys it concerns (ages.go). A value carries the age
//     of the moment before it was read; where it is less than its key's, the value is not served, however it came there: from a
//     reader that was slow, or by gocache's chain, which promotes late.
//   - In Redis a value is only written where the reader still holds the lease that it took out before it read (scripts.go). An
//     invalidation deletes value and lease.
//   - Redis is trusted only while it holds proof of every deletion of this replica (trust.go): a Redis that was restarted, restored
//     or failed over has lost the proof, and is brought up to date from the log of changes first.
//   - While the feed of changes is silent for longer than maxSilence, nothing cached is served.
//
// The bounds: after a commit every replica answers with the new value within 100 ms (p99) while the feed is up, and within 5 s where
// it died without a word. Without a feed values live by their lifetimes alone.
package cache
