package resolvers_test

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"atelier/auth"
	"atelier/relay"
)

// TestForeignIsMissing asks for what is someone else's and for what is not there: the answers are the same, byte for byte.
func TestForeignIsMissing(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	queries := []string{
		`query ($id: ID!) { node(id: $id) { __typename id } }`,
		`query ($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }`,
		`query ($id: ID!) { user(id: $id) { __typename id } }`,
		`query ($id: ID!) { task(id: $id) { __typename id } }`,
		`query ($id: ID!) { chat(id: $id) { __typename id } }`,
		`mutation ($id: ID!) { renameChat(input: {id: $id, title: "X"}) { userErrors { code } } }`,
		`mutation ($id: ID!) { deleteChat(input: {id: $id}) { userErrors { code } } }`,
		`mutation ($id: ID!) { addMessage(input: {chatId: $id, content: "X"}) { userErrors { code } } }`,
	}
	for _, foreign := range worldIDs("Node") {
		for _, viewer := range []auth.Viewer{nobody, pia, bob} {
			if (&oracle{viewer: viewer}).sees(foreign) {
				continue
			}
			parsed, err := relay.ParseID(foreign)
			if err != nil {
				t.Fatal(err)
			}
			missing := globalID(parsed.Type, "nothing")
			for _, query := range queries {
				got := a.query(t, viewer, query, map[string]any{"id": foreign})
				want := a.query(t, viewer, query, map[string]any{"id": missing})
				if got.Status != want.Status || !bytes.Equal(got.Body, want.Body) {
					t.Errorf("%s asks for %v: %s\nand for nothing: %s", nameOf(viewer), parsed, got.Body, want.Body)
				}
			}
		}
	}
}

// TestPayloads reads everything of what mutations return, as those who may call them: it is what they read elsewhere.
func TestPayloads(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	user, chat, message := everything(schema.Types["User"]), everything(schema.Types["Chat"]), everything(schema.Types["Message"])
	for _, c := range []struct {
		as             auth.Viewer
		call, returned string
		typeName       string
		all            string
	}{
		{pia, `updateProfile(input: {name: "Pia P"})`, "user", "User", user},
		{bob, `updateProfile(input: {name: "Robert"})`, "user", "User", user},
		{ada, `setUserRole(input: {userId: "` + globalID("User", "pia") + `", role: USER})`, "user", "User", user},
		{bob, `createChat(input: {title: "X"})`, "chat", "Chat", chat},
		{bob, `renameChat(input: {id: "` + globalID("Chat", "chat-bob-1") + `", title: "X"})`, "chat", "Chat", chat},
		{bob, `addMessage(input: {chatId: "` + globalID("Chat", "chat-bob-1") + `", content: "X", parentId: "` + globalID("Message", "message-bob-3") + `"})`,
			"message", "Message", message},
	} {
		changed := a.query(t, c.as, fmt.Sprintf(`mutation { made: %s { made: %s { %s } userErrors { code } } }`, c.call, c.returned, c.all), nil).must(t)
		made := changed.at("made.made")[0].(map[string]any)
		read := a.query(t, c.as, fmt.Sprintf(`query ($id: ID!) { node(id: $id) { ... on %s { %s } } }`, c.typeName, c.all), map[string]any{"id": made["id"]}).must(t)
		if want := read.at("node")[0]; !reflect.DeepEqual(any(made), want) {
			t.Errorf("%s: got\n%v\nwant\n%v", c.call, made, want)
		}
		requireNoMarks(t, c.as, changed.Body)
	}
}

