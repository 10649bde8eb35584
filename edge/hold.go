package edge

import (
	"container/list"
	"sync"
	"time"
)

// hold bounds the bytes that are kept for clients who are slow: bodies on their way in, answers on their way out. Where
// there is no room for more, those are cut off who have been at it longest, if that is long.
type hold struct {
	room    int64
	small   int64         // Up to so many bytes are not counted.
	leisure time.Duration // For so long nobody is cut off.

	mu    sync.Mutex
	taken int64
	kept  list.List // Of *share, the oldest first.
}

type share struct {
	bytes int64
	since time.Time
	cut   func()
}

// The bytes that are kept: as many as a few dozen large requests and answers have. Small ones are the common case, and sockets
// take most of them at once.
const (
	heldBodies  = 32 << 20
	heldAnswers = 64 << 20
	smallBody   = 16 << 10
	smallAnswer = 64 << 10
	leisure     = time.Second
)

// isSmall reports whether so many bytes are not counted: then take changes nothing.
func (h *hold) isSmall(bytes int64) bool { return bytes <= h.small }

// take keeps bytes until give is called. Others may need the room before: then cut is called, and it must make whoever
// has the bytes give up soon. Where there is no room, nothing is taken.
func (h *hold) take(bytes int64, cut func()) (give func(), ok bool) {
	if h.isSmall(bytes) {
		return func() {}, true
	}
	bytes = min(bytes, h.room) // What is larger has the room alone.
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.makeRoom(bytes) {
		return nil, false
	}
	h.taken += bytes
	one := h.kept.PushBack(&share{bytes, time.Now(), cut})
	return func() { h.give(one) }, true
}

func (h *hold) makeRoom(bytes int64) bool {
	for h.taken+bytes > h.room {
		oldest := h.kept.Front()
		one, _ := oldest.Value.(*share)
		if time.Since(one.since) < h.leisure {
			return false
		}
		h.remove(oldest)
		one.cut()
	}
	return true
}

// give gives bytes back, unless they were taken away: cut is never called after it.
func (h *hold) give(one *list.Element) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(one)
}

func (h *hold) remove(one *list.Element) {
	if share, isKept := one.Value.(*share); isKept {
		h.taken -= share.bytes
		h.kept.Remove(one)
		one.Value = nil
	}
}
