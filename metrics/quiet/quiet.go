// Package quiet silences the standard logger until Restore. While it is being initialised,
// github.com/VictoriaMetrics/metrics logs that the kernel tells nothing of pressure (PSI), as in most containers: every
// command, `atelier version` too, would begin with that line. Packages without imports in common are initialised in
// the order of their paths (Go specification, "Package initialization"), and this one's path comes before the library's.
package quiet

import (
	"io"
	"log"
	"os"
)

func init() { log.SetOutput(io.Discard) } //nolint:gochecknoinits // It is all that this package is for.

// Restore gives the standard logger its voice back.
func Restore() { log.SetOutput(os.Stderr) }
