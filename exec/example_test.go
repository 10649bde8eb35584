package exec_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"atelier/exec"
	"atelier/exec/internal/shop"
)

// A schema is wrapped, and everything else is gqlgen's: the handler, its transports, its extensions.
func ExampleNew() {
	resolvers := &shop.Resolvers{}
	schema := exec.New(shop.NewExecutableSchema(resolvers.Config()), shop.NewExecTable(resolvers.Config()), exec.Options{
		OnFallback: func(reason string) { fmt.Println("left to the generated executor:", reason) },
	})
	server := handler.New(schema)
	server.AddTransport(transport.POST{})

	query := `{"query": "{ customers(first: 2) { id friend { id things(first: 1) { id } } } }"}`
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(query))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)

	fmt.Println(string(bytes.ReplaceAll(response.Body.Bytes(), []byte(`},{`), []byte("},\n{"))))
	for _, call := range resolvers.Calls() {
		fmt.Println(call)
	}
	// Output:
	// {"data":{"customers":[{"id":"a","friend":{"id":"friend of a","things":[{"id":"book-friend of a"}]}},
	// {"id":"b","friend":null}]}}
	// Customer.friend [a b]
	// Customer.things [friend of a]
	// Query.customers [a b]
}
