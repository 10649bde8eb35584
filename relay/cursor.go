package relay

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"atelier/domain"
)

// A cursor is base64url of: version (1 byte), digest (8 bytes), payload. The payload is a position: the time in
// microseconds since 1970 (8 bytes, big endian), then text, id and service, each after its length (uvarint).
// The digest covers scope and payload, so a cursor of another list, order or filter, or one that was tampered
// with, is not taken for a place. It is a check, not a secret: what a viewer may see is decided elsewhere.
const (
	cursorVersion   = 1
	digestSize      = 8
	cursorHeader    = 1 + digestSize
	maxCursorLength = 2048
)

// Scope names the list that a cursor belongs to: its name, its ordering and its filter. Two lists whose items
// stand in the same order under the same filter may share it (the tasks of one user and of another).
type Scope string

// NewScope derives a scope from the list's name and whatever orders and filters it, spelled the same in every process.
func NewScope(list string, parts ...string) Scope {
	scope := append(make([]byte, 0, 64), list...)
	scope = append(scope, '[')
	for i, part := range parts {
		if i > 0 {
			scope = append(scope, ' ')
		}
		scope = strconv.AppendQuote(scope, part)
	}
	return Scope(append(scope, ']'))
}

// EncodeCursor returns the cursor of a position in the scope's list.
func EncodeCursor(scope Scope, p domain.Position) string { return string(AppendCursor(nil, scope, p)) }

// AppendCursor appends what EncodeCursor returns.
func AppendCursor(b []byte, scope Scope, p domain.Position) []byte {
	var room [128]byte // A longer payload allocates.
	payload := appendPosition(append(room[:0], cursorVersion, 0, 0, 0, 0, 0, 0, 0, 0), p)
	check := digest(scope, payload[cursorHeader:])
	copy(payload[1:cursorHeader], check[:])
	return base64.RawURLEncoding.AppendEncode(b, payload)
}

// DecodeCursor reads what EncodeCursor wrote for the same scope; anything else is INVALID_CURSOR.
func DecodeCursor(scope Scope, cursor string) (domain.Position, error) {
	if len(cursor) > maxCursorLength || strings.ContainsAny(cursor, "\r\n") { // The decoder skips line ends.
		return domain.Position{}, errInvalidCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < cursorHeader || raw[0] != cursorVersion {
		return domain.Position{}, errInvalidCursor
	}
	check := digest(scope, raw[cursorHeader:])
	if subtle.ConstantTimeCompare(raw[1:cursorHeader], check[:]) != 1 {
		return domain.Position{}, errInvalidCursor
	}
	return readPosition(raw[cursorHeader:])
}

var errInvalidCursor = domain.NewError(domain.InvalidCursor, "this is not a cursor of this list in this order and with this filter")

func digest(scope Scope, payload []byte) (check [digestSize]byte) {
	var room [384]byte // A longer text allocates.
	text := strconv.AppendInt(room[:0], int64(len(scope)), 10)
	text = append(append(append(text, ':'), scope...), payload...)
	sum := sha256.Sum256(text)
	copy(check[:], sum[:])
	return check
}

func appendPosition(b []byte, p domain.Position) []byte {
	var micros int64
	if !p.At.IsZero() {
		micros = p.At.UnixMicro()
	}
	b = binary.BigEndian.AppendUint64(b, uint64(micros))
	for _, text := range []string{p.Text, p.ID, string(p.Service)} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return b
}

// firstMicros is the first day that PostgreSQL has, in 4714 BC. Its last is beyond an int64 of microseconds.
const firstMicros = -210_866_803_200_000_000

// readPosition reads a payload whose digest has been checked. What it refuses is no place of a row's: somebody worked out
// the digest to see what PostgreSQL says to a NUL or to an impossible time.
func readPosition(b []byte) (domain.Position, error) {
	if len(b) < 8 {
		return domain.Position{}, errInvalidCursor
	}
	micros := int64(binary.BigEndian.Uint64(b))
	b = b[8:]
	var texts [3]string
	for i := range texts {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return domain.Position{}, errInvalidCursor
		}
		texts[i], b = string(b[n:n+int(size)]), b[n+int(size):]
		if !utf8.ValidString(texts[i]) || strings.ContainsRune(texts[i], 0) {
			return domain.Position{}, errInvalidCursor
		}
	}
	if len(b) > 0 || micros < firstMicros {
		return domain.Position{}, errInvalidCursor
	}
	return domain.Position{At: time.UnixMicro(micros).UTC(), Text: texts[0], ID: texts[1], Service: domain.Service(texts[2])}, nil
}
