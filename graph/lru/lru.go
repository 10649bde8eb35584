// Package lru keeps what was asked for last, within a number of bytes: a request chooses its texts, so their number alone
// would bound nothing.
package lru

import (
	"container/list"
	"sync"
)

// Cache keeps values by a text. It is safe for concurrent use.
type Cache[V any] struct {
	bytes int

	mu     sync.Mutex
	room   int        // Bytes left.
	latest *list.List // *entry[V], latest first.
	byKey  map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
	size  int
}

// New returns a cache for so many bytes.
func New[V any](bytes int) *Cache[V] {
	return &Cache[V]{bytes: bytes, room: bytes, latest: list.New(), byKey: map[string]*list.Element{}}
}

// Get returns the value of a key, and whether there is one.
func (c *Cache[V]) Get(key string) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.latest.MoveToFront(element)
	return element.Value.(*entry[V]).value, true
}

// overhead is about how many bytes an entry takes besides its key and its value, in the list and the map.
const overhead = 256

// Add keeps a value of so many bytes, its key aside, in place of those that were not asked for the longest. One that is
// there already stays as it is; one that is larger than the cache is not kept.
func (c *Cache[V]) Add(key string, value V, bytes int) {
	e := &entry[V]{key, value, bytes + len(key) + overhead}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok || e.size > c.bytes {
		return
	}
	c.byKey[key] = c.latest.PushFront(e)
	c.room -= e.size
	for c.room < 0 {
		c.drop(c.latest.Back())
	}
}

func (c *Cache[V]) drop(element *list.Element) {
	e := c.latest.Remove(element).(*entry[V])
	delete(c.byKey, e.key)
	c.room += e.size
}
