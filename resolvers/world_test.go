package resolvers_test

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"atelier/auth"
	"atelier/domain"
	"atelier/relay"
	"atelier/store/storetest"
)

// database returns a copy of a database that a script of testdata has filled.
func database(t testing.TB, script string) string {
	t.Helper()
	return storetest.Template(t, "resolvers "+script, func(url string) error {
		text, err := os.ReadFile("testdata/" + script)
		if err != nil {
			return err
		}
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(context.Background(), string(text))
		return errors.Join(err, db.Close())
	})
}

// boss is the admin of the crowd.
var boss = auth.Viewer{ID: "u001", Role: domain.RoleAdmin}

// The people of the world, and nobody.
var (
	nobody = auth.Viewer{}
	ada    = auth.Viewer{ID: "ada", Role: domain.RoleAdmin}
	bob    = auth.Viewer{ID: "bob", Role: domain.RoleUser}
	cleo   = auth.Viewer{ID: "cleo", Role: domain.RoleUser}
	pia    = auth.Viewer{ID: "pia", Role: domain.RolePending}
)

var people = []auth.Viewer{ada, bob, cleo, pia}

// lender is whose model each may read that is lent.
var lender = map[domain.UserID]domain.UserID{"ada": "pia", "bob": "ada", "cleo": "bob", "pia": "cleo"}

// worldKeys are the keys of everything in the world, by type; X is each person.
var worldKeys = map[string]string{
	"User":           "X",
	"MidjourneyTask": "mj-X-1 mj-X-2",
	"FluxTask":       "flux-X",
	"DreamworkTask":  "dream-X",
	"CreditLog":      "log-X-1 log-X-2 log-X-3 log-X-4",
	"Chat":           "chat-X-1 chat-X-2",
	"Message":        "message-X-1 message-X-2 message-X-3 message-X-4",
	"File":           "file-X",
	"GeneratedFile":  "made-X-1 made-X-2 made-X-3 made-X-4 made-X-5",
	"Model":          "model-X-open model-X-lent model-X-secret model-X-broken model-X-off",
	"AIService":      "midjourney flux dreamwork",
}

// worldIDs are the ids of all objects of a type, or of all that implement it.
func worldIDs(typeName string) (ids []string) {
	for _, name := range slices.Sorted(maps.Keys(worldKeys)) {
		if !isOf(schema.Types[typeName], name) {
			continue
		}
		for key := range strings.FieldsSeq(worldKeys[name]) {
			if !strings.Contains(key, "X") {
				ids = append(ids, globalID(name, key))
				continue
			}
			for _, person := range people {
				ids = append(ids, globalID(name, strings.ReplaceAll(key, "X", string(person.ID))))
			}
		}
	}
	return ids
}

// thing is an object of the world, as far as rules speak of it.
type thing struct {
	owner domain.UserID // Empty for what belongs to nobody.
	model string        // Of a model, what kind of access it gives.
}

// thingOf says whose the object with an id is: its key tells.
func thingOf(id string) thing {
	parsed, err := relay.ParseID(id)
	if err != nil {
		panic("not an id: " + id)
	}
	if parsed.Type == "AIService" {
		return thing{}
	}
	if parsed.Type == "User" {
		return thing{owner: domain.UserID(parsed.Key)}
	}
	parts := strings.Split(parsed.Key, "-")
	of := thing{owner: domain.UserID(parts[1])}
	if parsed.Type == "Model" {
		of.model = parts[2]
	}
	return of
}
