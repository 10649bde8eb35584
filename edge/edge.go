// Package edge is what every request passes before the API: a name for it, headers that keep browsers safe, whom pages of
// other origins may be, compression, a time for clients to send and to take in, and a bound on what is at work at once.
//
// It is a leaf: it knows HTTP and nothing of GraphQL.
package edge

import (
	"net/http"
	"slices"
)

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain wraps a handler so that requests pass the middlewares in their order.
func Chain(handler http.Handler, through ...Middleware) http.Handler {
	for _, t := range slices.Backward(through) {
		handler = t(handler)
	}
	return handler
}
