package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const masked = "***"

// Secret is a text that is shown nowhere. string(s) is the text itself.
type Secret string

// String returns ***, or nothing for nothing.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }

// MarshalText returns what String returns.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Address is a URL, or the key=value pairs that PostgreSQL's clients know, which may hold a password.
// It is shown without one. string(a) is the text itself.
type Address string

// String returns the address with everything masked that is not known to be harmless.
func (a Address) String() string {
	switch text := string(a); {
	case text == "":
		return ""
	case strings.Contains(text, "://"):
		return maskURL(text)
	default:
		return maskPairs(text)
	}
}

// GoString returns what String returns.
func (a Address) GoString() string { return a.String() }

// MarshalText returns what String returns.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// harmless are the parameters of connections that are shown.
var harmless = []string{
	"application_name", "client_encoding", "connect_timeout", "database", "db", "dbname", "host", "hostaddr", "port",
	"search_path", "sslmode", "statement_timeout", "target_session_attrs", "timezone", "user",
}

func maskURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || isTorn(u) {
		return masked
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://")
	if u.User != nil {
		b.WriteString(maskUser(u) + "@")
	}
	b.WriteString(u.Host + u.EscapedPath())
	if u.RawQuery != "" {
		b.WriteString("?" + maskQuery(u.RawQuery))
	}
	return b.String()
}

// isTorn reports whether a password with a / ? or # in it may have ended the URL's authority too early, so that parts of
// it stand where a port, a path or a query is expected.
func isTorn(u *url.URL) bool {
	return u.Fragment != "" || strings.Contains(u.EscapedPath()+u.RawQuery, "@")
}

// maskUser shows the user where it is a database's; elsewhere, it may be a token.
func maskUser(u *url.URL) string {
	_, hasPassword := u.User.Password()
	switch {
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return masked
	case hasPassword:
		return url.User(u.User.Username()).String() + ":" + masked
	}
	return u.User.String()
}

func maskQuery(query string) string {
	parameters := strings.Split(query, "&")
	for i, parameter := range parameters {
		if key, _, _ := strings.Cut(parameter, "="); !slices.Contains(harmless, key) {
			parameters[i] = key + "=" + masked
		}
	}
	return strings.Join(parameters, "&")
}

// onePair is key=value in PostgreSQL's syntax: blanks around the sign, quotes around the value, backslashes in it.
const onePair = `\s*([A-Za-z_]\w*)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s\\']|\\.)(?:[^\s\\]|\\.)*|)`

var (
	pairs    = regexp.MustCompile(`(?s)^(?:` + onePair + `(?:\s|$))+\s*$`)
	pairIn   = regexp.MustCompile(`(?s)` + onePair)
	arePairs = pairs.MatchString
)

func maskPairs(text string) string {
	if !arePairs(text) {
		return masked
	}
	var shown []string
	for _, pair := range pairIn.FindAllStringSubmatch(text, -1) {
		if slices.Contains(harmless, pair[1]) {
			shown = append(shown, pair[1]+"="+pair[2])
		} else {
			shown = append(shown, pair[1]+"="+masked)
		}
	}
	return strings.Join(shown, " ")
}
