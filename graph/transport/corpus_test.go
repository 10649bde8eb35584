package transport_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// hostile is a request that means harm, of graph/testdata/hostile. The large ones are told by how they are made.
type hostile struct {
	Class string `json:"-"`
	Name  string

	Method  string          // POST if not given.
	Headers map[string]text // Besides Content-Type: application/json, or in its place.
	Body    text            // As it is; or else a JSON object is made of the following:

	Query         text
	Variables     text // JSON.
	OperationName text

	// Want is the code of the first error, or several separated by "|" where the first one met may be any of them; "" is no error.
	Want string
}

// text is made of parts one after the other.
type text []part

// part is one of: a string; Times copies of Text, with {i} for the number of the copy and {j} for the next one; Times
// copies of Open, then Inside, then as many of Close; or bytes in Hex.
type part struct {
	literal     string
	Times       int
	Text        text
	Open, Close string
	Inside      text
	Hex         string
}

func (p *part) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, &p.literal)
	}
	type plain part
	return json.Unmarshal(raw, (*plain)(p))
}

// UnmarshalJSON reads a list of parts, or a single string.
func (t *text) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		raw = []byte("[" + string(raw) + "]")
	}
	return json.Unmarshal(raw, (*[]part)(t))
}

func (t text) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.String())
	}
	return b.String()
}

func (p part) String() string {
	switch {
	case p.Hex != "":
		raw, _ := hex.DecodeString(p.Hex)
		return string(raw)
	case p.Open != "":
		return strings.Repeat(p.Open, p.Times) + p.Inside.String() + strings.Repeat(p.Close, p.Times)
	case p.Times > 0:
		return p.copies()
	}
	return p.literal
}

func (p part) copies() string {
	one := p.Text.String()
	if !strings.Contains(one, "{i}") && !strings.Contains(one, "{j}") {
		return strings.Repeat(one, p.Times)
	}
	var b strings.Builder
	for i := range p.Times {
		b.WriteString(strings.NewReplacer("{i}", strconv.Itoa(i), "{j}", strconv.Itoa(i+1)).Replace(one))
	}
	return b.String()
}

func (h hostile) body() []byte {
	if h.Body != nil {
		return []byte(h.Body.String())
	}
	request := map[string]any{"query": h.Query.String()}
	if h.Variables != nil {
		request["variables"] = json.RawMessage("VARIABLES")
	}
	if h.OperationName != nil {
		request["operationName"] = h.OperationName.String()
	}
	return encoded(request, h.Variables.String())
}

// encoded puts the variables in as they are, since not all of them are JSON that Go would write.
func encoded(request map[string]any, variables string) []byte {
	delete(request, "variables")
	raw, err := json.Marshal(request)
	if err != nil {
		panic(err)
	}
	if variables == "" {
		return raw
	}
	return fmt.Appendf(nil, `%s,"variables":%s}`, raw[:len(raw)-1], variables)
}

// request makes a new request of it each time.
func (h hostile) request(t testing.TB, body []byte) *http.Request {
	method := h.Method
	if method == "" {
		method = http.MethodPost
	}
	request := httptest.NewRequestWithContext(t.Context(), method, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	for name, value := range h.Headers {
		request.Header.Set(name, value.String())
	}
	return request
}

// corpus reads all hostile requests.
func corpus(t testing.TB) (all []hostile) {
	t.Helper()
	files, err := filepath.Glob("../testdata/hostile/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no hostile requests: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var class struct {
			Class string
			Cases []hostile
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&class); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, one := range class.Cases {
			one.Class = class.Class
			all = append(all, one)
		}
	}
	return all
}
