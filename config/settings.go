package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
)

// Setting describes one setting.
type Setting struct {
	Variable string // The environment variable, which names the setting everywhere.
	Flag     string // Without its dashes.
	Default  string // Empty where there is none, or where Help tells it.
	Help     string

	field int
}

// Settings returns every setting, in the order of Config.
func Settings() []Setting { return slices.Clone(settings) }

var settings = readSettings()

func readSettings() []Setting {
	var all []Setting
	shape := reflect.TypeFor[Config]()
	for i := range shape.NumField() {
		tag := shape.Field(i).Tag
		all = append(all, Setting{tag.Get("setting"), tag.Get("name"), tag.Get("default"), tag.Get("help"), i})
	}
	return all
}

// LogValue shows the settings in force, those without a value left out, and no secret.
func (c Config) LogValue() slog.Value {
	migrates, hasDemo := c.Migrates(), c.HasDemo()
	c.Migrate, c.Demo = &migrates, &hasDemo
	c.JWTAlgorithm = c.Algorithm()
	c.RateLimit = map[bool]string{true: "on", false: "off"}[c.LimitsRate()]
	var shown []slog.Attr
	for _, s := range settings {
		value := reflect.ValueOf(c).Field(s.field)
		if !value.IsZero() || s.Default != "" {
			shown = append(shown, slog.String(s.Variable, fmt.Sprint(reflect.Indirect(value).Interface())))
		}
	}
	return slog.GroupValue(shown...)
}

// String shows what LogValue shows.
func (c Config) String() string {
	var shown []string
	for _, attr := range c.LogValue().Group() {
		shown = append(shown, attr.String())
	}
	return strings.Join(shown, " ")
}

// GoString shows what LogValue shows.
func (c Config) GoString() string { return "config.Config{" + c.String() + "}" }
