package main

import (
	"fmt"
	"runtime"

	"atelier/version"
)

type versionCommand struct{}

// Run prints the version, and what the program was built with.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintf(p.stdout, "atelier %s (%s, %s/%s)\n", version.Current(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
