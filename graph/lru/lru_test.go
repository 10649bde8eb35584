package lru_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"atelier/graph/lru"
)

// overhead is what an entry counts besides its key and its value.
const overhead = 256

func TestTheLeastRecentlyUsedGoesFirst(t *testing.T) {
	c := lru.New[int](3 * (overhead + 1 + 10))
	for i, key := range []string{"a", "b", "c"} {
		c.Add(key, i, 10)
	}
	c.Get("a")
	c.Add("d", 3, 10)
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, ok := c.Get(key); ok != want {
			t.Errorf("%s: %v, want %v", key, ok, want)
		}
	}
}

func TestAddLeavesWhatIsThere(t *testing.T) {
	c := lru.New[int](1 << 20)
	c.Add("a", 1, 10)
	c.Add("a", 2, 10)
	if got, _ := c.Get("a"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestWhatIsLargerThanTheCacheIsNotKept(t *testing.T) {
	c := lru.New[int](1000)
	c.Add("a", 1, 10)
	c.Add("b", 2, 1000)
	if _, ok := c.Get("b"); ok {
		t.Error("it is kept")
	}
	if _, ok := c.Get("a"); !ok {
		t.Error("it drove out another")
	}
}

// TestMemoryIsBounded fills a cache many times over with small entries, which weigh more than their texts.
func TestMemoryIsBounded(t *testing.T) {
	const room = 8 << 20
	c := lru.New[string](room)
	before := heap()
	for i := range 100_000 {
		key := fmt.Sprintf("%064d", i)
		c.Add(key, strings.Repeat("x", 40), 40)
	}
	if grown := heap() - before; grown > 2*room {
		t.Errorf("%d bytes, of which %d were allowed", grown, room)
	}
	runtime.KeepAlive(c)
}

func heap() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

func TestManyAtOnce(t *testing.T) {
	c := lru.New[int](100 * (overhead + 20))
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 2000 {
				key := fmt.Sprint((i*7 + worker) % 300)
				if got, ok := c.Get(key); ok && fmt.Sprint(got) != key {
					t.Errorf("%s has %d", key, got)
				}
				n := (i*7 + worker) % 300
				c.Add(key, n, 10)
			}
		})
	}
	all.Wait()
}
