package resolvers

import (
	"context"
	"crypto/rand"
	"errors"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
	"atelier/store"
)

type messages struct{}

// Message returns the resolvers of a message's relations.
func (*Resolver) Message() graph.MessageResolver { return messages{} }

// MessageConnection returns the resolver of a chat's total.
func (*Resolver) MessageConnection() graph.MessageConnectionResolver {
	return totals[*domain.Message]{}
}

// Messages is a page of each chat's messages.
func (chats) Messages(ctx context.Context, objs []*domain.Chat, first *int, after *string, last *int, before *string) ([]*graph.MessageConnection, error) {
	list, err := list(ctx, relay.NewScope("Chat.messages"), first, after, last, before, graph.Selects(ctx, heavyMessage...))
	if err != nil {
		return nil, err
	}
	return loaders.Messages(ctx, objs, list)
}

// Chat is the chat that each message is in.
func (messages) Chat(ctx context.Context, objs []*domain.Message) ([]*domain.Chat, error) {
	chats, err := loaders.MessageChats(ctx, objs)
	return visible(ctx, chats, err)
}

// User is who wrote each message.
func (messages) User(ctx context.Context, objs []*domain.Message) ([]*domain.User, error) {
	owners, err := loaders.Owners(ctx, objs, func(m *domain.Message) domain.UserID { return m.UserID })
	return visible(ctx, owners, err)
}

// Parent is the message that each message answers.
func (messages) Parent(ctx context.Context, objs []*domain.Message) ([]*domain.Message, error) {
	parents, err := loaders.MessageParents(ctx, objs, graph.Selects(ctx, heavyMessage...))
	return visible(ctx, parents, err)
}

// maxContent is the most characters that a message may have.
const maxContent = 32_000

// AddMessage adds a message of the viewer's to a chat of theirs.
func (m mutations) AddMessage(ctx context.Context, input graph.AddMessageInput) (*graph.AddMessagePayload, error) {
	message, err := messageAsked(ctx, input)
	if err != nil {
		return nil, err
	}
	var problems userErrors
	problems.text("content", input.Content, maxContent)
	if problems.any() {
		return &graph.AddMessagePayload{UserErrors: problems.list()}, nil
	}
	added, err := m.store.AddMessage(ctx, message)
	if errors.Is(err, store.ErrNoParent) {
		problems.add("parentId", domain.Invalid, err.Error())
		return &graph.AddMessagePayload{UserErrors: problems.list()}, nil
	}
	if err != nil {
		return nil, err
	}
	return &graph.AddMessagePayload{Message: added, UserErrors: problems.list()}, nil
}

func messageAsked(ctx context.Context, input graph.AddMessageInput) (domain.Message, error) {
	message := domain.Message{
		ID: domain.MessageID(rand.Text()), UserID: auth.ViewerFrom(ctx).ID, Role: domain.MessageFromUser, Content: input.Content,
	}
	var err error
	if message.ChatID, err = relay.ChatKey(input.ChatID); err != nil || input.ParentID == nil {
		return message, err
	}
	parent, err := relay.MessageKey(*input.ParentID)
	message.ParentID = &parent
	return message, err
}
