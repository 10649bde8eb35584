package loaders

import (
	"context"

	"atelier/cache/answers"
	"atelier/domain"
	"atelier/relay"
)

// Messages reads a page of each chat's messages. They belong to the chat's owner.
func Messages(ctx context.Context, chats []*domain.Chat, list List) ([]*relay.Connection[*domain.Message], error) {
	s := From(ctx).store
	counts := func(chat domain.OwnedChat) total { return total{list: totalMessages, parent: chat.ID} }
	read := func(ctx context.Context, chats []domain.OwnedChat) ([]*relay.Connection[*domain.Message], error) {
		slices, err := s.Messages(ctx, idsOf(chats), list.Page, list.Full)
		for i := range slices {
			for _, m := range slices[i].Items {
				m.Owner = chats[i].UserID
			}
		}
		return connections(ctx, list, chats, slices, err, domain.MessagePosition, counts)
	}
	return relateEach(ctx, chats, ownedChat, read)
}

func ownedChat(c *domain.Chat) domain.OwnedChat { return domain.OwnedChat{ID: c.ID, UserID: c.UserID} }

func idsOf(chats []domain.OwnedChat) []domain.ChatID {
	ids := make([]domain.ChatID, len(chats))
	for i, chat := range chats {
		ids[i] = chat.ID
	}
	return ids
}

// MessagesByID reads messages for roots; the map lacks those that do not exist.
func MessagesByID(ctx context.Context, ids []domain.MessageID, full bool) (map[domain.MessageID]*domain.Message, error) {
	return From(ctx).messagesByID(full)(ctx, ids)
}

// MessageParents reads the message that each message answers.
func MessageParents(ctx context.Context, messages []*domain.Message, full bool) ([]*domain.Message, error) {
	return relate(ctx, messages, func(m *domain.Message) domain.MessageID {
		if m.ParentID == nil {
			return ""
		}
		return *m.ParentID
	}, From(ctx).messagesByID(full))
}

func (l *Loaders) messagesByID(full bool) fetch[domain.MessageID, *domain.Message] {
	return func(ctx context.Context, ids []domain.MessageID) (map[domain.MessageID]*domain.Message, error) {
		madeOfRows(ctx, domain.TableMessage, ids)
		found, err := l.store.MessagesByID(ctx, ids, full)
		for _, m := range found {
			made(ctx, answers.Row(domain.TableChat, string(m.ChatID))) // It says whose they are.
		}
		return byKey(found, err, func(m *domain.Message) domain.MessageID { return m.ID })
	}
}
