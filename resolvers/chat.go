package resolvers

import (
	"context"
	"crypto/rand"
	"strconv"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
)

type chats struct{}

// Chat returns the resolvers of a chat's relations.
func (*Resolver) Chat() graph.ChatResolver { return chats{} }

// ChatConnection returns the resolver of a chat list's total.
func (*Resolver) ChatConnection() graph.ChatConnectionResolver { return totals[*domain.Chat]{} }

// Chat is a chat by id.
func (queries) Chat(ctx context.Context, id relay.ID) (*domain.Chat, error) {
	key, err := relay.ChatKey(id)
	if err != nil {
		return nil, err
	}
	read, err := loaders.ChatsByID(ctx, []domain.ChatID{key})
	return found(ctx, key, read, err)
}

// Chats is a page of each user's chats.
func (users) Chats(ctx context.Context, objs []*domain.User, first *int, after *string, last *int, before *string, filter *graph.ChatFilter) ([]*graph.ChatConnection, error) {
	var which domain.ChatFilter
	if filter != nil {
		which.Archived = domain.TristateOf(filter.Archived)
	}
	list, err := list(ctx, relay.NewScope("User.chats", strconv.Itoa(int(which.Archived))), first, after, last, before, true)
	if err != nil {
		return nil, err
	}
	return loaders.Chats(ctx, objs, which, list)
}

// User is whose each chat is.
func (chats) User(ctx context.Context, objs []*domain.Chat) ([]*domain.User, error) {
	owners, err := loaders.Owners(ctx, objs, func(c *domain.Chat) domain.UserID { return c.UserID })
	return visible(ctx, owners, err)
}

// maxTitle is the most characters that a chat's title may have.
const maxTitle = 200

// CreateChat starts a chat of the viewer's.
func (m mutations) CreateChat(ctx context.Context, input graph.CreateChatInput) (*graph.CreateChatPayload, error) {
	var problems userErrors
	title := problems.text("title", input.Title, maxTitle)
	if problems.any() {
		return &graph.CreateChatPayload{UserErrors: problems.list()}, nil
	}
	chat, err := m.store.CreateChat(ctx, domain.ChatID(rand.Text()), auth.ViewerFrom(ctx).ID, title)
	if err != nil {
		return nil, err
	}
	return &graph.CreateChatPayload{Chat: chat, UserErrors: problems.list()}, nil
}

// RenameChat renames a chat of the viewer's.
func (m mutations) RenameChat(ctx context.Context, input graph.RenameChatInput) (*graph.RenameChatPayload, error) {
	key, err := relay.ChatKey(input.ID)
	if err != nil {
		return nil, err
	}
	var problems userErrors
	title := problems.text("title", input.Title, maxTitle)
	if problems.any() {
		return &graph.RenameChatPayload{UserErrors: problems.list()}, nil
	}
	chat, err := m.store.RenameChat(ctx, key, auth.ViewerFrom(ctx).ID, title)
	if err != nil {
		return nil, err
	}
	return &graph.RenameChatPayload{Chat: chat, UserErrors: problems.list()}, nil
}

// DeleteChat deletes a chat of the viewer's with its messages.
func (m mutations) DeleteChat(ctx context.Context, input graph.DeleteChatInput) (*graph.DeleteChatPayload, error) {
	key, err := relay.ChatKey(input.ID)
	if err != nil {
		return nil, err
	}
	if err := m.store.DeleteChat(ctx, key, auth.ViewerFrom(ctx).ID); err != nil {
		return nil, err
	}
	return &graph.DeleteChatPayload{DeletedChatID: &input.ID, UserErrors: []*domain.UserError{}}, nil
}
