package store

import (
	"context"
	"fmt"

	"atelier/domain"
)

var chats = &noun[*domain.Chat]{
	table: "chat",
	light: "t.id, t.user_id, t.title, t.archived, t.pinned, t.created_at, t.updated_at",
	scan: func(r *row, _ bool) *domain.Chat {
		return &domain.Chat{
			ID: domain.ChatID(r.text()), UserID: domain.UserID(r.text()), Title: r.text(), Archived: r.yes(), Pinned: r.yes(),
			CreatedAt: r.time(), UpdatedAt: r.time(),
		}
	},
}

// Chats reads a page of each user's chats, latest first. Served by idx_chat_user_updated and idx_chat_user_archived_updated.
func (s *Store) Chats(ctx context.Context, users []domain.UserID, filter domain.ChatFilter, page domain.Page) ([]domain.Slice[*domain.Chat], error) {
	return pages(ctx, s, chatList(users, filter), len(users), page, false)
}

// CountChats counts each user's chats.
func (s *Store) CountChats(ctx context.Context, users []domain.UserID, filter domain.ChatFilter) ([]int, error) {
	return counts(ctx, s, chatList(users, filter), len(users))
}

func chatList(users []domain.UserID, filter domain.ChatFilter) *list[*domain.Chat] {
	l := &list[*domain.Chat]{
		noun: chats, name: "of users", key: "updated_at", keyType: "timestamptz", descends: true,
		parents: []parentKeys{{"user_id", texts(users)}}, branches: one("chat t", "t.updated_at"),
	}
	l.where = []string{"t.user_id = p.user_id"}
	switch filter.Archived {
	case domain.Yes:
		l.where = append(l.where, "t.archived = true")
	case domain.No:
		l.where = append(l.where, "t.archived = false")
	}
	return l
}

// ChatsByID reads the chats with these ids, in no order, without those that do not exist.
func (s *Store) ChatsByID(ctx context.Context, ids []domain.ChatID) ([]*domain.Chat, error) {
	return byKeys(ctx, s, chats, ids, true)
}

func (s *Store) chat(ctx context.Context, id domain.ChatID) (*domain.Chat, error) {
	found, err := s.ChatsByID(ctx, []domain.ChatID{id})
	if err == nil && len(found) == 0 {
		err = errNoChat
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

var errNoChat = domain.NewError(domain.NotFound, "there is no such chat")

const createChatSQL = `INSERT INTO chat (id, user_id, title) VALUES ($1, $2, $3)`

// CreateChat adds a chat and returns it.
func (s *Store) CreateChat(ctx context.Context, id domain.ChatID, owner domain.UserID, title string) (*domain.Chat, error) {
	if _, err := s.exec(ctx, "chat", createChatSQL, string(id), string(owner), title); err != nil {
		return nil, err
	}
	return s.chat(ctx, id)
}

// Changes of a chat take the clock's time, not their transaction's: one that had to wait is the later one.
const renameChatSQL = `UPDATE chat SET title = $3, updated_at = clock_timestamp() WHERE id = $1 AND user_id = $2`

// RenameChat renames a chat of the owner's and returns it, or domain.NotFound.
func (s *Store) RenameChat(ctx context.Context, id domain.ChatID, owner domain.UserID, title string) (*domain.Chat, error) {
	n, err := s.exec(ctx, "chat", renameChatSQL, string(id), string(owner), title)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errNoChat
	}
	return s.chat(ctx, id)
}

const (
	lockChatSQL       = `SELECT 1 FROM chat WHERE id = $1 AND user_id = $2 FOR UPDATE`
	deleteMessagesSQL = `DELETE FROM message WHERE chat_id = $1`
	deleteChatSQL     = `DELETE FROM chat WHERE id = $1 AND user_id = $2`
)

// DeleteChat deletes a chat of the owner's and its messages, or returns domain.NotFound. The messages are named, since a
// database that was there before Atelier may have no foreign key that takes them along.
func (s *Store) DeleteChat(ctx context.Context, id domain.ChatID, owner domain.UserID) error {
	return s.transaction(ctx, func(tx *transaction) error {
		if err := changeOne(ctx, tx, "chat", errNoChat.Message, lockChatSQL, string(id), string(owner)); err != nil {
			return fmt.Errorf("lock the chat: %w", err)
		}
		if _, err := tx.exec(ctx, "message", deleteMessagesSQL, string(id)); err != nil {
			return fmt.Errorf("delete the messages: %w", err)
		}
		return changeOne(ctx, tx, "chat", errNoChat.Message, deleteChatSQL, string(id), string(owner))
	})
}
