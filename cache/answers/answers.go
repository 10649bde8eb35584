// Package answers keeps whole answers: the bytes of a query's answer, by the operation and by who asked, with the set of
// things that the answer was made of. A change that names one of them drops it.
//
// What is kept is as true as what it was made from: it is served only while the feed of changes is heard, and an answer during
// whose making one of its sources changed is not kept at all. It lives in the memory of one process, within a number of bytes.
//
// It knows tables and keys, as changes name them; it does not know GraphQL, HTTP, or how anything is read.
package answers

import (
	"container/list"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"atelier/domain"
)

// Key says whose answer to what it is. Nothing is shared between viewers, nor between the roles that one had.
type Key struct {
	Operation [32]byte // A digest of the document, the name of the operation and its variables.
	Viewer    domain.UserID
	Role      domain.Role
}

// Answer is one that is kept. It is shared: it must not be changed.
type Answer struct {
	Body []byte
	// Made is when making it began: it tells what was true then, and since.
	Made time.Time
	// Outside is how long those outside may show it without asking again.
	Outside time.Duration

	// Pack compresses Body for those who ask again. May be nil.
	Pack func(body []byte) []byte

	packing, tagging sync.Once
	packed           []byte
	tag              string

	until   time.Time
	key     Key
	sources []Source
	bytes   int
}

// Tag is what a validator of Body is made of, the same on every replica. It is worked out when it is first asked for.
func (a *Answer) Tag() string {
	a.tagging.Do(func() {
		sum := sha256.Sum256(a.Body)
		a.tag = base64.RawURLEncoding.EncodeToString(sum[:16])
	})
	return a.tag
}

// Packed is Body as Pack compresses it, which is done once, when it is first asked for; nil where it is not.
func (a *Answer) Packed() []byte {
	a.packing.Do(func() {
		if a.Pack != nil {
			a.packed = a.Pack(a.Body)
		}
	})
	return a.packed
}

// Config says how much is kept, and who is told of it.
type Config struct {
	// Bytes bounds what is kept, with what keeping it takes. 0 keeps nothing.
	Bytes int
	// OnDrop is told how many answers went, and why: "changed", "evicted", "expired", "gap" or "own". May be nil.
	OnDrop func(why string, answers int)
}

// Cache keeps answers. It is safe for concurrent use.
type Cache struct {
	Config
	now func() time.Time

	mu     sync.Mutex
	heard  time.Time // Everything committed before has been told.
	told   uint64    // Counts what was told.
	recent history
	room   int
	latest *list.List // *Answer, the one asked for last first.
	byKey  map[Key]*list.Element
	of     map[Source]map[*list.Element]struct{}
}

// New returns a cache that serves nothing before it is told that the feed of changes is there.
func New(c Config) *Cache {
	return &Cache{
		Config: c, now: time.Now, room: c.Bytes, latest: list.New(),
		byKey: map[Key]*list.Element{}, of: map[Source]map[*list.Element]struct{}{}, recent: newHistory(),
	}
}

// maxSilence is for how long the feed of changes may say nothing before what is kept is no longer trusted. It speaks every second.
const maxSilence = 4 * time.Second

// Start begins the record of an answer. It must be called before anything is read for it.
func (c *Cache) Start() *Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &Record{began: c.told}
}

// IsOff reports whether nothing is ever kept.
func (c *Cache) IsOff() bool { return c.Bytes <= 0 }

// Get returns the answer for a key, or why there is none.
func (c *Cache) Get(key Key) (*Answer, Reason) {
	if c.IsOff() {
		return nil, Off
	}
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hears(now) {
		return nil, Deaf
	}
	element, known := c.byKey[key]
	if !known {
		return nil, Absent
	}
	if a := element.Value.(*Answer); now.Before(a.until) {
		c.latest.MoveToFront(element)
		return a, Kept
	}
	c.drop(element)
	c.dropped("expired", 1)
	return nil, Absent
}

func (c *Cache) hears(now time.Time) bool { return now.Sub(c.heard) <= maxSilence }

// overhead is about what an answer takes besides its body; sourceBytes, what each of its sources takes in the index.
const (
	overhead    = 512
	sourceBytes = 160
)

// bytesOf is what an answer takes. Packed it takes half as much again, at most.
func bytesOf(body []byte, sources int) int {
	return len(body) + len(body)/2 + overhead + sourceBytes*sources
}

// largest is the part of the cache that one answer may take.
const largest = 16

// IsTooLarge reports whether an answer of so many bytes is never kept.
func (c *Cache) IsTooLarge(bytes int) bool { return c.Bytes > 0 && bytes > c.Bytes/largest }

// Keep keeps an answer that was made under a record, or says why not. It says for how long those outside may show it in either case.
func (c *Cache) Keep(key Key, r *Record, a *Answer) (*Answer, Reason) {
	if why := r.Refused(); why != "" {
		return nil, why
	}
	now, sources := c.now(), condensed(append(r.Sources(), answered(key.Viewer)))
	here, outside := lifetime(sources)
	if until := r.until; !until.IsZero() {
		here = min(here, until.Sub(now))
	}
	a.key, a.sources, a.until, a.Outside = key, sources, now.Add(here), max(min(here, outside), 0)
	a.bytes = bytesOf(a.Body, len(sources))
	return a, c.keep(a, r.began, now)
}

func (c *Cache) keep(a *Answer, began uint64, now time.Time) Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.IsOff():
		return Off
	case c.IsTooLarge(a.bytes):
		return TooLarge
	case !a.until.After(now):
		return Expired
	case !c.hears(now):
		return Deaf
	case c.recent.changedSince(began, a.sources):
		return Changed
	}
	c.add(a)
	return Kept
}

// add keeps an answer in place of an older one to the same key, and of those that were not asked for the longest.
func (c *Cache) add(a *Answer) {
	if old, known := c.byKey[a.key]; known {
		c.drop(old)
	}
	element := c.latest.PushFront(a)
	c.byKey[a.key] = element
	for _, s := range a.sources {
		if c.of[s] == nil {
			c.of[s] = map[*list.Element]struct{}{}
		}
		c.of[s][element] = struct{}{}
	}
	evicted := 0
	for c.room -= a.bytes; c.room < 0; evicted++ {
		c.drop(c.latest.Back())
	}
	c.dropped("evicted", evicted)
}

func (c *Cache) drop(element *list.Element) {
	a := c.latest.Remove(element).(*Answer)
	delete(c.byKey, a.key)
	for _, s := range a.sources {
		if delete(c.of[s], element); len(c.of[s]) == 0 {
			delete(c.of, s)
		}
	}
	c.room += a.bytes
}

func (c *Cache) dropped(why string, n int) {
	if n > 0 && c.OnDrop != nil {
		c.OnDrop(why, n)
	}
}

// Size returns how many answers are kept, and the bytes that they take.
func (c *Cache) Size() (answers, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byKey), c.Bytes - c.room
}

// Sources returns the number of things that the answer is made of.
func (a *Answer) Sources() int { return len(a.sources) }
