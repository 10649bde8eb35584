package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version, and what the program was built with.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintf(p.stdout, "atelier %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// release is the version of a release, set by the linker: -X main.release=v1.2.3.
var release string

// version is the release, or the module's version where it was installed as one, or the commit that it was built from
// where that is known.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	name, settings := info.Main.Version, map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if name == "" || name == "(devel)" {
		name = "devel"
	}
	if revision := settings["vcs.revision"]; revision != "" && name == "devel" {
		name += "+" + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			name += "+modified"
		}
	}
	return name
}
