package bench

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// What clients read, and what they write.
const (
	profileQuery    = `query Profile($id: ID!) { user(id: $id) { id name role profileImageUrl lastActiveAt } }`
	viewerQuery     = `query Viewer { viewer { id name email role profileImageUrl lastActiveAt } }`
	statisticsQuery = `query Statistics { viewer { id statistics { totalTasks thisMonthUsage totalCreditsUsed } } }`
	ownTasksQuery   = `query OwnTasks { tasks(first: 20) { nodes { id service status prompt progress imageUrl cost submittedAt } pageInfo { hasNextPage endCursor } } }`
	modelsQuery     = `query Models { models { id name } aiServices { id service enabled } }`

	saveProfile = `mutation SaveProfile($name: String!) { updateProfile(input: {name: $name}) { user { id name } userErrors { code } } }`
	saveTitle   = `mutation SaveTitle($id: ID!, $title: String!) { renameChat(input: {id: $id, title: $title}) { chat { id title } userErrors { code } } }`

	wholeListQuery = `query WholeList { users(first: 50) { nodes { id name email role profileImageUrl lastActiveAt } pageInfo { hasNextPage endCursor } } }`

	wholeNestedQuery = `query WholeNested { users(first: 20, filter: {role: USER}) { nodes { id name email role tasks(first: 5) { nodes { __typename id service status prompt progress ` +
		`imageUrl cost submittedAt finishedAt } pageInfo { hasNextPage endCursor } } chats(first: 3) { nodes { id title updatedAt ` +
		`messages(last: 5) { nodes { id role content createdAt } } } } } } }`

	sizedTasksQuery = `query SizedTasks($id: ID!) { user(id: $id) { tasks(first: %d) { nodes { id service status progress cost submittedAt } } } }`
)

// writeShare is how many of a hundred requests write.
const writeShare = 5

// popularity is how unevenly profiles are looked at: the second half as often as the first, the third a third, and so on.
const popularity = 1.1

// popular draws who asks, evenly, and what they look at: profiles by popularity, and what is their own. Writes save what is
// there already, so that the data stays as it is, which neither the database nor its feed of changes can tell.
func (r *run) popular() (operation, error) {
	profiles := make([]func(*fasthttp.Request, *rand.Rand), len(r.people.Users))
	for i, u := range r.people.Users {
		profiles[i] = graphQL(profileQuery, map[string]any{"id": userID(u.ID)})
	}
	viewers, err := r.viewers()
	if err != nil {
		return operation{}, err
	}
	return operation{name: "reads by popularity", fill: func(request *fasthttp.Request, draw *rand.Rand) {
		who := viewers[draw.IntN(len(viewers))]
		switch n := draw.IntN(100); {
		case n < writeShare:
			who.write(request, draw)
		case n < 50:
			profiles[rand.NewZipf(draw, popularity, 1, uint64(len(profiles)-1)).Uint64()](request, draw)
		default:
			who.reads[draw.IntN(len(who.reads))](request, draw)
		}
		request.Header.Set("Authorization", who.token)
	}}, nil
}

// viewer is somebody with a token, what they read of their own, and what they write.
type viewer struct {
	token string
	reads []func(*fasthttp.Request, *rand.Rand)
	write func(*fasthttp.Request, *rand.Rand)
}

// viewers are the users, who save their profiles, and the owners of chats, who read those and save their titles.
func (r *run) viewers() (all []viewer, err error) {
	own := []func(*fasthttp.Request, *rand.Rand){
		graphQL(viewerQuery, nil), graphQL(ownTasksQuery, nil), graphQL(statisticsQuery, nil), graphQL(modelsQuery, nil),
	}
	add := func(user string, v viewer) {
		token, failure := r.tokenOf(user)
		v.token = "Bearer " + token
		all, err = append(all, v), errors.Join(err, failure)
	}
	for _, u := range r.people.Users {
		add(u.ID, viewer{reads: own, write: graphQL(saveProfile, map[string]any{"name": u.Name})})
	}
	for _, c := range r.people.Chats {
		chat := graphQL(chatQuery, map[string]any{"id": chatID(c.ID)})
		add(c.Owner, viewer{
			reads: append(slices.Clone(own), chat), write: graphQL(saveTitle, map[string]any{"id": chatID(c.ID), "title": c.Title}),
		})
	}
	return all, err
}

// sizes are those of pages of tasks.
const sizes = 100

// neverAgain is a page of a user's tasks: of another user each time, and then in another size. None is asked for twice, of
// neither side, until all have been.
func (r *run) neverAgain() operation {
	pages := make([]func(*fasthttp.Request, *rand.Rand), sizes)
	var asked atomic.Uint64
	users := uint64(len(r.people.Users))
	next := drawn(func(draw *rand.Rand) string { return userID(r.people.Users[draw.Uint64()%users].ID) })
	for i := range pages {
		pages[i] = graphQL(fmt.Sprintf(sizedTasksQuery, i+1), map[string]any{"id": next})
	}
	return operation{name: "reads that no cache holds", fill: func(request *fasthttp.Request, _ *rand.Rand) {
		n := asked.Add(1)
		pages[n/users%sizes](request, rand.New(fixedSource(n))) //nolint:gosec // It counts.
	}}
}

// fixedSource draws the same number for ever.
type fixedSource uint64

// Uint64 implements rand.Source.
func (s fixedSource) Uint64() uint64 { return uint64(s) }
