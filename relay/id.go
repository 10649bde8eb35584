// Package relay speaks the Relay conventions: global ids, cursors, pages and connections.
//
// It knows neither a GraphQL engine nor SQL: what it makes is bound to the schema in gqlgen.yml, and what it reads
// becomes domain.Page and domain.Position for the store.
package relay

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"atelier/domain"
)

// The type names that global ids carry, as the schema spells them.
const (
	TypeUser           = "User"
	TypeMidjourneyTask = "MidjourneyTask"
	TypeFluxTask       = "FluxTask"
	TypeDreamworkTask  = "DreamworkTask"
	TypeChat           = "Chat"
	TypeMessage        = "Message"
	TypeFile           = "File"
	TypeGeneratedFile  = "GeneratedFile"
	TypeCreditLog      = "CreditLog"
	TypeModel          = "Model"
	TypeAIService      = "AIService"
)

var nodeTypes = map[string]bool{
	TypeUser: true, TypeMidjourneyTask: true, TypeFluxTask: true, TypeDreamworkTask: true, TypeChat: true, TypeMessage: true,
	TypeFile: true, TypeGeneratedFile: true, TypeCreditLog: true, TypeModel: true, TypeAIService: true,
}

// maxIDLength bounds a global id in bytes; a key of 200 bytes fits.
const maxIDLength = 320

// ID is a global id: which type, and which key within it. In the API it is base64url (RFC 4648, unpadded) of "Type:key".
type ID struct {
	Type string
	Key  string
}

// Encode returns the id as clients see it.
func (id ID) Encode() string {
	return base64.RawURLEncoding.EncodeToString([]byte(id.Type + ":" + id.Key))
}

// ParseID reads what Encode wrote; anything else, also another spelling of the same bytes, is INVALID_ID.
func ParseID(s string) (ID, error) {
	if len(s) > maxIDLength {
		return ID{}, errInvalidID
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || !utf8.Valid(raw) {
		return ID{}, errInvalidID
	}
	typeName, key, ok := strings.Cut(string(raw), ":")
	if !ok || !nodeTypes[typeName] || key == "" || strings.ContainsRune(key, 0) || strings.ContainsAny(s, "\r\n") {
		return ID{}, errInvalidID
	}
	return ID{typeName, key}, nil
}

var errInvalidID = domain.NewError(domain.InvalidID, "this is not an id of this server's")

// MarshalGQL writes the id as a JSON string; base64url needs no escaping.
func (id ID) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"`+id.Encode()+`"`) }

// AppendGQL appends what MarshalGQL writes. The executor prefers it.
func (id ID) AppendGQL(b []byte) []byte {
	var text [128]byte // Longer ids allocate.
	raw := append(append(append(text[:0], id.Type...), ':'), id.Key...)
	b = append(b, '"')
	b = base64.RawURLEncoding.AppendEncode(b, raw)
	return append(b, '"')
}

// UnmarshalGQL reads a string; numbers are refused, since no id of ours looks like one.
func (id *ID) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return errInvalidID
	}
	parsed, err := ParseID(s)
	*id = parsed
	return err
}

// readKey returns a function that reads the key of an id of the type named, or returns INVALID_ID.
func readKey[K ~string](typeName string) func(ID) (K, error) {
	return func(id ID) (K, error) {
		if id.Type != typeName {
			return "", domain.Errorf(domain.InvalidID, "this is the id of a %s, not of a %s", id.Type, typeName)
		}
		return K(id.Key), nil
	}
}

// Each of these reads the key of an id of one type; an id of another type is INVALID_ID.
var (
	UserKey          = readKey[domain.UserID](TypeUser)
	ChatKey          = readKey[domain.ChatID](TypeChat)
	MessageKey       = readKey[domain.MessageID](TypeMessage)
	FileKey          = readKey[domain.FileID](TypeFile)
	GeneratedFileKey = readKey[domain.GeneratedFileID](TypeGeneratedFile)
	CreditLogKey     = readKey[domain.CreditLogID](TypeCreditLog)
	ModelKey         = readKey[domain.ModelID](TypeModel)
	AIServiceKey     = readKey[domain.AIServiceID](TypeAIService)
)

// TaskKey reads the id of a task of any service, or returns INVALID_ID.
func TaskKey(id ID) (domain.TaskID, error) {
	for _, service := range domain.Services() {
		if id.Type == taskType(service) {
			return domain.TaskID{Service: service, Key: id.Key}, nil
		}
	}
	return domain.TaskID{}, domain.Errorf(domain.InvalidID, "this is the id of a %s, not of a task", id.Type)
}

func taskType(of domain.Service) string {
	switch of {
	case domain.Midjourney:
		return TypeMidjourneyTask
	case domain.Flux:
		return TypeFluxTask
	case domain.Dreamwork:
		return TypeDreamworkTask
	}
	panic(fmt.Sprintf("relay: no type for service %q", of))
}

// TaskID returns the global id of a task.
func TaskID(id domain.TaskID) ID { return ID{taskType(id.Service), id.Key} }
