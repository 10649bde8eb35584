package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

// entrance is a server behind the middleware: it answers with who asks.
type entrance struct {
	http.Handler
	seen []domain.UserID
	read int // How often a role was read.
	log  bytes.Buffer
}

func newEntrance(t *testing.T) *entrance {
	t.Helper()
	e := &entrance{}
	verifier := newVerifier(t, VerifierConfig{Log: slog.New(slog.NewTextHandler(&e.log, nil))})
	door := Door{verifier, e.role, func(id domain.UserID) { e.seen = append(e.seen, id) }, refuse}
	e.Handler = door.Middleware(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v := ViewerFrom(r.Context())
			_, _ = fmt.Fprintf(w, "%s/%s", v.ID, v.Role)
		}))
	return e
}

// refuse answers in two words, a code and a message.
func refuse(w http.ResponseWriter, _ *http.Request, status int, failure *domain.Error) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "%s %s", failure.Code, failure.Message)
}

func (e *entrance) role(ctx context.Context, id domain.UserID) (domain.Role, error) {
	e.read++
	switch id {
	case "u1":
		return domain.RoleAdmin, ctx.Err()
	case "slow":
		return "", fmt.Errorf("read the role: %w", domain.NewError(domain.Timeout, "statement 7 timed out"))
	case "down":
		return "", fmt.Errorf("read the role: %w", domain.NewError(domain.Unavailable, "no database on db-7"))
	case "broken":
		return "", errors.New("relation users does not exist")
	}
	return "", fmt.Errorf("read the role: %w", domain.NewError(domain.NotFound, "no user"))
}

func (e *entrance) ask(header http.Header) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody)
	request.Header = header
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, request)
	return answer
}

func bearer(t *testing.T, user string) http.Header {
	t.Helper()
	return http.Header{"Authorization": {"Bearer " + hs256(t, jwt.MapClaims{"sub": user})}}
}

func TestMiddlewareLetsIn(t *testing.T) {
	token := hs256(t, nil)
	tests := map[string]struct {
		header http.Header
		want   string
	}{
		"no header":             {http.Header{}, "/"},
		"token":                 {http.Header{"Authorization": {"Bearer " + token}}, "u1/admin"},
		"scheme in other cases": {http.Header{"Authorization": {"bEARER " + token}}, "u1/admin"},
		"more spaces":           {http.Header{"Authorization": {"Bearer   " + token}}, "u1/admin"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := newEntrance(t)
			answer := e.ask(test.header)
			if answer.Code != http.StatusOK || answer.Body.String() != test.want {
				t.Errorf("answered %d %q, want %q", answer.Code, answer.Body, test.want)
			}
			if signedIn := test.want != "/"; signedIn && (e.read != 1 || len(e.seen) != 1) || !signedIn && e.read+len(e.seen) > 0 {
				t.Errorf("read %d roles, seen %v", e.read, e.seen)
			}
		})
	}
}

func TestMiddlewareRefuses(t *testing.T) {
	token := hs256(t, nil)
	form := "the Authorization header must read: Bearer, a space, and a token"
	tests := map[string]struct {
		credentials []string
		want        string
	}{
		"empty":           {[]string{""}, form},
		"token alone":     {[]string{token}, form},
		"scheme alone":    {[]string{"Bearer"}, form},
		"scheme, a space": {[]string{"Bearer "}, form},
		"other scheme":    {[]string{"Basic " + token}, form},
		"longer scheme":   {[]string{"BearerX " + token}, form},
		"tab":             {[]string{"Bearer\t" + token}, form},
		"trailing word":   {[]string{"Bearer " + token + " x"}, form},
		"list":            {[]string{"Bearer " + token + ",Bearer " + token}, form},
		"not ASCII":       {[]string{"Bearer é" + token}, form},
		"quoted":          {[]string{`Bearer "` + token + `"`}, form},
		"two headers":     {[]string{"Bearer " + token, "Bearer " + token}, "there is more than one Authorization header"},
		"bad token":       {[]string{"Bearer x.y.z"}, "the token is malformed"},
		"expired":         {[]string{"Bearer " + hs256(t, jwt.MapClaims{"exp": in(-time.Hour)})}, "the token has expired"},
		"unknown user":    {[]string{"Bearer " + hs256(t, jwt.MapClaims{"sub": "gone"})}, "the token's user does not exist"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := newEntrance(t)
			answer := e.ask(http.Header{"Authorization": test.credentials})
			checkAnswer(t, answer, http.StatusUnauthorized, domain.InvalidToken, test.want)
			if got := answer.Header().Get("WWW-Authenticate"); got != `Bearer error="invalid_token"` {
				t.Errorf("WWW-Authenticate is %q", got)
			}
			if len(e.seen) > 0 || e.log.Len() > 0 {
				t.Errorf("seen %v, logged %q", e.seen, e.log.String())
			}
		})
	}
}

