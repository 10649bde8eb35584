package cache

import (
	"bytes"
	crand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// item is a value in this process, with what tells whether it may be served.
type item struct {
	key     key
	value   any // Of the entry's V; nil where there is nothing under the key.
	absent  bool
	read    age       // Before the value was read.
	size    int64     // In this process; 0 until it is packed.
	expires time.Time // From this tier; in Redis it may last longer.
	lasts   time.Time // Until when it may be kept at all.
	shared  shared    // Does not change once the item can be found in this process.
	lease   *lease    // Under which it was read, until it is packed. May be nil.
	out     *fill     // From packing to sending; nobody looks at it but who does both.

	// For refreshing what is popular before it expires.
	renew      time.Time
	hits       atomic.Uint32
	refreshing atomic.Bool
}

// shared is how the item stands in Redis: under which ticket it was written there, and in which era of its entry.
type shared struct {
	ticket ticket // Empty where it was not.
	era    string
}

// ticket names one writing of a key in Redis, which may only replace what carries the ticket that it was given.
type ticket string

const ticketSize = 8

func newTicket() ticket {
	var t [ticketSize]byte
	_, _ = crand.Read(t[:]) // It does not fail.
	return ticket(t[:])
}

// overhead is what an item takes besides its value, about: the item itself, its key, and the store's own.
const overhead = 320

// newItem makes an item of what was read at an age, under a lease if there was one to be had.
func newItem[K comparable, V any](e *Entry[K, V], k key, value V, isThere bool, read age, l *lease, now time.Time) *item {
	it := &item{key: k, read: read, absent: !isThere, lease: l}
	lives := absence
	if isThere {
		it.value, lives = value, e.lifetimeOf(value)
	}
	it.lasts = now.Add(jittered(lives.shared))
	if isThere && e.ends != nil && e.ends(value).Before(it.lasts) {
		it.lasts = e.ends(value) // Which may be past: reading took until then.
	}
	it.livesIn(now, lives.local)
	return it
}

// pack works out the item's size, and makes it ready for Redis if it was read under a lease that is still good for something. It is for
// whoever puts the item into the tiers, before anyone can find it there.
func (it *item) pack(scratch *coder) {
	if scratch.buffer = scratch.buffer[:0]; !it.absent {
		it.key.spec().encode(scratch, it.value)
	}
	it.size = sizeOf(scratch.buffer)
	if l := it.lease; l != nil && l.standing != nil {
		it.shared = shared{newTicket(), l.era}
		it.out = &fill{l.standing.nameOf(it.key), l.ticket, it.write(scratch.buffer), it.lasts}
	}
	it.lease = nil
}

// sizeOf is what an item takes in memory, where values take about twice what they take as bytes.
func sizeOf(encoded []byte) int64 { return int64(overhead + 2*len(encoded)) }

// jittered shortens a lifetime by up to a tenth, so that what was read together is not read again together.
func jittered(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/10+1)) //nolint:gosec // Nobody gains by guessing it.
}

// livesIn bounds the item's stay in this process.
func (it *item) livesIn(now time.Time, local time.Duration) {
	stay := min(jittered(local), it.lasts.Sub(now))
	it.expires = now.Add(stay)
	it.renew = it.expires.Add(-stay / 10)
}

// popularity is how often a value must have been served for it to be refreshed before it expires.
const popularity = 3

// wantsRefresh reports, once, that a popular item is about to expire.
func (it *item) wantsRefresh(now time.Time) bool {
	return it.hits.Add(1) >= popularity && now.After(it.renew) && !it.absent && it.refreshing.CompareAndSwap(false, true)
}

// A value in Redis is
//
//	'V', ticket (8 bytes), the entry's era in decimal, ':', format, version, absent, expiry (ms, varint), value
//
// and a lease is 'L' and the ticket. What stands before the format is the scripts' (scripts.go); what follows is told apart here from
// what another release may have written.
const (
	sharedValue  = 'V'
	sharedLease  = 'L'
	sharedFormat = 1
)

// write spells the item for Redis. It must have a ticket.
func (it *item) write(encoded []byte) []byte {
	text := make([]byte, 0, len(encoded)+48)
	text = append(text, sharedValue)
	text = append(text, it.shared.ticket...)
	text = append(text, it.shared.era...)
	text = append(text, ':', sharedFormat, it.key.spec().version, flag(it.absent)[0])
	text = binary.AppendVarint(text, it.lasts.UnixMilli())
	return append(text, encoded...)
}

// readItem makes an item of what Redis has under a key, or reports that there is nothing to be read.
func readItem(k key, text []byte, read age, now time.Time) (*item, bool) {
	if len(text) < 1+ticketSize || text[0] != sharedValue {
		return nil, false
	}
	it := &item{key: k, read: read, shared: shared{ticket: ticket(text[1 : 1+ticketSize])}}
	era, rest, found := bytes.Cut(text[1+ticketSize:], []byte(":"))
	if it.shared.era = string(era); !found || len(rest) < 4 || rest[0] != sharedFormat || rest[1] != k.spec().version {
		return nil, false
	}
	it.absent = rest[2] == '1'
	lasts, size := binary.Varint(rest[3:])
	if size <= 0 {
		return nil, false
	}
	return it, it.fill(rest[3+size:], time.UnixMilli(lasts), now)
}

// fill reads the value, unless it should be gone already.
func (it *item) fill(encoded []byte, lasts, now time.Time) (ok bool) {
	s := it.key.spec()
	it.lasts, it.size = lasts, sizeOf(encoded)
	if left := lasts.Sub(now); left <= 0 || left > maxLifetime {
		return false
	}
	local := absence.local
	if !it.absent {
		if it.value, ok = s.decode(encoded); !ok {
			return false
		}
		local = s.lives.local
	}
	it.livesIn(now, local)
	return true
}

// maxLifetime is longer than anything is kept: what claims to last longer was written by a clock that is wrong.
const maxLifetime = 2 * time.Hour
