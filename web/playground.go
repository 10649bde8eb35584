package web

import "net/http"

// Options tell the playground's page what it cannot know.
type Options struct {
	// Endpoint is the path of the API on the page's own origin; "/graphql" if empty.
	Endpoint string
	// DemoToken is a token that the page comes filled in with; none if empty.
	// SECURITY: whoever can reach the page can read it. It is for a server with demo data on the developer's own machine.
	DemoToken string
}

// Playground serves the page at / and the files it is made of below /assets/, to GET and HEAD; all else is 404 or 405.
// The page is never stored, since it may hold a token; the files, whose names change with their contents, for ever.
func Playground(o Options) http.Handler {
	if o.Endpoint == "" {
		o.Endpoint = "/graphql"
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", page(o))
	mux.Handle("GET /assets/{name}", newAssets(builtAssets()))
	return harden(mux)
}

// harden sets the headers that every answer carries, refusals too. They keep the page out of frames, its address out of
// others' logs and its contents out of other origins' hands.
func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", assetPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
