package main

import (
	"fmt"

	"atelier"
)

type schemaCommand struct{}

// Run prints the SDL.
func (schemaCommand) Run(p *program) error {
	_, err := fmt.Fprint(p.stdout, atelier.Schema)
	return err
}
