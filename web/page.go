package web

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

//go:embed dist/index.html
var indexHTML string

// index takes a pageConfig. The template writes it as JSON, with whatever could end the script element escaped.
var index = template.Must(template.New("index.html").Parse(indexHTML))

// pageConfig is what the page is told; playground/config.ts reads it.
type pageConfig struct {
	Endpoint   string `json:"endpoint"`
	DemoToken  string `json:"demoToken,omitempty"`
	StyleNonce string `json:"styleNonce"`
}

func page(o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		config := pageConfig{Endpoint: o.Endpoint, StyleNonce: rand.Text()}
		if isOwn(r) {
			config.DemoToken = o.DemoToken
		}
		var html bytes.Buffer
		if err := index.Execute(&html, config); err != nil {
			http.Error(w, "the page cannot be written", http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy(config.StyleNonce))
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		_, _ = html.WriteTo(w) // If it fails, nobody is there to be told.
	})
}

// isOwn reports whether a request is that of a person at the browser, and none by a script of a foreign site. Such
// scripts name their origin where settings let them read our answers; or they ask by a name that points here for a
// moment (DNS rebinding), so that the page is one of their own. Addresses and localhost point where they always do. What a
// proxy forwards may be anyone's.
func isOwn(r *http.Request) bool {
	isForwarded := r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != ""
	return r.Header.Get("Origin") == "" && !isForwarded && isOwnName(r.Host)
}

func isOwnName(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	_, err = netip.ParseAddr(name)
	return err == nil
}
