package resolvers

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"atelier/domain"
)

// userErrors collects what the caller of a mutation can mend.
type userErrors struct{ found []*domain.UserError }

func (e *userErrors) add(field string, code domain.UserErrorCode, message string) {
	e.found = append(e.found, &domain.UserError{Field: []string{field}, Message: message, Code: code})
}

func (e *userErrors) any() bool { return len(e.found) > 0 }

// list is never nil: the schema's list is not.
func (e *userErrors) list() []*domain.UserError {
	if e.found == nil {
		return []*domain.UserError{}
	}
	return e.found
}

// text checks a text that must say something, within limit characters, and returns it as it was given.
func (e *userErrors) text(field, given string, limit int) string {
	if strings.TrimSpace(given) == "" {
		e.add(field, domain.Blank, "it must not be empty")
	}
	e.tooLong(field, given, limit)
	return given
}

func (e *userErrors) optionalText(field string, given *string, limit int) *string {
	if given != nil {
		e.text(field, *given, limit)
	}
	return given
}

func (e *userErrors) tooLong(field, given string, limit int) {
	if utf8.RuneCountInString(given) > limit {
		e.add(field, domain.TooLong, fmt.Sprintf("at most %d characters", limit))
	}
}

// isImageURL admits http, https and paths on this server; javascript:, data: and //host are not among them.
func isImageURL(given string) bool {
	u, err := url.Parse(given)
	if err != nil || strings.ContainsAny(given, "\\ \t\r\n") {
		return false
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Host != ""
	}
	return u.Scheme == "" && u.Host == "" && strings.HasPrefix(given, "/") && !strings.HasPrefix(given, "//")
}
