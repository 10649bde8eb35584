package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"atelier/relay"
)

// graphQL returns what fills a request with an operation of the API. Variables whose values change from request to request
// are given as functions of the draw.
func graphQL(query string, variables map[string]any) func(*fasthttp.Request, *rand.Rand) {
	parts, values := gapped(query, variables)
	return func(r *fasthttp.Request, draw *rand.Rand) {
		r.SetRequestURI("/graphql")
		r.Header.SetMethod(fasthttp.MethodPost)
		r.Header.SetContentType("application/json")
		body := r.Body()[:0]
		body = append(body, parts[0]...)
		for i, value := range values {
			body = append(append(body, value(draw)...), parts[i+1]...)
		}
		r.SetBodyRaw(body)
	}
}

// drawn is a variable whose value is chosen for each request.
type drawn func(*rand.Rand) string

// gapped encodes a request once, with gaps for what is drawn. Values drawn are ids and titles of the demo data.
func gapped(query string, variables map[string]any) (parts []string, values []drawn) {
	const gap = "\x01gap\x01" // No text of ours holds it.
	marked := map[string]any{}
	for name, value := range variables {
		if _, isDrawn := value.(drawn); isDrawn {
			value = gap + name + gap
		}
		marked[name] = value
	}
	text, err := json.Marshal(map[string]any{"query": query, "variables": marked})
	if err != nil {
		panic(err) // The operations are part of the program.
	}
	quoted := strings.ReplaceAll(gap, "\x01", `\u0001`)
	for i, part := range strings.Split(string(text), quoted) {
		if i%2 == 0 {
			parts = append(parts, part)
		} else {
			values = append(values, variables[part].(drawn))
		}
	}
	return parts, values
}

// rest returns what fills a request of the old backend.
func rest(path func(*rand.Rand) string) func(*fasthttp.Request, *rand.Rand) {
	return func(r *fasthttp.Request, draw *rand.Rand) {
		r.SetRequestURI(path(draw))
		r.Header.SetMethod(fasthttp.MethodGet)
	}
}

func userID(key string) string { return relay.ID{Type: relay.TypeUser, Key: key}.Encode() }
func chatID(key string) string { return relay.ID{Type: relay.TypeChat, Key: key}.Encode() }

// What both ask for, in the API's words and in the old backend's. The old answers are whole rows; the API's are what
// a page of a front end shows.
const (
	userListQuery = `query Users { users(first: 50) { nodes { id name email role profileImageUrl credit lastActiveAt } pageInfo { hasNextPage endCursor } } }`
	userQuery     = `query User($id: ID!) { user(id: $id) { id name email role profileImageUrl credit lastActiveAt } }`

	taskShown = `id status prompt progress imageUrl cost submittedAt finishedAt`

	userTasksQuery = `query Tasks($id: ID!, $after: String) { user(id: $id) { tasks(first: 20, after: $after, filter: {service: MIDJOURNEY}) { nodes { ` +
		taskShown + ` } pageInfo { hasNextPage endCursor } } } }`
	allTasksQuery = `query AllTasks($after: String) { tasks(first: 20, after: $after, filter: {service: MIDJOURNEY}) { nodes { ` +
		taskShown + ` } pageInfo { hasNextPage endCursor } } }`
	chatQuery = `query Chat($id: ID!) { chat(id: $id) { id title messages(first: 20) { nodes { id role content createdAt } pageInfo { hasNextPage endCursor } } } }`

	userPageQuery = `query UserPage($id: ID!) { user(id: $id) { id name email role profileImageUrl credit lastActiveAt ` +
		`tasks(first: 20) { totalCount nodes { service ` + taskShown + ` } pageInfo { hasNextPage endCursor } } ` +
		`chats(first: 3) { totalCount nodes { id title updatedAt messages(last: 5) { nodes { id role content createdAt } } } } } }`
)

// pair is the same thing asked of both.
type pair struct {
	before, after operation
}

func (r *run) userList() pair {
	return pair{
		operation{name: "user list", fill: rest(fixed("/users?page=1&page_size=50"))},
		operation{name: "user list", fill: graphQL(userListQuery, nil)},
	}
}

func fixed(path string) func(*rand.Rand) string { return func(*rand.Rand) string { return path } }

// tasksOf is a page of one user's Midjourney tasks: number for the old backend, cursor for the API.
func (r *run) tasksOf(name, user string, number int, after *string) pair {
	return pair{
		operation{name: name, fill: rest(fixed("/mj/tasks?user_id=" + user + "&page_size=20&page=" + strconv.Itoa(number)))},
		operation{name: name, fill: graphQL(userTasksQuery, map[string]any{"id": userID(user), "after": after})},
	}
}

func (r *run) allTasks(name string, number int, after *string) pair {
	return pair{
		operation{name: name, fill: rest(fixed("/mj/tasks?page_size=20&page=" + strconv.Itoa(number)))},
		operation{name: name, fill: graphQL(allTasksQuery, map[string]any{"after": after})},
	}
}

