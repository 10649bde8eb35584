package graph

import (
	"context"

	"atelier/auth"
	"atelier/domain"
	"atelier/relay"
)

// standIns are users of whom no more than the id is known, which is all that a user's relations and their rules need: they are asked
// while the user's row is still being read. A balance alone comes with that row.
var standIns = map[string]func(context.Context, map[string]any) any{
	"Query.user": func(ctx context.Context, args map[string]any) any {
		id, _ := args["id"].(relay.ID)
		key, err := relay.UserKey(id)
		if err != nil || SelectsBalanceAlone(ctx) {
			return nil
		}
		return &domain.User{ID: key}
	},
	"Query.viewer": func(ctx context.Context, _ map[string]any) any {
		if viewer := auth.ViewerFrom(ctx); viewer.IsSignedIn() && !SelectsBalanceAlone(ctx) {
			return &domain.User{ID: viewer.ID}
		}
		return nil
	},
}
