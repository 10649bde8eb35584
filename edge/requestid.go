package edge

import (
	"context"
	"crypto/rand"
	"net/http"
)

// HeaderRequestID carries a request's name: the caller's own, if it is short and plain, or one made here. The answer has it too.
const HeaderRequestID = "X-Request-Id"

const maxRequestID = 64

type requestIDKey struct{}

// RequestIDFrom returns the name of the request that ctx belongs to, or "".
func RequestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// RequestID names requests, so that logs on both sides can be put together.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(HeaderRequestID)
		if !isPlain(id) {
			id = rand.Text()
		}
		w.Header().Set(HeaderRequestID, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// isPlain admits what can stand in a log line without harm.
func isPlain(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
