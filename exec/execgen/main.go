// Execgen generates a schema's executors by gqlgen.yml, as gqlgen does, and the table of package exec beside them. Directives that
// are named as arguments are gates.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"

	"atelier/exec/plugin"
)

func main() {
	if err := generate(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(gates []string) error {
	c, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return err
	}
	return api.Generate(c, api.AddPlugin(plugin.New("exec_gen.go", gates...)))
}
