package transport

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
)

// read takes in what a request asks, as it is: the body of a POST, or the query string.
func (a *answer) read(r *http.Request) ([]byte, *refusal) {
	switch r.Method {
	case http.MethodPost:
		return a.readPost(r)
	case http.MethodGet, http.MethodHead:
		if int64(len(r.URL.RawQuery)) > a.MaxBody {
			return nil, a.tooLarge()
		}
		return []byte(r.URL.RawQuery), nil
	}
	return nil, notAllowed("use POST, or GET for queries", "GET, HEAD, POST")
}

func notAllowed(why, allow string) *refusal {
	refused := refuse(http.StatusMethodNotAllowed, domain.MethodNotAllowed, "%s", why)
	refused.headers = map[string]string{"Allow": allow}
	return refused
}

// parse takes the parameters from what was read: https://graphql.github.io/graphql-over-http/draft/#sec-Request
func (a *answer) parse(text []byte) (*graphql.RawParams, *refusal) {
	if a.r.Method == http.MethodPost {
		return a.decode(text, a.r.Header)
	}
	return a.parseQuery(string(text))
}

func (a *answer) readPost(r *http.Request) ([]byte, *refusal) {
	if !isJSON(r.Header.Get("Content-Type")) {
		return nil, refuse(http.StatusUnsupportedMediaType, domain.UnsupportedMediaType, "send application/json in UTF-8")
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, refuse(http.StatusUnsupportedMediaType, domain.UnsupportedMediaType, "send the body without a Content-Encoding")
	}
	return a.body(r)
}

// isJSON reports whether a content type is that of JSON in UTF-8. Most clients write it in one way.
func isJSON(contentType string) bool {
	if contentType == string(mediaJSON) {
		return true
	}
	name, params, err := mime.ParseMediaType(contentType)
	return err == nil && name == string(mediaJSON) && isUTF8(params["charset"])
}

// body reads a body, or refuses it as soon as its length is known to be too much.
func (a *answer) body(r *http.Request) ([]byte, *refusal) {
	if r.ContentLength > a.MaxBody {
		return nil, a.tooLarge()
	}
	if from, isReceived := r.Body.(interface{ Received() ([]byte, bool) }); isReceived {
		if body, ok := from.Received(); ok && int64(len(body)) <= a.MaxBody {
			return body, nil
		}
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(a.w, r.Body, a.MaxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, a.tooLarge()
	}
	if err != nil {
		return nil, malformed("the body could not be read")
	}
	return body.Bytes(), nil
}

func (a *answer) tooLarge() *refusal {
	return refuse(http.StatusRequestEntityTooLarge, domain.BodyTooLarge, "a request has at most %d bytes", a.MaxBody)
}

func (a *answer) parseQuery(text string) (*graphql.RawParams, *refusal) {
	query, err := url.ParseQuery(text)
	if err != nil {
		return nil, malformed("the query string is malformed")
	}
	var req request
	for name, values := range query {
		if !isParameter(name) {
			continue
		}
		if len(values) > 1 {
			return nil, malformed("%s is given twice", name)
		}
		if !utf8.ValidString(values[0]) {
			return nil, malformed("%s is not UTF-8", name)
		}
		if refused := a.takeText(&req, name, values[0]); refused != nil {
			return nil, refused
		}
	}
	return req.params(a.r.Header), nil
}

// takeText reads a parameter from a query string, where an empty one is as good as none.
func (a *answer) takeText(req *request, name, text string) *refusal {
	switch name {
	case "query":
		req.Query = text
	case "operationName":
		req.OperationName = text
	default:
		if text != "" {
			return a.decodeValue([]byte(text), req, name)
		}
	}
	return nil
}
