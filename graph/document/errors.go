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

// refuseParse tells a document with too many tokens, where the parser stops, from one that is malformed.
func refuseParse(err error) gqlerror.List {
	told := gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	if strings.HasPrefix(told[0].Message, "exceeded token limit") {
		return refuse(domain.TooManyTokens, "the document has too many tokens")
	}
	setCode(told[0], domain.ParseFailed)
	shorten(told[0])
	return told
}

// quiet codes and shortens what the validator found, and takes off the names that it suggests where those are secret.
func quiet(errs gqlerror.List, noSuggestions bool) gqlerror.List {
	for _, err := range errs {
		setCode(err, domain.ValidationFailed)
		if noSuggestions {
			err.Message, _, _ = strings.Cut(err.Message, " Did you mean")
		}
		shorten(err)
	}
	return errs
}

func shorten(err *gqlerror.Error) {
	if len(err.Message) <= maxMessage {
		return
	}
	cut := maxMessage
	for !utf8.RuneStart(err.Message[cut]) {
		cut--
	}
	err.Message = err.Message[:cut] + "…"
}