// TestDenialsChangeNothing calls every mutation as those who may not: afterwards the database is as it was.
func TestDenialsChangeNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	before := a.fingerprint(t)
	calls := map[string]string{
		"setUserRole": `setUserRole(input: {userId: "` + globalID("User", "bob") + `", role: ADMIN}) { user { id } }`,
		"createChat":  `createChat(input: {title: "X"}) { chat { id } }`,
		"renameChat":  `renameChat(input: {id: "` + globalID("Chat", "chat-bob-1") + `", title: "X"}) { chat { id } }`,
		"deleteChat":  `deleteChat(input: {id: "` + globalID("Chat", "chat-bob-1") + `"}) { deletedChatId }`,
		"addMessage":  `addMessage(input: {chatId: "` + globalID("Chat", "chat-bob-1") + `", content: "X"}) { message { id } }`,
	}
	for _, f := range schema.Mutation.Fields {
		if _, ok := calls[f.Name]; !ok && f.Name != "updateProfile" { // That speaks of the viewer alone.
			t.Errorf("say how to call %s as someone who may not", f.Name)
		}
	}
	for name, call := range calls {
		for _, viewer := range []auth.Viewer{nobody, pia, cleo} {
			if viewer == cleo && name == "createChat" {
				continue // She may.
			}
			if got := a.query(t, viewer, `mutation { `+call+` }`, nil); len(got.Errors) != 1 {
				t.Errorf("%s calls %s: %s", nameOf(viewer), name, got.Body)
			}
		}
	}
	a.query(t, nobody, `mutation { updateProfile(input: {name: "X"}) { user { id } } }`, nil)
	if after := a.fingerprint(t); after != before {
		t.Error("the database was changed")
	}
}

// fingerprint sums up the tables that mutations change.
func (a *api) fingerprint(t *testing.T) (sum string) {
	t.Helper()
	err := a.store.DB().GetContext(t.Context(), &sum, `SELECT md5(string_agg(r, '|' ORDER BY r)) FROM (
		SELECT u::text AS r FROM users u UNION ALL SELECT c::text FROM chat c UNION ALL SELECT m::text FROM message m) x`)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestAMessageBelongsToItsChatsOwner: a bot may write into a chat under a user of its own. The owner reads it on every
// path, and the bot's user on none.
func TestAMessageBelongsToItsChatsOwner(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, `INSERT INTO message (id, chat_id, user_id, role, content) VALUES ('bot-says', 'chat-bob-1', 'cleo', 'assistant', 'beep')`)
	paths := map[string]string{
		"chat": `query ($id: ID!, $chat: ID!) { node(id: $id) { __typename } chat(id: $chat) { messages(last: 1) { nodes { content } } } }`,
		"node": `query ($id: ID!, $chat: ID!) { chat(id: $chat) { id } node(id: $id) { ... on Message { content chat { id } user { id } } } }`,
	}
	for path, query := range paths {
		variables := map[string]any{"id": globalID("Message", "bot-says"), "chat": globalID("Chat", "chat-bob-1")}
		if got := a.query(t, bob, query, variables); !bytes.Contains(got.Body, []byte("beep")) || len(got.Errors) > 0 {
			t.Errorf("the owner, by %s: %s", path, got.Body)
		}
		if got := a.query(t, cleo, query, variables); bytes.Contains(got.Body, []byte("beep")) {
			t.Errorf("the bot's user, by %s: %s", path, got.Body)
		}
	}
}

// TestNothingIsLoadedForTheDenied asks for what is two users' own at once, as one of them.
func TestNothingIsLoadedForTheDenied(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	variables := map[string]any{"ids": []string{globalID("User", "bob"), globalID("User", "cleo")}}
	for _, field := range []string{"credit", "chats { nodes { id } }", "tasks { nodes { id } }", "statistics { totalTasks }"} {
		query := "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { " + field + " } } }"
		own := a.query(t, bob, query, map[string]any{"ids": []string{globalID("User", "bob")}})
		both := a.query(t, bob, query, variables)
		if len(both.Errors) != 1 || both.Rows != own.Rows+1 { // The other user's row itself.
			t.Errorf("%s: %d rows for one's own, %d with someone else's: %s", field, own.Rows, both.Rows, both.Body)
		}
	}
}
