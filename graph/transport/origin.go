package transport

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"atelier/domain"
)

// checkOrigin refuses what a browser sends for a page of another origin that was not let in. POST with application/json
// is preflighted already, but GET is not: any page may make a browser send one. Requests that no browser sends have
// neither header and pass.
func (a *answer) checkOrigin(r *http.Request) *refusal {
	if origin := r.Header.Get("Origin"); origin != "" {
		if isOwn(origin, r.Host) || AllowsOrigin(a.Origins, origin) {
			return nil
		}
		return crossOrigin()
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return nil
	}
	return crossOrigin()
}

func crossOrigin() *refusal {
	return refuse(http.StatusForbidden, domain.CrossOrigin, "pages of this origin may not use this server")
}

func isOwn(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// AllowsOrigin reports whether pages of an origin are among those let in.
func AllowsOrigin(allowed []string, origin string) bool {
	return slices.Contains(allowed, "*") || slices.ContainsFunc(allowed, func(one string) bool { return strings.EqualFold(one, origin) })
}
