package store

import (
	"context"
	"fmt"

	"atelier/domain"
)

// messages are those of lists, whose caller knows whose chats they are in: Owner is left empty.
var messages = messageNoun("")

// ownedMessages are those found by their ids.
var ownedMessages = messageNoun(", coalesce((SELECT c.user_id FROM chat c WHERE c.id = t.chat_id), '') AS owner")

func messageNoun(owner string) *noun[*domain.Message] {
	return &noun[*domain.Message]{
		table: "message",
		light: "t.id, t.chat_id, t.user_id, t.parent_id, t.role, t.created_at, t.updated_at" + owner,
		heavy: "t.content, t.meta",
		scan: func(r *row, full bool) *domain.Message {
			m := &domain.Message{
				ID: domain.MessageID(r.text()), ChatID: domain.ChatID(r.text()), UserID: domain.UserID(r.text()), ParentID: (*domain.MessageID)(r.maybeText()),
				Role: knownMessageRole(domain.MessageRole(r.text())), CreatedAt: r.time(), UpdatedAt: r.time(),
			}
			if owner != "" {
				m.Owner = domain.UserID(r.text())
			}
			if full {
				m.Content, m.Meta = r.text(), r.document()
			}
			return m
		},
	}
}

func knownMessageRole(r domain.MessageRole) domain.MessageRole {
	switch r {
	case domain.MessageFromUser, domain.MessageFromAssistant, domain.MessageFromSystem:
		return r
	}
	return domain.MessageFromOther
}

// Messages reads a page of each chat's messages, oldest first, without their owner: it is the chat's.
// Served by idx_message_chat_created.
func (s *Store) Messages(ctx context.Context, chats []domain.ChatID, page domain.Page, full bool) ([]domain.Slice[*domain.Message], error) {
	return pages(ctx, s, messageList(chats), len(chats), page, full)
}

// CountMessages counts each chat's messages.
func (s *Store) CountMessages(ctx context.Context, chats []domain.ChatID) ([]int, error) {
	return counts(ctx, s, messageList(chats), len(chats))
}

func messageList(chats []domain.ChatID) *list[*domain.Message] {
	return &list[*domain.Message]{
		noun: messages, name: "of chats", key: "created_at", keyType: "timestamptz",
		where: []string{"t.chat_id = p.chat_id"}, branches: one("message t", "t.created_at"),
		parents: []parentKeys{{"chat_id", texts(chats)}},
	}
}

// MessagesByID reads the messages with these ids, in no order, without those that do not exist.
func (s *Store) MessagesByID(ctx context.Context, ids []domain.MessageID, full bool) ([]*domain.Message, error) {
	return byKeys(ctx, s, ownedMessages, ids, full)
}

const (
	touchChatSQL     = `UPDATE chat SET updated_at = clock_timestamp() WHERE id = $1 AND user_id = $2`
	parentMessageSQL = `SELECT 1 FROM message WHERE id = $1 AND chat_id = $2`
	addMessageSQL    = `
INSERT INTO message (id, chat_id, user_id, parent_id, role, content, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp())`
)

// ErrNoParent is what AddMessage returns where the message to answer is not in the chat.
var ErrNoParent = fmt.Errorf("the message to answer is not in this chat")

// AddMessage adds a message to a chat of its author's, which moves the chat to the top, and returns it;
// domain.NotFound for a chat that is not theirs, ErrNoParent. Locking the chat first keeps its messages' times
// in the order in which they become visible, so a reader who pages on never misses one.
func (s *Store) AddMessage(ctx context.Context, m domain.Message) (*domain.Message, error) {
	err := s.transaction(ctx, func(tx *transaction) error {
		if err := changeOne(ctx, tx, "chat", errNoChat.Message, touchChatSQL, string(m.ChatID), string(m.UserID)); err != nil {
			return fmt.Errorf("touch the chat: %w", err)
		}
		if err := requireParent(ctx, tx, m); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "message", addMessageSQL, string(m.ID), string(m.ChatID), string(m.UserID), m.ParentID, string(m.Role), m.Content)
		return err
	})
	if err != nil {
		return nil, err
	}
	added, err := s.MessagesByID(ctx, []domain.MessageID{m.ID}, true)
	if err == nil && len(added) == 0 {
		err = errNoChat // Deleted in the meantime, with its chat.
	}
	if err != nil {
		return nil, err
	}
	return added[0], nil
}

func requireParent(ctx context.Context, tx *transaction, m domain.Message) error {
	if m.ParentID == nil {
		return nil
	}
	n, err := tx.exec(ctx, "message", parentMessageSQL, string(*m.ParentID), string(m.ChatID))
	if err != nil {
		return fmt.Errorf("find the message to answer: %w", err)
	}
	if n == 0 {
		return ErrNoParent
	}
	return nil
}
