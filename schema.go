// Package atelier holds the contract of the API, for the programs that print or serve it.
package atelier

import _ "embed"

// Schema is schema.graphqls: the API in GraphQL's schema definition language, with descriptions.
//
//go:embed schema.graphqls
var Schema string
