package cache

import (
	"encoding/binary"
	"math"
	"time"

	"atelier/domain"
)

// coder writes or reads a value as bytes, field by field. One walk over the fields serves both, so that they cannot differ.
type coder struct {
	buffer []byte // What was written, or what is left to read.
	reads  bool
	failed bool // What was to be read is not there.
}

// take reads n bytes, or fails.
func (c *coder) take(n uint64) []byte {
	if n > uint64(len(c.buffer)) {
		c.failed, c.buffer = true, nil
		return nil
	}
	taken := c.buffer[:n]
	c.buffer = c.buffer[n:]
	return taken
}

func (c *coder) unsigned(n *uint64) {
	if !c.reads {
		c.buffer = binary.AppendUvarint(c.buffer, *n)
		return
	}
	value, size := binary.Uvarint(c.buffer)
	if size <= 0 {
		c.failed, size = true, len(c.buffer)
	}
	*n, c.buffer = value, c.buffer[size:]
}

func number[N ~int | ~int64](c *coder, n *N) {
	if !c.reads {
		c.buffer = binary.AppendVarint(c.buffer, int64(*n))
		return
	}
	value, size := binary.Varint(c.buffer)
	if size <= 0 {
		c.failed, size = true, len(c.buffer)
	}
	*n, c.buffer = N(value), c.buffer[size:]
}

func text[T ~string | ~[]byte](c *coder, t *T) {
	size := uint64(len(*t))
	c.unsigned(&size)
	if c.reads {
		*t = T(string(c.take(size)))
		return
	}
	c.buffer = append(c.buffer, *t...)
}

func (c *coder) boolean(b *bool) {
	n := uint64(0)
	if *b {
		n = 1
	}
	c.unsigned(&n)
	if c.reads { // Others may look at what is written.
		*b = n == 1
	}
}

func (c *coder) float(f *float64) {
	if !c.reads {
		c.buffer = binary.LittleEndian.AppendUint64(c.buffer, math.Float64bits(*f))
		return
	}
	if raw := c.take(8); raw != nil {
		*f = math.Float64frombits(binary.LittleEndian.Uint64(raw))
	}
}

// time keeps the moment, not the zone: it reads UTC.
func (c *coder) time(t *time.Time) {
	seconds, nanoseconds := t.Unix(), t.Nanosecond()
	number(c, &seconds)
	number(c, &nanoseconds)
	if c.reads {
		*t = time.Unix(seconds, int64(nanoseconds)).UTC()
	}
}

func (c *coder) decimal(d *domain.Decimal) {
	spelt := d.String()
	text(c, &spelt)
	if !c.reads || c.failed {
		return
	}
	parsed, err := domain.ParseDecimal(spelt)
	*d, c.failed = parsed, err != nil
}

// json tells an absent document from an empty one.
func (c *coder) json(j *domain.JSON) {
	isThere := *j != nil
	c.boolean(&isThere)
	if isThere {
		text(c, j)
	}
}

// list reads nil where nothing is in it.
func list[T any](c *coder, items *[]T, walk func(*coder, *T)) {
	size := uint64(len(*items))
	c.unsigned(&size)
	for i := range size {
		if c.reads {
			*items = append(*items, *new(T))
		}
		if walk(c, &(*items)[i]); c.failed {
			return
		}
	}
}

// optionally walks over what a pointer points at, if it does.
func optionally[T any](walk func(*coder, *T)) func(*coder, **T) {
	return func(c *coder, p **T) {
		isThere := *p != nil
		if c.boolean(&isThere); !isThere {
			return
		}
		if c.reads {
			*p = new(T)
		}
		walk(c, *p)
	}
}

func optionalText[T ~string](c *coder, p **T) { optionally(text[T])(c, p) }

func optionalTime(c *coder, p **time.Time) { optionally((*coder).time)(c, p) }

func optionalNumber[N ~int | ~int64](c *coder, p **N) { optionally(number[N])(c, p) }

func optionalFloat(c *coder, p **float64) { optionally((*coder).float)(c, p) }
