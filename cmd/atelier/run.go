package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/alecthomas/kong"

	"atelier/config"
	"atelier/embedded"
)

// What the process ends with.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // A flag, an argument or a setting that does not hold: nothing was done.
)

const description = `A GraphQL API server for AI-creation platforms.

Without DATABASE_URL it brings its own PostgreSQL, with demo data. Every setting is a flag and an environment variable, [IN BRACKETS]; ` +
	`the flag wins, and an empty variable counts as not set. All commands find the same database by the same settings.

Exit codes: 0 done, 1 failed, 2 a flag, an argument or a setting does not hold. SIGINT and SIGTERM stop a server gracefully; a second one, at once.`

type commands struct {
	Settings config.Config `embed:""`

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Run the server. It is the default."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the shape that this version needs, or back."`
	Seed    seedCommand    `cmd:"" help:"Fill an empty database with demo data of any size."`
	Token   tokenCommand   `cmd:"" help:"Print a token for local use, signed with the server's secret."`
	Schema  schemaCommand  `cmd:"" help:"Print the schema of the API (GraphQL SDL)."`
	Doctor  doctorCommand  `cmd:"" help:"Check the database: version, migrations, types, indexes, ledger. It changes nothing."`
	Bench   benchCommand   `cmd:"" help:"Measure: against the platform's old backend, against a handler written by hand, with the cache and without."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Fixture fixtureCommand `cmd:"" hidden:"" help:"Be one of the things that bench measures."`
}

// program is what every command works with.
type program struct {
	settings       config.Config
	log            *slog.Logger
	stdout, stderr io.Writer
}

// run is the whole program: environment is written as os.Environ writes it, and ctx ends when the program is to stop.
func run(ctx context.Context, args, environment []string, stdout, stderr io.Writer) int {
	var c commands
	exited := false
	options := append(config.Options(environment),
		kong.Name("atelier"),
		kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{FlagsLast: true, WrapUpperBound: 110}),
		kong.Exit(func(int) { exited = true }), // After --help.
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	parser, err := kong.New(&c, options...)
	if err != nil {
		return report(stderr, err, exitFailed)
	}
	command, err := parser.Parse(args)
	switch {
	case exited:
		return exitDone
	case err != nil:
		return report(stderr, fmt.Errorf("%w; see atelier --help", err), exitUsage)
	}
	if err := errors.Join(config.CheckNames(environment), c.Settings.Check()); err != nil {
		return report(stderr, err, exitUsage)
	}
	p := &program{c.Settings, newLogger(c.Settings, stderr), stdout, stderr}
	slog.SetDefault(p.log) // What has no logger of its own, migrations and net/http among them, uses this one.
	if err := command.Run(p); err != nil {
		return report(stderr, err, exitCode(err))
	}
	return exitDone
}

// usageError is a command's complaint about how it was called.
type usageError struct{ error }

func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// report says what went wrong and how to mend it. It returns the code.
func report(stderr io.Writer, err error, code int) int {
	message := err.Error()
	if e, ok := errors.AsType[*embedded.Error](err); ok {
		message = oneLine(e)
	}
	if errors.Is(err, context.Canceled) {
		message = "interrupted"
	}
	for line := range strings.Lines(message) {
		_, _ = fmt.Fprintln(stderr, "atelier: "+strings.TrimSuffix(line, "\n"))
	}
	return code
}

// oneLine is the error without the line break before its hint.
func oneLine(e *embedded.Error) string {
	text := e.What
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text + ". " + e.Hint
}

func newLogger(c config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // Checked by config.
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
