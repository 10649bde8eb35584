package cache

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// Entry is a row of the table: how values of type V are kept under keys of type K.
type Entry[K comparable, V any] struct {
	spec
	// key spells K unmistakably: join makes it so.
	key func(K) string
	// walk writes or reads a value.
	walk func(*coder, *V)
	// adapt changes the lifetime of a value by what it is. May be nil.
	adapt func(V, lifetime) lifetime
}

// spec is what an entry is, whatever its types.
type spec struct {
	name    string // As metrics and documents call it.
	shape   string // Tells entries of one name apart.
	version byte
	scope   Scope
	lives   lifetime
	dropped drops

	index  byte // In entries.
	decode func([]byte) (value any, ok bool)
}

// entries are all that were declared.
var entries []*spec

func declare[K comparable, V any](e Entry[K, V]) *Entry[K, V] {
	declared := &e
	declared.index = byte(len(entries))
	declared.decode = func(text []byte) (any, bool) {
		c, value := coder{buffer: text, reads: true}, *new(V)
		declared.walk(&c, &value)
		return value, !c.failed && len(c.buffer) == 0
	}
	entries = append(entries, &declared.spec)
	return declared
}

func (e *Entry[K, V]) encode(value V) []byte {
	c := coder{}
	e.walk(&c, &value)
	return c.buffer
}

// lifetimeOf is how long a value is kept at most.
func (e *Entry[K, V]) lifetimeOf(value V) lifetime {
	if e.adapt == nil {
		return e.lives
	}
	return e.adapt(value, e.lives)
}

// within shortens a lifetime to what is left.
func (l lifetime) within(left time.Duration) lifetime {
	return lifetime{min(l.local, left), min(l.shared, left)}
}

// key is where a value is kept: a byte for the entry, and 128 bits of SHA-256 over all that tells values apart. Ids are the clients'
// to choose, so the hash must withstand someone who looks for two that share a key.
type key string

const keySize = 1 + 16

func (e *Entry[K, V]) keyOf(k K) key { return e.spec.keyOf(e.key(k)) }

func (s *spec) keyOf(joined string) key {
	text := make([]byte, 0, 128)
	text = appendPart(text, s.name)
	text = appendPart(text, s.shape)
	text = append(text, s.version)
	text = append(text, joined...)
	sum := sha256.Sum256(text)
	var k [keySize]byte
	k[0] = s.index
	copy(k[1:], sum[:])
	return key(k[:])
}

// hashes are the two halves of the key's hash.
func (k key) hashes() (uint64, uint64) {
	return binary.LittleEndian.Uint64([]byte(k[1:9])), binary.LittleEndian.Uint64([]byte(k[9:keySize]))
}

func (k key) spec() *spec { return entries[k[0]] }

// String is the key as Redis knows it, after the prefix.
func (k key) String() string {
	return k.spec().name + ":" + base64.RawURLEncoding.EncodeToString([]byte(k[1:]))
}

// join spells parts so that no other parts are spelt the same.
func join(parts ...string) string {
	var text []byte
	for _, part := range parts {
		text = appendPart(text, part)
	}
	return string(text)
}

func joinEach(parts []string) []string {
	joined := make([]string, len(parts))
	for i, part := range parts {
		joined[i] = join(part)
	}
	return joined
}

func appendPart(text []byte, part string) []byte {
	return append(binary.AppendUvarint(text, uint64(len(part))), part...)
}

func flag(is bool) string {
	if is {
		return "1"
	}
	return "0"
}
