package auth

import (
	"context"

	"atelier/domain"
)

// Viewer is who asks. Its zero value is anonymous. A signed-in viewer has a row in the users table, and Role is what
// that row said when the request came.
type Viewer struct {
	ID   domain.UserID
	Role domain.Role
}

// IsSignedIn reports whether the viewer is anyone at all.
func (v Viewer) IsSignedIn() bool { return v.ID != "" }

// IsAdmin reports whether the viewer may see and change everything.
func (v Viewer) IsAdmin() bool { return v.IsSignedIn() && v.Role == domain.RoleAdmin }

// IsMember reports whether the viewer was let in: a user or an admin, not one pending, nor one of an unknown role.
func (v Viewer) IsMember() bool { return v.IsAdmin() || v.IsSignedIn() && v.Role == domain.RoleUser }

// Scope names all that rules ask of the viewer: viewers of one scope see the same.
func (v Viewer) Scope() string {
	switch {
	case !v.IsSignedIn():
		return "anonymous"
	case v.IsAdmin():
		return "admin"
	}
	return string(v.Role) + " " + string(v.ID)
}

type viewerKey struct{}

// WithViewer returns a context in which v asks.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerFrom returns who asks in ctx: nobody signed in, unless WithViewer said otherwise.
func ViewerFrom(ctx context.Context) Viewer {
	v, _ := ctx.Value(viewerKey{}).(Viewer)
	return v
}
