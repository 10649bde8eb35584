package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ipv6Site is how much of an IPv6 address names a site: whoever has one address there has all of them.
const ipv6Site = 64

// clientNetwork names where a request comes from: an IPv4 address or an IPv6 site. X-Forwarded-For is believed as far as
// trusted proxies wrote it: the last address that is not one of theirs.
func clientNetwork(r *http.Request, proxies []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !isTrusted(client, proxies) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		client = next.Unmap()
	}
	if client.Is6() {
		site, err := client.WithZone("").Prefix(ipv6Site)
		if err == nil {
			return site.String()
		}
	}
	return client.String()
}

func isTrusted(address netip.Addr, proxies []netip.Prefix) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// networks parses settings that config has checked.
func networks(settings []string) []netip.Prefix {
	parsed := make([]netip.Prefix, 0, len(settings))
	for _, setting := range settings {
		if prefix, err := netip.ParsePrefix(setting); err == nil {
			parsed = append(parsed, prefix)
		}
	}
	return parsed
}
