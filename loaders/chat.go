package loaders

import (
	"context"

	"atelier/domain"
	"atelier/relay"
)

func chatKey(c *domain.Chat) domain.ChatID { return c.ID }

// Chats reads a page of each user's chats.
func Chats(ctx context.Context, users []*domain.User, filter domain.ChatFilter, list List) ([]*relay.Connection[*domain.Chat], error) {
	s := From(ctx).store
	counts := func(id domain.UserID) total { return total{totalChats, filter, id} }
	read := func(ctx context.Context, ids []domain.UserID) ([]*relay.Connection[*domain.Chat], error) {
		slices, err := s.Chats(ctx, ids, filter, list.Page)
		return connections(ctx, list, ids, slices, err, domain.ChatPosition, counts)
	}
	return relateEach(ctx, users, ownersKey(ctx), read)
}

// ChatsByID reads chats for roots; the map lacks those that do not exist.
func ChatsByID(ctx context.Context, ids []domain.ChatID) (map[domain.ChatID]*domain.Chat, error) {
	return From(ctx).chatsByID(ctx, ids)
}

// MessageChats reads the chat of each message.
func MessageChats(ctx context.Context, messages []*domain.Message) ([]*domain.Chat, error) {
	return relate(ctx, messages, func(m *domain.Message) domain.ChatID { return m.ChatID }, From(ctx).chatsByID)
}

func (l *Loaders) chatsByID(ctx context.Context, ids []domain.ChatID) (map[domain.ChatID]*domain.Chat, error) {
	madeOfRows(ctx, domain.TableChat, ids)
	found, err := l.store.ChatsByID(ctx, ids)
	return byKey(found, err, chatKey)
}