func TestMiddlewareCannotTell(t *testing.T) {
	tests := map[string]struct {
		code          domain.Code
		message, logs string
	}{
		"slow":   {domain.Timeout, "it took too long to tell whose the token is; try again", "statement 7"},
		"down":   {domain.Unavailable, "nobody can tell now whose the token is; try again", "db-7"},
		"broken": {domain.Unavailable, "nobody can tell now whose the token is; try again", "relation users"},
	}
	for user, test := range tests {
		t.Run(user, func(t *testing.T) {
			e := newEntrance(t)
			header := bearer(t, user)
			answer := e.ask(header)
			checkAnswer(t, answer, http.StatusServiceUnavailable, test.code, test.message)
			if answer.Header().Get("Retry-After") == "" || answer.Header().Get("WWW-Authenticate") != "" {
				t.Errorf("the headers are %v", answer.Header())
			}
			if !strings.Contains(e.log.String(), test.logs) || strings.Contains(e.log.String(), header.Get("Authorization")[20:]) {
				t.Errorf("logged %q", e.log.String())
			}
			if len(e.seen) > 0 {
				t.Errorf("seen %v", e.seen)
			}
		})
	}
}

func checkAnswer(t *testing.T, answer *httptest.ResponseRecorder, status int, code domain.Code, message string) {
	t.Helper()
	if want := fmt.Sprintf("%s %s", code, message); answer.Code != status || answer.Body.String() != want {
		t.Errorf("answered %d %q, want %d %q", answer.Code, answer.Body, status, want)
	}
}

func TestClientWhoLeftGetsNoAnswer(t *testing.T) {
	e := newEntrance(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", http.NoBody)
	request.Header = bearer(t, "u1")
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, request)
	if answer.Body.Len() > 0 || len(answer.Header()) > 0 || e.log.Len() > 0 || len(e.seen) > 0 {
		t.Errorf("answered %v %q, logged %q, seen %v", answer.Header(), answer.Body, e.log.String(), e.seen)
	}
}

// TestRoleIsReadAnew: a demotion counts from the next request on, whatever the token was signed for.
func TestRoleIsReadAnew(t *testing.T) {
	roles := []domain.Role{domain.RoleAdmin, domain.RolePending}
	var got []Viewer
	roleOf := func(context.Context, domain.UserID) (domain.Role, error) { return roles[len(got)], nil }
	door := Door{newVerifier(t, VerifierConfig{}), roleOf, func(domain.UserID) {}, refuse}
	handler := door.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, ViewerFrom(r.Context()))
	}))
	request := httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody)
	request.Header = bearer(t, "u1")
	for range roles {
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	if len(got) != 2 || !got[0].IsAdmin() || got[1].IsMember() {
		t.Errorf("the viewers were %v", got)
	}
}

// FuzzBearerToken: what is taken for a token stands at the end of the header, after the scheme, and has no room for
// a second one.
func FuzzBearerToken(f *testing.F) {
	for _, seed := range []string{"Bearer a.b.c", "bearer  a", "Bearer", "", "Basic YTpi", "Bearer a, Bearer b", "Bearer\ta", "Bearer a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, credentials string) {
		token, err := bearerToken(http.Header{"Authorization": {credentials}})
		if (err == nil) != (token != "") {
			t.Fatalf("got %q, %v", token, err)
		}
		if err != nil {
			checkSilence(t, err, credentials)
			return
		}
		scheme, found := strings.CutSuffix(credentials, token)
		if !found || strings.ToLower(strings.TrimRight(scheme, " ")) != "bearer" || len(strings.FieldsFunc(token, isNotTokenRune)) != 1 {
			t.Errorf("%q is read as %q", credentials, token)
		}
	})
}
