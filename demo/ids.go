package demo

import (
	"encoding/binary"
	"encoding/hex"
)

// uuid is an id as the tables hold them.
type uuid [16]byte

// randomID draws an id of version 4.
func randomID(d *dice) uuid { return newUUID(d.uint64(), d.uint64(), 4) }

func newUUID(high, low uint64, version byte) (u uuid) {
	binary.BigEndian.PutUint64(u[:8], high)
	binary.BigEndian.PutUint64(u[8:], low)
	u[6] = u[6]&0x0f | version<<4
	u[8] = u[8]&0x3f | 0x80
	return u
}

func (u uuid) appendTo(b []byte) []byte {
	for i, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

func (u uuid) String() string { return string(u.appendTo(nil)) }

// orderedIDs draws ids of version 7, whose order is that in which they are drawn: rows with equal times keep
// their order by id. Times must not go back.
type orderedIDs struct {
	millis  int64
	counter uint64 // Within the millisecond; 12 bits.
}

func (o *orderedIDs) next(d *dice, at micros) uuid {
	millis := int64(at) / 1000
	if millis > o.millis {
		o.millis, o.counter = millis, 0
	} else if o.counter++; o.counter == 1<<12 { // Full: borrow from the next millisecond.
		o.millis, o.counter = o.millis+1, 0
	}
	return newUUID(uint64(o.millis)<<16|o.counter, d.uint64(), 7)
}
