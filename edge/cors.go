package edge

import (
	"net/http"

	"github.com/rs/cors"
)

// CORS lets pages of these origins use the server from a browser; "*" is all. Tokens travel in a header, which pages set
// themselves: credentials that browsers add on their own, such as cookies, are never let in.
func CORS(origins []string, headers ...string) Middleware {
	if len(origins) == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: append([]string{"Accept", "Authorization", "Content-Type", HeaderRequestID}, headers...),
		ExposedHeaders: []string{"Etag", "Retry-After", HeaderRequestID},
		MaxAge:         600,
	}).Handler
}
