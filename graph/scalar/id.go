package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/relay"
)

// MarshalUserID writes the global id of a user; the functions below do so for the other types.
func MarshalUserID(id domain.UserID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeUser, Key: string(id)}
}

// AppendUserID appends what MarshalUserID writes.
func AppendUserID(b []byte, id domain.UserID) []byte {
	return relay.ID{Type: relay.TypeUser, Key: string(id)}.AppendGQL(b)
}

// UnmarshalUserID reads the global id of a user; the functions below do so for the other types.
// A malformed id, or one of another type, is INVALID_ID.
func UnmarshalUserID(v any) (domain.UserID, error) { return unmarshalID(v, relay.UserKey) }

func unmarshalID[K any](v any, key func(relay.ID) (K, error)) (K, error) {
	var id relay.ID
	if err := id.UnmarshalGQL(v); err != nil {
		var none K
		return none, err
	}
	return key(id)
}

// MarshalChatID writes the global id of a Chat.
func MarshalChatID(id domain.ChatID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeChat, Key: string(id)}
}

// AppendChatID appends what MarshalChatID writes.
func AppendChatID(b []byte, id domain.ChatID) []byte {
	return relay.ID{Type: relay.TypeChat, Key: string(id)}.AppendGQL(b)
}

// UnmarshalChatID reads the global id of a Chat.
func UnmarshalChatID(v any) (domain.ChatID, error) { return unmarshalID(v, relay.ChatKey) }

// MarshalMessageID writes the global id of a Message.
func MarshalMessageID(id domain.MessageID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeMessage, Key: string(id)}
}

// AppendMessageID appends what MarshalMessageID writes.
func AppendMessageID(b []byte, id domain.MessageID) []byte {
	return relay.ID{Type: relay.TypeMessage, Key: string(id)}.AppendGQL(b)
}

// UnmarshalMessageID reads the global id of a Message.
func UnmarshalMessageID(v any) (domain.MessageID, error) { return unmarshalID(v, relay.MessageKey) }

// MarshalFileID writes the global id of a File.
func MarshalFileID(id domain.FileID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeFile, Key: string(id)}
}

// AppendFileID appends what MarshalFileID writes.
func AppendFileID(b []byte, id domain.FileID) []byte {
	return relay.ID{Type: relay.TypeFile, Key: string(id)}.AppendGQL(b)
}

// UnmarshalFileID reads the global id of a File.
func UnmarshalFileID(v any) (domain.FileID, error) { return unmarshalID(v, relay.FileKey) }

// MarshalGeneratedFileID writes the global id of a GeneratedFile.
func MarshalGeneratedFileID(id domain.GeneratedFileID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeGeneratedFile, Key: string(id)}
}

// AppendGeneratedFileID appends what MarshalGeneratedFileID writes.
func AppendGeneratedFileID(b []byte, id domain.GeneratedFileID) []byte {
	return relay.ID{Type: relay.TypeGeneratedFile, Key: string(id)}.AppendGQL(b)
}

// UnmarshalGeneratedFileID reads the global id of a GeneratedFile.
func UnmarshalGeneratedFileID(v any) (domain.GeneratedFileID, error) {
	return unmarshalID(v, relay.GeneratedFileKey)
}

// MarshalCreditLogID writes the global id of a CreditLog.
func MarshalCreditLogID(id domain.CreditLogID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeCreditLog, Key: string(id)}
}

// AppendCreditLogID appends what MarshalCreditLogID writes.
func AppendCreditLogID(b []byte, id domain.CreditLogID) []byte {
	return relay.ID{Type: relay.TypeCreditLog, Key: string(id)}.AppendGQL(b)
}

// UnmarshalCreditLogID reads the global id of a CreditLog.
func UnmarshalCreditLogID(v any) (domain.CreditLogID, error) {
	return unmarshalID(v, relay.CreditLogKey)
}

// MarshalModelID writes the global id of a Model.
func MarshalModelID(id domain.ModelID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeModel, Key: string(id)}
}

// AppendModelID appends what MarshalModelID writes.
func AppendModelID(b []byte, id domain.ModelID) []byte {
	return relay.ID{Type: relay.TypeModel, Key: string(id)}.AppendGQL(b)
}

// UnmarshalModelID reads the global id of a Model.
func UnmarshalModelID(v any) (domain.ModelID, error) { return unmarshalID(v, relay.ModelKey) }

// MarshalTaskID writes the global id of a task of any service.
func MarshalTaskID(id domain.TaskID) graphql.Marshaler { return relay.TaskID(id) }

// AppendTaskID appends what MarshalTaskID writes.
func AppendTaskID(b []byte, id domain.TaskID) []byte { return relay.TaskID(id).AppendGQL(b) }

// UnmarshalTaskID reads the global id of a task of any service.
func UnmarshalTaskID(v any) (domain.TaskID, error) { return unmarshalID(v, relay.TaskKey) }

// MarshalAIServiceID writes the global id of an AI service.
func MarshalAIServiceID(id domain.AIServiceID) graphql.Marshaler {
	return relay.ID{Type: relay.TypeAIService, Key: string(id)}
}

// AppendAIServiceID appends what MarshalAIServiceID writes.
func AppendAIServiceID(b []byte, id domain.AIServiceID) []byte {
	return relay.ID{Type: relay.TypeAIService, Key: string(id)}.AppendGQL(b)
}

// UnmarshalAIServiceID reads the global id of an AI service.
func UnmarshalAIServiceID(v any) (domain.AIServiceID, error) {
	return unmarshalID(v, relay.AIServiceKey)
}
