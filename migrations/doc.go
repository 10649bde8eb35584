// Package migrations owns the shape of the database: numbered SQL, up and down, embedded in the program.
//
// The SQL files say what a fresh database looks like. What they cannot say is done here in Go: a database that
// holds these tables already is adopted (shape.go, preflight.go, adopt.go), indexes that are missing or that an
// interrupted build left invalid are made good (indexes.go), and Doctor looks at all of it without changing any.
// All objects live in the current schema of the connection.
//
// It knows no domain type and no other package of this program. docs/migrations.md is its manual.
package migrations
