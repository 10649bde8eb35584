package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"

	"github.com/valyala/fasthttp"
)

// repeats is what a client fetches again that it has already: a profile, tasks and a chat, to each of which it comes back four
// times while nothing changes. Balances are never kept, and none is in them. The old clients fetched everything again; to be fair, as much as the server's answers are long, which are
// shorter than the old ones. A client that asks by GET keeps the ETag of each answer, and fetches what is not answered 304.
func (r *run) repeats(after *subject) (Comparison, error) {
	c := Comparison{What: "bytes fetched again when a client comes back", Unit: "kB", Before: nothing, After: nothing, Promise: promisedRepeats}
	pages := []operation{
		{name: "a profile", fill: byGet(profileQuery, map[string]any{"id": userID(r.people.Prolific.ID)})},
		{name: "tasks", fill: byGet(userTasksQuery, map[string]any{"id": userID(r.people.Busiest.ID)})},
		{name: "a chat", fill: byGet(chatQuery, map[string]any{"id": chatID(r.people.Chats[0].ID)})},
	}
	var whole, again int64
	for _, page := range pages {
		first, tag, err := after.visit(page, "")
		if err != nil {
			return c, err
		}
		if tag == "" {
			c.Missing = "the server sends no ETag with these answers"
			return c, nil
		}
		for range 4 {
			size, _, err := after.visit(page, tag)
			if err != nil {
				return c, err
			}
			whole += first
			again += size
		}
	}
	c.Before, c.After = alone(float64(whole)/1000), alone(float64(again)/1000)
	return c, nil
}

// byGet returns what fills a request by GET, which is what browsers keep answers of.
func byGet(query string, variables map[string]any) func(*fasthttp.Request, *rand.Rand) {
	text, err := json.Marshal(variables)
	if err != nil {
		panic(err) // The operations are part of the program.
	}
	path := "/graphql?" + url.Values{"query": {query}, "variables": {string(text)}}.Encode()
	return rest(fixed(path))
}

// visit asks as a browser does that has an answer with that ETag, and returns how many bytes came back, and their ETag.
func (g generator) visit(o operation, tag string) (size int64, newTag string, err error) {
	client := g.client(1)
	defer client.CloseIdleConnections()
	request, response := g.request(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	o.fill(request, rand.New(rand.NewPCG(0, 1))) //nolint:gosec // Repeatable on purpose.
	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}
	if err := client.Do(request, response); err != nil {
		return 0, "", err
	}
	switch status := response.StatusCode(); status {
	case fasthttp.StatusOK, fasthttp.StatusNotModified:
		return int64(len(response.Body())), string(response.Header.Peek("ETag")), nil
	default:
		return 0, "", fmt.Errorf("%s: answered %d", o.name, status)
	}
}
