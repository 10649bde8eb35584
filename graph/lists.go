package graph

import (
	"atelier/domain"
	"atelier/relay"
)

// The schema's lists, as gqlgen.yml binds them.
//
//nolint:revive // One comment says what all of them are.
type (
	UserConnection          = relay.Connection[*domain.User]
	UserEdge                = relay.Edge[*domain.User]
	UserPage                = domain.Numbered[*domain.User]
	TaskConnection          = relay.Connection[domain.Task]
	TaskEdge                = relay.Edge[domain.Task]
	TaskPage                = domain.Numbered[domain.Task]
	CreditLogConnection     = relay.Connection[*domain.CreditLog]
	CreditLogEdge           = relay.Edge[*domain.CreditLog]
	ChatConnection          = relay.Connection[*domain.Chat]
	ChatEdge                = relay.Edge[*domain.Chat]
	MessageConnection       = relay.Connection[*domain.Message]
	MessageEdge             = relay.Edge[*domain.Message]
	FileConnection          = relay.Connection[*domain.File]
	FileEdge                = relay.Edge[*domain.File]
	GeneratedFileConnection = relay.Connection[*domain.GeneratedFile]
	GeneratedFileEdge       = relay.Edge[*domain.GeneratedFile]
)
