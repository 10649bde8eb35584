// Package web owns the pages that the server shows to people: the playground, a GraphiQL that asks nothing of any other
// origin. Its sources are in playground/, and what npm builds of them, in dist/, is part of the program. It knows
// neither the schema nor who asks.
package web
