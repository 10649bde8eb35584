package domain

import "time"

// ChatID is a chat's key.
type ChatID string

// Chat is a conversation of one user's.
type Chat struct {
	ID        ChatID
	UserID    UserID
	Title     string
	Archived  bool
	Pinned    bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// OwnedChat names a chat and whose it is.
type OwnedChat struct {
	ID     ChatID
	UserID UserID
}

// ChatFilter narrows a list of chats; a zero field does not narrow.
type ChatFilter struct {
	Archived Tristate
}

// ChatPosition is where c stands in its owner's list: latest update first.
func ChatPosition(c *Chat) Position { return Position{At: c.UpdatedAt, ID: string(c.ID)} }

// Tristate is a condition that may be left open; the zero value leaves it open. Unlike a *bool it compares by value,
// so that filters can be keys.
type Tristate int8

// The conditions.
const (
	Either Tristate = iota
	Yes
	No
)

// TristateOf returns Either for nil.
func TristateOf(b *bool) Tristate {
	switch {
	case b == nil:
		return Either
	case *b:
		return Yes
	}
	return No
}
