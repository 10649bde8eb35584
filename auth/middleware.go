package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"atelier/domain"
)

// retryAfter is when, in seconds, it is worth asking again if nobody could tell who asked.
const retryAfter = "5"

// Door is where requests become those of a viewer.
type Door struct {
	Verifier *Verifier
	// RoleOf reads a user's role, or fails with NOT_FOUND; it is called once per signed-in request. It may know it from a moment ago:
	// where that will not do, Readmit is asked.
	RoleOf func(context.Context, domain.UserID) (domain.Role, error)
	// Seen is told of every signed-in viewer, and must not block.
	Seen func(domain.UserID)
	// Refuse answers for a request that is not let in; the headers are set.
	Refuse func(http.ResponseWriter, *http.Request, int, *domain.Error)
}

// Middleware puts the viewer into each request's context. A request without an Authorization header is anonymous: the
// rules decide how far it comes. One whose header does not name a user of ours, by exactly one valid bearer token, is
// answered 401 with INVALID_TOKEN; if that cannot be told now, 503 with UNAVAILABLE or TIMEOUT.
func (d Door) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, err := d.viewer(r)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(WithViewer(r.Context(), viewer)))
	})
}

func (d Door) viewer(r *http.Request) (Viewer, error) {
	token, err := bearerToken(r.Header)
	if err != nil || token == "" {
		return Viewer{}, err
	}
	id, err := d.Verifier.Verify(r.Context(), token)
	if err != nil {
		return Viewer{}, err
	}
	viewer, err := viewerOf(r.Context(), id, d.RoleOf)
	if err == nil {
		d.Seen(id)
	}
	return viewer, err
}

// viewerOf is the user of a token that holds.
func viewerOf(ctx context.Context, id domain.UserID, roleOf func(context.Context, domain.UserID) (domain.Role, error)) (Viewer, error) {
	role, err := roleOf(ctx, id)
	if domain.CodeOf(err) == domain.NotFound {
		return Viewer{}, domain.NewError(domain.InvalidToken, "the token's user does not exist")
	}
	if err != nil {
		return Viewer{}, err
	}
	return Viewer{ID: id, Role: role}, nil
}

// Readmit returns a context whose viewer has the role that roleOf reads now.
func Readmit(ctx context.Context, roleOf func(context.Context, domain.UserID) (domain.Role, error)) (context.Context, error) {
	viewer := ViewerFrom(ctx)
	if !viewer.IsSignedIn() {
		return ctx, nil
	}
	viewer, err := viewerOf(ctx, viewer.ID, roleOf)
	if err != nil {
		return nil, err
	}
	return WithViewer(ctx, viewer), nil
}

// bearerToken returns the token in header, or "" if it holds no Authorization.
func bearerToken(header http.Header) (string, error) {
	credentials := header.Values("Authorization")
	if len(credentials) == 0 {
		return "", nil
	}
	if len(credentials) > 1 {
		return "", domain.NewError(domain.InvalidToken, "there is more than one Authorization header")
	}
	scheme, token, _ := strings.Cut(credentials[0], " ")
	token = strings.TrimLeft(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsFunc(token, isNotTokenRune) {
		return "", domain.NewError(domain.InvalidToken, "the Authorization header must read: Bearer, a space, and a token")
	}
	return token, nil
}

// isNotTokenRune reports whether r cannot stand in a bearer token (RFC 6750, 2.1).
func isNotTokenRune(r rune) bool {
	isAlphanumeric := '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	return !isAlphanumeric && !strings.ContainsRune("-._~+/=", r)
}

// refuse answers for err. A client who has left gets no answer.
func (d Door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		return
	}
	failure := d.presentable(r.Context(), err)
	status := http.StatusServiceUnavailable
	if failure.Code == domain.InvalidToken {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	} else {
		w.Header().Set("Retry-After", retryAfter)
	}
	d.Refuse(w, r, status, failure)
}

// presentable returns err as the client may read it. What is not the client's to mend goes to the log.
func (d Door) presentable(ctx context.Context, err error) *domain.Error {
	code := domain.CodeOf(err)
	if code != domain.InvalidToken {
		d.Verifier.config.Log.WarnContext(ctx, "cannot tell who asks", "error", err)
	}
	switch code {
	case domain.InvalidToken:
		return domain.NewError(code, err.Error())
	case domain.Timeout:
		return domain.NewError(code, "it took too long to tell whose the token is; try again")
	}
	return domain.NewError(domain.Unavailable, "nobody can tell now whose the token is; try again")
}
