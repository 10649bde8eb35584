package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/graph/document"
)

// request is the parameters of a request.
type request struct {
	Query         string
	OperationName string
	Variables     map[string]any
	Extensions    map[string]any
}

func isParameter(name string) bool {
	return name == "query" || name == "operationName" || name == "variables" || name == "extensions"
}

func (req *request) params(header http.Header) *graphql.RawParams {
	return &graphql.RawParams{
		Query: req.Query, OperationName: req.OperationName, Variables: req.Variables, Extensions: req.Extensions, Headers: header,
	}
}

// field is where a parameter goes, by its exact name; what has another name is read and forgotten.
func (req *request) field(name string) any {
	switch name {
	case "query":
		return &req.Query
	case "operationName":
		return &req.OperationName
	case "variables":
		return &req.Variables
	case "extensions":
		return &req.Extensions
	}
	return new(json.RawMessage)
}

// decode reads a body. Nothing of it is repeated in a refusal.
func (a *answer) decode(body []byte, header http.Header) (*graphql.RawParams, *refusal) {
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) == 0 || first[0] != '{' {
		return nil, malformed("the body is one JSON object; there is no batching")
	}
	if refused := a.survey(body); refused != nil {
		return nil, refused
	}
	var req request
	if readQuickly(body, &req) {
		return req.params(header), nil
	}
	req = request{}
	if refused := decodeObject(decoderOf(body), &req); refused != nil {
		return nil, refused
	}
	return req.params(header), nil
}

// decodeValue reads the JSON of one parameter.
func (a *answer) decodeValue(text []byte, req *request, name string) *refusal {
	if refused := a.survey(text); refused != nil {
		return refused
	}
	decoder := decoderOf(text)
	if refused := decodeField(decoder, req, name); refused != nil {
		return refused
	}
	return expectEnd(decoder)
}

// Around the values of variables stand the body, the variables, and room for what extensions hold.
const (
	valuesAround = 100
	depthAround  = 3
)

// survey refuses a text that is not UTF-8 or beyond limits.
func (a *answer) survey(text []byte) *refusal {
	if !utf8.Valid(text) {
		return malformed("this is not UTF-8")
	}
	switch extent := surveyJSON(text); {
	case extent.values > a.Limits.Values+valuesAround:
		return beyond(text, domain.TooManyValues, "at most %d values in variables", a.Limits.Values)
	case extent.deepest > a.Limits.ValueDepth+depthAround:
		return beyond(text, domain.ValuesTooDeep, "at most %d lists and objects within each other", a.Limits.ValueDepth)
	case bytes.Contains(text, []byte(`\u`)) && document.HasHalfSurrogate(string(text)):
		return malformed("a string has half of a surrogate pair")
	}
	return nil
}

func decoderOf(text []byte) *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder
}

// beyond refuses a text that is too much to be decoded; if it is JSON at all, as a well-formed request.
func beyond(text []byte, code domain.Code, format string, args ...any) *refusal {
	refused := refuse(http.StatusBadRequest, code, format, args...)
	refused.wellFormed = json.Valid(text)
	return refused
}

func decodeObject(decoder *json.Decoder, req *request) *refusal {
	if _, err := decoder.Token(); err != nil {
		return notJSON()
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return notJSON()
		}
		if isParameter(name) && seen[name] {
			return malformed("%s is given twice", name)
		}
		seen[name] = true
		if refused := decodeField(decoder, req, name); refused != nil {
			return refused
		}
	}
	if _, err := decoder.Token(); err != nil {
		return notJSON()
	}
	return expectEnd(decoder)
}

func decodeField(decoder *json.Decoder, req *request, name string) *refusal {
	err := decoder.Decode(req.field(name))
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return malformed("%s is of the wrong type", name) // Only a parameter has a type.
	}
	if err != nil {
		return notJSON()
	}
	return nil
}

func expectEnd(decoder *json.Decoder) *refusal {
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed("something follows the JSON")
	}
	return nil
}

func notJSON() *refusal { return malformed("this is not well-formed JSON") }
