package domain

import (
	"errors"
	"fmt"
)

// Code names a kind of failure to the clients of the API; docs/errors.md tells what each means and who can mend it.
type Code string

// The codes of the failures that callers can tell apart. An error without one is INTERNAL at the edge.
const (
	Unauthenticated Code = "UNAUTHENTICATED"  // No token where one is needed.
	InvalidToken    Code = "INVALID_TOKEN"    // A token that does not hold, has run out, or names nobody.
	Forbidden       Code = "FORBIDDEN"        // The viewer is known, and may not.
	NotFound        Code = "NOT_FOUND"        // Absent or not the viewer's: the two are indistinguishable.
	InvalidID       Code = "INVALID_ID"       // Not an id that this server issued, or one of another type.
	InvalidCursor   Code = "INVALID_CURSOR"   // Not a cursor that this server issued for this list, order and filter.
	InvalidPage     Code = "INVALID_PAGE"     // A page size or number out of range, or first and last at once.
	InvalidArgument Code = "INVALID_ARGUMENT" // Any other argument that does not hold.
	TooLarge        Code = "TOO_LARGE"        // What was asked for is more than an operation may read, in bytes.
	AnswerTooLarge  Code = "ANSWER_TOO_LARGE" // What was read makes more bytes than an answer may have.
	MoreErrors      Code = "MORE_ERRORS"      // Not a failure of its own: there are more than an answer lists.

	// What is refused before anything runs.
	BadRequest                 Code = "BAD_REQUEST" // Not a GraphQL request over HTTP.
	NotAcceptable              Code = "NOT_ACCEPTABLE"
	MethodNotAllowed           Code = "METHOD_NOT_ALLOWED"
	UnsupportedMediaType       Code = "UNSUPPORTED_MEDIA_TYPE"
	BodyTooLarge               Code = "BODY_TOO_LARGE"
	RequestTimeout             Code = "REQUEST_TIMEOUT" // The body did not arrive in time.
	CrossOrigin                Code = "CROSS_ORIGIN"    // From a page of another origin, without that origin being let in.
	PersistedQueryNotFound     Code = "PERSISTED_QUERY_NOT_FOUND"
	PersistedQueryNotSupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
	RateLimited                Code = "RATE_LIMITED" // The viewer's points are spent; Retry-After says when there are more.
	Overloaded                 Code = "OVERLOADED"   // The server has as much to do as it takes on; Retry-After says when to ask again.

	ParseFailed           Code = "GRAPHQL_PARSE_FAILED"      // Not a GraphQL document.
	ValidationFailed      Code = "GRAPHQL_VALIDATION_FAILED" // A document that does not fit the schema, or a variable its type.
	TooManyTokens         Code = "TOO_MANY_TOKENS"
	TooDeep               Code = "TOO_DEEP"
	TooManyFields         Code = "TOO_MANY_FIELDS"
	TooManyAliases        Code = "TOO_MANY_ALIASES"
	TooManyRootFields     Code = "TOO_MANY_ROOT_FIELDS"
	TooManyDirectives     Code = "TOO_MANY_DIRECTIVES"
	TooManyFragments      Code = "TOO_MANY_FRAGMENTS"
	TooManyVariables      Code = "TOO_MANY_VARIABLES"
	TooManyValues         Code = "TOO_MANY_VALUES"
	ListTooLong           Code = "LIST_TOO_LONG"
	ValuesTooDeep         Code = "VALUES_TOO_DEEP"
	TooManyNodes          Code = "TOO_MANY_NODES"
	TooManyAnswered       Code = "TOO_MANY_ANSWERED" // Values, where TOO_MANY_VALUES are those that are sent.
	CostExceeded          Code = "COST_EXCEEDED"
	IntrospectionLimit    Code = "INTROSPECTION_LIMIT"
	IntrospectionTooLarge Code = "INTROSPECTION_TOO_LARGE"
	IntrospectionOff      Code = "INTROSPECTION_OFF"

	Timeout     Code = "TIMEOUT"     // The database was given up on; asking again, or for less, may help.
	Unavailable Code = "UNAVAILABLE" // The database cannot be reached; ask again later.
	Internal    Code = "INTERNAL"    // Ours to mend; the log has the cause under the id in the message.
)

// IsRetryable reports whether the same request may succeed later, without a change.
func (c Code) IsRetryable() bool {
	return c == Timeout || c == Unavailable || c == RateLimited || c == Overloaded || c == RequestTimeout
}

// Error is a failure with a code. Message is for the caller of the API and holds nothing internal.
type Error struct {
	Code    Code
	Message string
}

// NewError returns a coded error.
func NewError(code Code, message string) *Error { return &Error{code, message} }

// Errorf returns a coded error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// CodeOf returns the code of the first *Error in err's chain, or Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// UserErrorCode names what is wrong with an input, in a mutation's userErrors.
type UserErrorCode string

// The codes of userErrors.
const (
	Blank     UserErrorCode = "BLANK"
	TooLong   UserErrorCode = "TOO_LONG"
	Invalid   UserErrorCode = "INVALID"
	LastAdmin UserErrorCode = "LAST_ADMIN"
)

// UserError is what the caller of a mutation can mend: Field is the path to the input field.
type UserError struct {
	Field   []string
	Message string
	Code    UserErrorCode
}
