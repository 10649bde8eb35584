package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Options make kong read the settings of the environment, which is written as os.Environ writes it, show the variables in
// its help, and group the flags.
func Options(environment []string) []kong.Option {
	return []kong.Option{
		kong.Resolvers(resolver(values(environment))),
		kong.ValueFormatter(describe),
		kong.ExplicitGroups([]kong.Group{
			{Key: "server", Title: "Server settings:"},
			{Key: "database", Title: "Database settings:"},
			{Key: "cache", Title: "Cache settings:"},
			{Key: "tokens", Title: "Token settings:"},
			{Key: "limits", Title: "Limits:"},
			{Key: "web", Title: "Web settings:"},
			{Key: "logging", Title: "Log settings:"},
		}),
	}
}

// Default is the settings of someone who sets none.
func Default() Config {
	var c Config
	parser, err := kong.New(&c, Options(nil)...)
	if err == nil {
		_, err = parser.Parse(nil)
	}
	if err != nil {
		panic(err) // The tags of Config are part of the program.
	}
	return c
}

func values(environment []string) map[string]string {
	found := make(map[string]string, len(environment))
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		found[name] = value
	}
	return found
}

func resolver(environment map[string]string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := flag.Tag.Get("setting")
		value := environment[name]
		if name == "" || value == "" {
			return nil, nil
		}
		// Kong would name the flag alone, which is not what was set; it does so once more around this error.
		if err := flag.Parse(scanned(value), reflect.New(flag.Target.Type()).Elem()); err != nil {
			return nil, errors.New(name + ": " + strings.TrimPrefix(err.Error(), flag.ShortSummary()+": "))
		}
		return value, nil
	})
}

func scanned(value string) *kong.Scanner { return kong.Scan().PushTyped(value, kong.FlagValueToken) }

// describe ends the help of a flag with what it is if not set, and of a setting with its variable.
func describe(value *kong.Value) string {
	text := value.Help
	if value.HasDefault {
		text += " Default " + value.Default + "."
	}
	if name := value.Tag.Get("setting"); name != "" {
		text += " [" + name + "]"
	}
	return text
}

// CheckNames refuses variables that look as if they were meant for this program and are not, most likely misspelt:
// those that begin with ATELIER_. The environment is written as os.Environ writes it.
func CheckNames(environment []string) error {
	var unknown []string
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, prefix) && !isSetting(name) && !serviceLink.MatchString(name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("%s: no such setting; of those that begin with %s, there is ATELIER_DATA",
		strings.Join(unknown, ", "), prefix)
}

const prefix = "ATELIER_"

// serviceLink is what Kubernetes and Docker set for the neighbours of a service named atelier.
var serviceLink = regexp.MustCompile(`^ATELIER_(NAME|SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

func isSetting(name string) bool {
	return slices.ContainsFunc(settings, func(s Setting) bool { return s.Variable == name })
}
