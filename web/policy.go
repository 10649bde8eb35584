package web

import "strings"

// assetPolicy is the policy of everything but the page. It counts where a file is more than a part of the page: a
// worker obeys the policy of its own script. It may load scripts from here, and nothing else from anywhere.
const assetPolicy = "default-src 'none'; script-src 'self'; frame-ancestors 'none'"

// pagePolicy returns the policy of a page whose style elements carry the nonce. Nothing leaves the page's origin, no
// script runs that is not a file of ours, and only what must be is let in beyond that:
//   - style elements with the nonce: the editor writes the colours of its theme into elements that it makes as it goes;
//   - style attributes: the editor places each of its lines by one, in HTML that it writes. An attribute can neither
//     select nor, with images from here alone, tell anyone anything;
//   - images in data: URLs: the wavy line under a mistake is one.
func pagePolicy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src-elem 'self' 'nonce-" + nonce + "'",
		"style-src-attr 'unsafe-inline'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"worker-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}
