// Package version tells which build of the program runs.
package version

import "runtime/debug"

// release is the version of a release, set by the linker: -X atelier/version.release=v1.2.3.
var release string

// Current is the release, or the module's version where it was installed as one, or the commit that it was built from
// where that is known.
func Current() string {
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
