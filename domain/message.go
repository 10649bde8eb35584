package domain

import "time"

// MessageID is a message's key.
type MessageID string

// Message is one utterance in a chat. Content is empty and Meta nil in the light shape.
type Message struct {
	ID        MessageID
	ChatID    ChatID
	UserID    UserID // Who wrote it.
	Owner     UserID // Whose chat it is in, and so whose it is; empty where the chat is gone.
	ParentID  *MessageID
	Role      MessageRole
	Content   string
	Meta      JSON
	CreatedAt time.Time
	UpdatedAt time.Time
}

// MessageRole is who speaks.
type MessageRole string

// The roles of a message, as the message table spells them.
const (
	MessageFromUser      MessageRole = "user"
	MessageFromAssistant MessageRole = "assistant"
	MessageFromSystem    MessageRole = "system"
	MessageFromOther     MessageRole = "other" // A word of another program's, such as "tool".
)

// MessagePosition is where m stands in its chat: oldest first.
func MessagePosition(m *Message) Position { return Position{At: m.CreatedAt, ID: string(m.ID)} }
