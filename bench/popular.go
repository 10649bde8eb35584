package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/valyala/fasthttp"
)

// What clients read of what is theirs, and what they write.
const (
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

// popularity is how unevenly users are asked for: the second half as often as the first, the third a third, and so on.
const popularity = 1.1

// popular draws viewers and what they ask for: a few of them most of the time. Writes save what is there already, so that the
// data stays as it is, which neither the database nor its feed of changes can tell.
func (r *run) popular() (operation, error) {
	var viewers, owners []viewer
	for _, u := range r.people.Users {
		v, err := r.viewer(u.ID, graphQL(saveProfile, map[string]any{"name": u.Name}))
		if err != nil {
			return operation{}, err
		}
		viewers = append(viewers, v)
	}
	for _, c := range r.people.Chats {
		v, err := r.viewer(c.Owner, graphQL(saveTitle, map[string]any{"id": chatID(c.ID), "title": c.Title}))
		if err != nil {
			return operation{}, err
		}
		v.reads = []func(*fasthttp.Request, *rand.Rand){graphQL(chatQuery, map[string]any{"id": chatID(c.ID)})}
		owners = append(owners, v)
	}
	return operation{name: "reads by popularity", fill: func(request *fasthttp.Request, draw *rand.Rand) {
		who := viewers
		if draw.IntN(3) == 0 {
			who = owners
		}
		who[rand.NewZipf(draw, popularity, 1, uint64(len(who)-1)).Uint64()].ask(request, draw)
	}}, nil
}

// viewer is somebody with a token, and what they ask for.
type viewer struct {
	token string
	reads []func(*fasthttp.Request, *rand.Rand)
	write func(*fasthttp.Request, *rand.Rand)
}

func (r *run) viewer(user string, write func(*fasthttp.Request, *rand.Rand)) (viewer, error) {
	token, err := r.tokenOf(user)
	own := []func(*fasthttp.Request, *rand.Rand){
		graphQL(viewerQuery, nil), graphQL(ownTasksQuery, nil), graphQL(statisticsQuery, nil), graphQL(modelsQuery, nil),
	}
	return viewer{"Bearer " + token, own, write}, err
}

func (v viewer) ask(r *fasthttp.Request, draw *rand.Rand) {
	if draw.IntN(100) < writeShare {
		v.write(r, draw)
	} else {
		v.reads[draw.IntN(len(v.reads))](r, draw)
	}
	r.Header.Set("Authorization", v.token)
}

// neverAgain is a page of any user's tasks, of any size: there are so many that hardly any is asked for twice.
func (r *run) neverAgain() operation {
	users := r.people.Users
	anyUser := drawn(func(draw *rand.Rand) string { return userID(users[draw.IntN(len(users))].ID) })
	sizes := make([]func(*fasthttp.Request, *rand.Rand), 100)
	for i := range sizes {
		sizes[i] = graphQL(fmt.Sprintf(sizedTasksQuery, i+1), map[string]any{"id": anyUser})
	}
	return operation{name: "reads that no cache holds", fill: func(request *fasthttp.Request, draw *rand.Rand) {
		sizes[draw.IntN(len(sizes))](request, draw)
	}}
}
