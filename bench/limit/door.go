package limit

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"atelier/auth"
	"atelier/domain"
)

// rememberFor is how long a token that was verified is believed without another look, as by the server, and a role where
// the server remembers roles too.
const rememberFor = time.Minute

// door finds out who asks, and lets admins in.
type door struct {
	verifier       *auth.Verifier
	readRole       func(user string) (string, error)
	remembersRoles bool

	mu    sync.RWMutex
	known map[string]caller // By token; the benchmark has a few.
}

// caller is whose a token is.
type caller struct {
	user, role string
	until      time.Time
}

func newDoor(ctx context.Context, o Options, readRole func(string) (string, error)) (*door, error) {
	verifier, err := auth.NewVerifier(ctx, auth.VerifierConfig{Secret: o.Secret})
	if err != nil {
		return nil, err
	}
	return &door{verifier: verifier, readRole: readRole, remembersRoles: o.RemembersRoles, known: map[string]caller{}}, nil
}

// check returns 200 for an admin, and otherwise what is wrong.
func (d *door) check(r *http.Request) int {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer {
		return http.StatusUnauthorized
	}
	who, err := d.callerOf(r.Context(), token)
	if err != nil {
		return http.StatusUnauthorized
	}
	if who.role != string(domain.RoleAdmin) {
		return http.StatusForbidden
	}
	return http.StatusOK
}

func (d *door) callerOf(ctx context.Context, token string) (caller, error) {
	d.mu.RLock()
	who := d.known[token]
	d.mu.RUnlock()
	fresh := time.Now().Before(who.until)
	if fresh && d.remembersRoles {
		return who, nil
	}
	if !fresh {
		user, err := d.verifier.Verify(ctx, token)
		if err != nil {
			return caller{}, err
		}
		who = caller{user: string(user), until: time.Now().Add(rememberFor)}
	}
	var err error
	if who.role, err = d.readRole(who.user); err != nil {
		return caller{}, err
	}
	if !fresh {
		d.mu.Lock()
		d.known[token] = who
		d.mu.Unlock()
	}
	return who, nil
}

func (l *Limit) readRole(user string) (string, error) {
	var role text
	var found string
	err := l.read(l.role, []column{&role}, func() { found = strings.Clone(role.value) }, user)
	return found, err
}
