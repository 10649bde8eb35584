package edge

import (
	"maps"
	"net/http"
)

// securityHeaders are what every answer begins with, by their canonical names. Answers share the values: they are replaced, or
// copied by whoever adds one, since they have no room for another.
var securityHeaders = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
}

// SecurityHeaders tells browsers to take every answer for what it says it is, to show it in no frame, and to run
// nothing of it. Handlers that serve pages set a Content-Security-Policy of their own.
func SecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), securityHeaders)
		next.ServeHTTP(w, r)
	})
}
