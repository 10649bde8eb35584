package cache

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"
)

// Entry is a row of the table: how values of type V are kept under keys of type K.
type Entry[K comparable, V any] struct {
	spec
	// spell adds K to a text, unmistakably: appendPart makes it so.
	spell func(text []byte, k K) []byte
	// walk writes or reads a value.
	walk func(*coder, *V)
	// adapt changes the lifetime of a value by what it is. May be nil.
	adapt func(V, lifetime) lifetime
	// ends is until when a value is true though nothing changes. May be nil: for ever.
	ends func(V) time.Time
}

// spec is what an entry is, whatever its types.
type spec struct {
	name    string // As metrics and documents call it.
	shape   string // Tells entries of one name apart.
	version byte
	scope   Scope
	lives   lifetime
	dropped drops

	index  byte   // In entries.
	prefix []byte // What keys are hashed after.
	encode func(c *coder, value any)
	decode func([]byte) (value any, ok bool)
}

// entries are all that were declared.
var entries []*spec

func declare[K comparable, V any](e Entry[K, V]) *Entry[K, V] {
	declared := &e
	declared.index = byte(len(entries))
	declared.prefix = append(appendPart(appendPart(nil, e.name), e.shape), e.version)
	declared.encode = func(c *coder, value any) {
		v := value.(V)
		declared.walk(c, &v)
	}
	declared.decode = func(text []byte) (any, bool) {
		c, value := coder{buffer: text, reads: true}, *new(V)
		declared.walk(&c, &value)
		return value, !c.failed && len(c.buffer) == 0
	}
	entries = append(entries, &declared.spec)
	return declared
}

// lifetimeOf is how long a value is kept at most.
func (e *Entry[K, V]) lifetimeOf(value V) lifetime {
	if e.adapt == nil {
		return e.lives
	}
	return e.adapt(value, e.lives)
}

// key is where a value is kept: an entry, and 128 bits of SHA-256 over all that tells values apart. Ids are the clients' to choose, so the
// hash must withstand someone who looks for two that share a key.
type key struct{ first, second, entry uint64 }

func (e *Entry[K, V]) keyOf(k K) key { return e.keysOf([]K{k})[0] }

func (e *Entry[K, V]) keysOf(ks []K) []key {
	keys, text := make([]key, len(ks)), make([]byte, 0, 128)
	for i, k := range ks {
		text = e.spell(append(text[:0], e.prefix...), k)
		keys[i] = e.hash(text)
	}
	return keys
}

// keyOf is the key of what was spelt already.
func (s *spec) keyOf(joined string) key { return s.hash(append(slices.Clone(s.prefix), joined...)) }

func (s *spec) hash(text []byte) key {
	sum := sha256.Sum256(text)
	return key{binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]), uint64(s.index)}
}

func (k key) spec() *spec { return entries[k.entry] }

// appendHash adds the hash as Redis knows it.
func (k key) appendHash(text []byte) []byte {
	var hash [16]byte
	binary.LittleEndian.PutUint64(hash[:8], k.first)
	binary.LittleEndian.PutUint64(hash[8:], k.second)
	return base64.RawURLEncoding.AppendEncode(text, hash[:])
}

// GetCacheKey implements gocache's CacheKeyGenerator: the chain's stores are asked by strings.
func (k key) GetCacheKey() string {
	text := binary.LittleEndian.AppendUint64(make([]byte, 0, 24), k.first)
	text = binary.LittleEndian.AppendUint64(text, k.second)
	return string(binary.LittleEndian.AppendUint64(text, k.entry))
}

// readKey reads what GetCacheKey wrote.
func readKey(text string) key {
	raw := []byte(text)
	return key{binary.LittleEndian.Uint64(raw), binary.LittleEndian.Uint64(raw[8:]), binary.LittleEndian.Uint64(raw[16:])}
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

func appendPart[S ~string](text []byte, part S) []byte {
	return append(binary.AppendUvarint(text, uint64(len(part))), part...)
}

func flag(is bool) string {
	if is {
		return "1"
	}
	return "0"
}
