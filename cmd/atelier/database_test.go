package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"atelier/auth"
	"atelier/embedded"
	"atelier/relay"
	"atelier/store/storetest"
)

const secret = "a secret of the tests, long enough for HS256"

var small = []string{"seed", "--users=3", "--tasks=10", "--chats=2", "--messages=4"}

// userOf returns whose token it is.
func userOf(t *testing.T, secret, token string) string {
	t.Helper()
	verifier, err := auth.NewVerifier(t.Context(), auth.VerifierConfig{Secret: []byte(secret)})
	must(t, err)
	user, err := verifier.Verify(t.Context(), strings.TrimSpace(token))
	if err != nil {
		t.Errorf("%q: %v", token, err)
	}
	return string(user)
}

// TestCommandsOnTheirOwnDatabase goes through the life of a database of atelier's own. Something holds it all the
// while, as a server would, so that the commands share it.
func TestCommandsOnTheirOwnDatabase(t *testing.T) {
	t.Parallel()
	data := ownFolder(t)
	env := []string{"ATELIER_DATA=" + data}
	cluster, err := embedded.Attach(t.Context(), embedded.Options{Dir: data})
	must(t, err)
	defer func() { must(t, cluster.Close(context.Background())) }()

	want(t, exitDone, []string{"adoption", "pending"}, env, "migrate", "status")
	want(t, exitFailed, []string{"migrations are pending", "atelier migrate up", data}, env, "token", "--role=admin")
	want(t, exitDone, []string{"migrations are applied"}, env, "migrate", "up")
	if got := want(t, exitDone, nil, env, "migrate", "status"); strings.Contains(got, "pending") {
		t.Errorf("after up:\n%s", got)
	}
	want(t, exitFailed, []string{"no user of this role", data}, env, "token", "--role=admin")
	want(t, exitDone, []string{"seeding", "3 users", "4 message", "seeded in"}, env, small...)
	want(t, exitFailed, []string{"has rows already", "ATELIER_DATA"}, env, small...)
	want(t, exitDone, []string{"ok", "ledger"}, env, "doctor")
	tokensOf(t, data, env)
	want(t, exitDone, []string{"the change feed is off"}, env, "migrate", "feed", "off")
	want(t, exitDone, []string{"the change feed is on"}, env, "migrate", "feed", "on")
	want(t, exitDone, []string{"migrations are applied"}, env, "migrate", "down")
	want(t, exitFailed, []string{"problem", "atelier: the database has problems"}, env, "doctor")
	want(t, exitDone, []string{"0 of "}, env, "migrate", "down", "--to=0")
}

func tokensOf(t *testing.T, data string, env []string) {
	t.Helper()
	signedBy, err := embedded.Secret(data)
	must(t, err)
	global := relay.ID{Type: relay.TypeUser, Key: "demo-user"}.Encode()
	for _, test := range []struct{ by, user string }{
		{"--user=demo-user", "demo-user"},
		{"--user=" + global, "demo-user"},
		{"--email=demo-admin@atelier.example", "demo-admin"},
		{"--role=admin", "demo-admin"},
	} {
		if got := userOf(t, signedBy, want(t, exitDone, nil, env, "token", test.by)); got != test.user {
			t.Errorf("%s: the token of %s", test.by, got)
		}
	}
	want(t, exitFailed, []string{"no such user"}, env, "token", "--user=nobody")
	want(t, exitFailed, []string{"no user with this email"}, env, "token", "--email=nobody@atelier.example")
	want(t, exitFailed, []string{"JWKS_URL", "issuer"}, append(env, "JWKS_URL=https://issuer/keys"), "token", "--user=demo-user")
}

// TestCommandsThatOnlyLook makes nothing in a folder that has no database.
func TestCommandsThatOnlyLook(t *testing.T) {
	t.Parallel()
	data := t.TempDir() + "/mistyped"
	for _, args := range [][]string{{"doctor"}, {"migrate", "status"}, {"migrate", "down"}, {"token", "--role=admin"}} {
		want(t, exitFailed, []string{"there is no database in " + data + " yet", "ATELIER_DATA"}, []string{"ATELIER_DATA=" + data}, args...)
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("they made the folder: %v", err)
	}
}

func TestCommandsOnDatabaseURL(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=" + storetest.Empty(t)}
	want(t, exitFailed, []string{"migrations are pending", "DATABASE_URL"}, env, small...)
	want(t, exitDone, nil, env, "migrate", "up")
	want(t, exitDone, nil, append(env, "PUBLIC_URL=https://atelier.example.org/"), small...)
	want(t, exitDone, []string{"ok"}, env, "doctor")
	want(t, exitFailed, []string{"JWT_SECRET"}, env, "token", "--user=demo-user")
	signing := append(slices.Clip(env), "JWT_SECRET="+secret)
	if got := userOf(t, secret, want(t, exitDone, nil, signing, "token", "--user=demo-user", "--ttl=1m")); got != "demo-user" {
		t.Errorf("the token of %s", got)
	}
}

func TestSeedIsReproducible(t *testing.T) {
	t.Parallel()
	again := append(slices.Clone(small), "--now=2026-01-31T08:30:00Z", "--random-seed=7")
	var outputs []string
	for range 2 {
		env := []string{"DATABASE_URL=" + storetest.New(t), "PUBLIC_URL=https://atelier.example.org"}
		out := want(t, exitDone, []string{"--random-seed 7 --now 2026-01-31T08:30:00Z"}, env, again...)
		rows, _, _ := strings.Cut(out, "seeded in")
		outputs = append(outputs, rows)
	}
	if outputs[0] != outputs[1] {
		t.Errorf("first\n%s\nthen\n%s", outputs[0], outputs[1])
	}
}

func TestUnreachableDatabase(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=postgres://u:hunter2@127.0.0.1:1/none?sslmode=disable", "JWT_SECRET=" + secret}
	for _, args := range [][]string{{"serve", "--addr=127.0.0.1:0"}, {"migrate", "up"}, {"migrate", "status"}, {"doctor"}, {"token", "--role=admin"}, {"seed"}} {
		code, _, stderr := call(t, env, args...)
		if code != exitFailed || !strings.Contains(stderr, "127.0.0.1:1") || strings.Contains(stderr, "hunter2") {
			t.Errorf("%v: code %d\n%s", args, code, stderr)
		}
	}
}
