// Package graph is the GraphQL engine room: the generated executor, the handler around it, directives, scalars and
// the translation of errors. It knows the schema and the rules of auth; it does not know how anything is loaded.
package graph

//go:generate go run ../exec/execgen access
