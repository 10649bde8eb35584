package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
)

// read takes the parameters from a request: https://graphql.github.io/graphql-over-http/draft/#sec-Request
func (a *answer) read(r *http.Request) (*graphql.RawParams, *refusal) {
	switch r.Method {
	case http.MethodPost:
		return a.readPost(r)
	case http.MethodGet, http.MethodHead:
		return readGet(r.URL.RawQuery, r.Header)
	}
	refused := refuse(http.StatusMethodNotAllowed, domain.MethodNotAllowed, "use POST, or GET for queries")
	refused.headers = map[string]string{"Allow": "GET, HEAD, POST"}
	return nil, refused
}

func (a *answer) readPost(r *http.Request) (*graphql.RawParams, *refusal) {
	name, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || name != string(mediaJSON) || !isUTF8(params["charset"]) {
		return nil, refuse(http.StatusUnsupportedMediaType, domain.UnsupportedMediaType, "send application/json in UTF-8")
	}
	body, err := io.ReadAll(http.MaxBytesReader(a.w, r.Body, a.MaxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refuse(http.StatusRequestEntityTooLarge, domain.BodyTooLarge, "a request has at most %d bytes", a.MaxBody)
	}
	if err != nil {
		return nil, malformed("the body could not be read")
	}
	return decode(body, r.Header)
}

// request is a request's parameters, each still to be looked at: one of another type than it should have is refused, not ignored.
type request struct {
	Query         *string        `json:"query"`
	OperationName *string        `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

// decode reads a body. Nothing of it is repeated in the refusal.
func decode(body []byte, header http.Header) (*graphql.RawParams, *refusal) {
	if !utf8.Valid(body) {
		return nil, malformed("the body is not UTF-8")
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) == 0 || first[0] != '{' {
		return nil, malformed("the body is one JSON object; there is no batching")
	}
	var req request
	if refused := decodeJSON(body, &req); refused != nil {
		return nil, refused
	}
	return req.params(header), nil
}

func decodeJSON(text []byte, into any) *refusal {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return malformed("%s is of the wrong type", fieldName(wrong.Field))
	}
	if err != nil {
		return malformed("this is not well-formed JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed("something follows the JSON object")
	}
	return nil
}

// fieldName names a parameter that has the wrong type; only names of ours come back.
func fieldName(name string) string {
	switch name {
	case "query", "operationName", "variables", "extensions":
		return name
	}
	return "a parameter"
}

func (req request) params(header http.Header) *graphql.RawParams {
	params := &graphql.RawParams{Variables: req.Variables, Extensions: req.Extensions, Headers: header}
	if req.Query != nil {
		params.Query = *req.Query
	}
	if req.OperationName != nil {
		params.OperationName = *req.OperationName
	}
	return params
}

func readGet(rawQuery string, header http.Header) (*graphql.RawParams, *refusal) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, malformed("the query string is malformed")
	}
	params := &graphql.RawParams{Query: query.Get("query"), OperationName: query.Get("operationName"), Headers: header}
	for _, part := range []struct {
		name string
		into *map[string]any
	}{{"variables", &params.Variables}, {"extensions", &params.Extensions}} {
		text := query.Get(part.name)
		if text == "" {
			continue
		}
		if decodeJSON([]byte(text), part.into) != nil {
			return nil, malformed("%s is not a JSON object", part.name)
		}
	}
	if !utf8.ValidString(params.Query) {
		return nil, malformed("query is not UTF-8")
	}
	return params, nil
}
