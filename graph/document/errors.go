package document

import (
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// maxMessage bounds a message in bytes: the parser and the validator repeat names of the request, of any length.
const maxMessage = 200

func refuse(code domain.Code, format string, args ...any) gqlerror.List {
	return gqlerror.List{refusal(code, format, args...)}
}

func refusal(code domain.Code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	setCode(err, code)
	return err
}

func setCode(err *gqlerror.Error, code domain.Code) {
	err.Extensions = map[string]any{"code": string(code)}
}

// refuseParse tells a document with too many tokens or levels, where the parser stops, from one that is malformed.
func refuseParse(err error) gqlerror.List {
	told := gqlerror.WrapIfUnwrapped(err)
	switch {
	case strings.HasPrefix(told.Message, "exceeded token limit"):
		return refuse(domain.TooManyTokens, "the document has too many tokens")
	case strings.HasPrefix(told.Message, "exceeded maximum nesting depth"):
		return refuse(domain.TooDeep, "the document nests too deep")
	}
	setCode(told, domain.ParseFailed)
	shorten(told)
	return gqlerror.List{told}
}

// Bounded codes and shortens what gqlgen found against an operation.
func Bounded(errs gqlerror.List) gqlerror.List {
	errs = errs[:min(len(errs), maxErrors)]
	for _, err := range errs {
		setCode(err, domain.ValidationFailed)
		err.Path = nil // Of variables, not of the response.
		shorten(err)
	}
	return errs
}

func shorten(err *gqlerror.Error) { err.Message = shortened(err.Message, maxMessage) }

// shortened cuts a text to so many bytes, on the border of a character.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