// mix is what clients ask for in the course of a day: a user half of the time, pages of tasks and of messages, and now and
// then the list of users. Both sides draw the same.
func (r *run) mix() pair {
	list := r.userList()
	users, chats := r.people.Users, r.people.Chats
	anyUser := func(draw *rand.Rand) string { return users[draw.IntN(len(users))].ID }
	anyChat := func(draw *rand.Rand) string { return chats[draw.IntN(len(chats))].ID }
	before := []func(*fasthttp.Request, *rand.Rand){
		rest(func(draw *rand.Rand) string { return "/users/" + anyUser(draw) }),
		rest(func(draw *rand.Rand) string { return "/mj/tasks?page_size=20&user_id=" + anyUser(draw) }),
		rest(func(draw *rand.Rand) string { return "/chats/" + anyChat(draw) + "/messages" }),
		list.before.fill,
	}
	after := []func(*fasthttp.Request, *rand.Rand){
		graphQL(userQuery, map[string]any{"id": drawn(func(draw *rand.Rand) string { return userID(anyUser(draw)) })}),
		graphQL(userTasksQuery, map[string]any{"id": drawn(func(draw *rand.Rand) string { return userID(anyUser(draw)) })}),
		graphQL(chatQuery, map[string]any{"id": drawn(func(draw *rand.Rand) string { return chatID(anyChat(draw)) })}),
		list.after.fill,
	}
	return pair{mixed(before), mixed(after)}
}

// shares of a mix's operations, in tenths.
var shares = []int{5, 2, 2, 1}

func mixed(fills []func(*fasthttp.Request, *rand.Rand)) operation {
	return operation{name: "mix", fill: func(r *fasthttp.Request, draw *rand.Rand) {
		n := draw.IntN(10)
		for i, share := range shares {
			if n -= share; n < 0 {
				fills[i](r, draw)
				return
			}
		}
	}}
}

// pageLoad is a user's page with all that is on it: the old front end asked for each thing, for the chats' messages after
// the chats, at no more connections than a browser opens; the new one asks once.
func (r *run) pageLoad() pair {
	user := r.people.Prolific.ID
	get := func(format string, args ...any) func(*fasthttp.Request) {
		fill := rest(fixed(fmt.Sprintf(format, args...)))
		return func(request *fasthttp.Request) { fill(request, nil) }
	}
	first := []func(*fasthttp.Request){
		get("/users/%s", user), get("/mj/tasks?page_size=20&user_id=%s", user), get("/flux/tasks?page_size=20&user_id=%s", user),
		get("/dreamwork/tasks?page_size=20&user_id=%s", user), get("/chats?page_size=3&user_id=%s", user),
	}
	var second []func(*fasthttp.Request)
	for _, chat := range r.people.ProlificChats {
		second = append(second, get("/chats/%s/messages?page_size=5", chat.ID))
	}
	return pair{
		operation{name: "page load", load: func(*rand.Rand) [][]func(*fasthttp.Request) {
			return [][]func(*fasthttp.Request){first, second}
		}},
		operation{name: "page load", fill: graphQL(userPageQuery, map[string]any{"id": userID(user)})},
	}
}

// The four operations of the comparison with the limit. bench/limit answers them by hand. They ask for users who were let in: the
// newest of all have nothing yet.
const (
	q1Query = `query Q1 { users(first: 50, filter: {role: USER}) { edges { cursor node { id name email role profileImageUrl credit lastActiveAt } } pageInfo { hasNextPage endCursor } } }`
	q2Query = `query Q2 { users(first: 20, filter: {role: USER}) { nodes { id name email role credit tasks(first: 5) { nodes { __typename id service status prompt progress ` +
		`imageUrl cost submittedAt finishedAt } pageInfo { hasNextPage endCursor } } chats(first: 3) { nodes { id title updatedAt ` +
		`messages(last: 5) { nodes { id role content createdAt } } } } } } }`
	q3Query = `query Q3($user: ID!, $after: String) { user(id: $user) { id tasks(first: 20, after: $after) { edges { cursor node { __typename id service ` +
		`status prompt progress imageUrl cost submittedAt finishedAt } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`
	q4Query = `query Q4($id: ID!) { user(id: $id) { id name email role profileImageUrl credit lastActiveAt } }`
)

// contest is one operation, asked of the server and of the limit.
type contest struct {
	name, what    string
	server, limit operation
}

func (r *run) contests() []contest {
	users := r.people.Users
	anyUser := func(draw *rand.Rand) string { return userID(users[draw.IntN(len(users))].ID) }
	prolific := userID(r.people.Prolific.ID)
	q3 := "/q3?user=" + prolific
	if r.deepCursor != nil {
		q3 += "&after=" + *r.deepCursor
	}
	return []contest{
		{
			"Q1", "50 users with credit",
			operation{name: "Q1", fill: graphQL(q1Query, nil)},
			operation{name: "Q1", fill: rest(fixed("/q1"))},
		},
		{
			"Q2", "20 users with credit, 5 tasks, 3 chats of 5 messages each",
			operation{name: "Q2", fill: graphQL(q2Query, nil)},
			operation{name: "Q2", fill: rest(fixed("/q2"))},
		},
		{
			"Q3", "20 tasks, deep in one user's list",
			operation{name: "Q3", fill: graphQL(q3Query, map[string]any{"user": prolific, "after": r.deepCursor})},
			operation{name: "Q3", fill: rest(fixed(q3))},
		},
		{
			"Q4", "one user with credit, by varying id",
			operation{name: "Q4", fill: graphQL(q4Query, map[string]any{"id": drawn(anyUser)})},
			operation{name: "Q4", fill: rest(func(draw *rand.Rand) string { return "/q4?id=" + anyUser(draw) })},
		},
	}
}
