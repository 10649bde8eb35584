package limit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"atelier/relay"
)

// list is what its cursors are bound to: the words that go into their digest first.
type list []byte

func newList(scope relay.Scope) list {
	return list(strconv.Itoa(len(scope)) + ":" + string(scope))
}

var (
	userList = newList(relay.NewScope("users", "user", "", firstDay, firstDay, "CREATED_AT", "DESC"))
	taskList = newList(relay.NewScope("User.tasks", "", "", "", "SUBMITTED_AT", "DESC"))
)

// firstDay is how a time that is not given is spelled.
var firstDay = time.Time{}.Format(time.RFC3339Nano)

const (
	cursorVersion = 1
	digestBytes   = 8
	header        = 1 + digestBytes
)

// appendCursor appends the cursor of a place in the list, as relay writes it: version, digest, time, text, id, service.
func (l list) appendCursor(out []byte, at time.Time, id, service string) []byte {
	var room [256]byte
	raw := append(room[:0], cursorVersion, 0, 0, 0, 0, 0, 0, 0, 0)
	raw = binary.BigEndian.AppendUint64(raw, uint64(at.UnixMicro()))
	raw = append(raw, 0) // No text.
	raw = append(binary.AppendUvarint(raw, uint64(len(id))), id...)
	raw = append(binary.AppendUvarint(raw, uint64(len(service))), service...)
	l.digest(raw[1:header], raw[header:])
	out = append(out, '"')
	return append(base64.RawURLEncoding.AppendEncode(out, raw), '"')
}

func (l list) digest(into, payload []byte) {
	var room [384]byte
	sum := sha256.Sum256(append(append(room[:0], l...), payload...))
	copy(into, sum[:digestBytes])
}

// place is a position in a list.
type place struct {
	at          time.Time
	id, service string
}

var errCursor = errors.New("not a cursor of this list")

// read returns the place of a cursor.
func (l list) read(cursor string) (place, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < header+8+3 || raw[0] != cursorVersion {
		return place{}, errCursor
	}
	var want [digestBytes]byte
	if l.digest(want[:], raw[header:]); !bytes.Equal(want[:], raw[1:header]) {
		return place{}, errCursor
	}
	p := place{at: time.UnixMicro(int64(binary.BigEndian.Uint64(raw[header:]))).UTC()}
	rest := raw[header+8+1:]
	for _, into := range []*string{&p.id, &p.service} {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return place{}, errCursor
		}
		*into, rest = string(rest[n:n+int(size)]), rest[n+int(size):]
	}
	return p, nil
}
