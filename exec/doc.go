// Package exec executes the operations of a gqlgen schema breadth first. gqlgen's own executor starts a goroutine for each item of a
// list and works out each field of each object on its own; this one compiles an operation once, asks each resolver once for all
// the objects of a level, and writes the answer into one buffer.
//
// It takes the place of the generated executor behind gqlgen's handler, which keeps the schema, validation, transports and
// middleware as they are:
//
//	schema := exec.New(graph.NewExecutableSchema(config), graph.NewExecTable(config), exec.Options{})
//	server := handler.New(schema)
//
// The table is written by the plugin in exec/plugin, whenever gqlgen generates. What this executor does not do, such as
// subscriptions and introspection, is left to the generated one, an operation as a whole. docs/executor.md tells how it works.
//
// It knows gqlgen and gqlparser, and nothing of ours: another project may take it.
package exec
