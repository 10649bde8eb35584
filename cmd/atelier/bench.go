package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"atelier/bench"
)

type benchCommand struct {
	Database string        `placeholder:"URL" help:"A PostgreSQL where databases may be made, as postgres://user:password@host/postgres, instead of atelier's own. DATABASE_URL is not used: the benchmark touches no database but those that it makes, named atelier_bench_…"`
	Scale    string        `default:"large" placeholder:"tiny|small|medium|large" help:"How much demo data: large has 10,000 users, 600,000 tasks, 100,000 chats and 800,000 messages. It is made once and kept."`
	Rounds   int           `default:"3" placeholder:"N" help:"How often each measurement is made, the sides in turns."`
	Duration time.Duration `default:"1s" placeholder:"DURATION" help:"How long each measurement takes in each round."`
	Latency  time.Duration `default:"0s" placeholder:"DURATION" help:"A round trip to the database takes so much longer, as it does to another machine."`
	Gogc     int           `name:"gogc" default:"400" placeholder:"PERCENT" help:"GOGC of the server and of the limit, where those two are compared."`
	Only     []string      `placeholder:"before|limit|cache" help:"Only these parts."`
	Report   string        `placeholder:"FILE" help:"Write the report with charts as a page of HTML, too."`
}

// Run measures and prints the tables.
func (c benchCommand) Run(ctx context.Context, p *program) error {
	data, err := filepath.Abs(p.settings.Data)
	if err != nil {
		return err
	}
	progress, what := p.newProgress("measuring"), ""
	report, err := bench.Run(ctx, bench.Options{
		Server: c.Database, Dir: filepath.Join(data, "bench"), Log: p.log,
		Scale: c.Scale, Rounds: c.Rounds, Duration: c.Duration, Latency: c.Latency, GOGC: c.Gogc, Parts: c.Only,
		Progress: func(now string, done, total int) {
			if now != what {
				progress.end()
				what, progress = now, p.newProgress(now)
			}
			progress.report(done, total)
		},
	})
	progress.end()
	if wrong, ok := errors.AsType[bench.UsageError](err); ok {
		return usageError{wrong}
	}
	if err != nil {
		return err
	}
	if c.Report != "" {
		if err := c.write(report); err != nil {
			return err
		}
	}
	return report.Markdown(p.stdout)
}

func (c benchCommand) write(report *bench.Report) (err error) {
	file, err := os.Create(c.Report)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return report.HTML(file)
}

// fixtureCommand is what bench starts this program as, to be measured. Its database and its secret come from the settings.
type fixtureCommand struct {
	Name           string   `arg:""`
	RemembersRoles bool     `name:"remembers-roles"`
	JoinsCredit    bool     `name:"joins-credit"`
	Files          []string `name:"file"`
}

// Run is the fixture until ctx ends.
func (c fixtureCommand) Run(ctx context.Context, p *program) error {
	return bench.Fixture{
		Name: c.Name, Database: string(p.settings.DatabaseURL), Secret: string(p.settings.JWTSecret), MaxConns: p.settings.MaxConns,
		RemembersRoles: c.RemembersRoles, JoinsCredit: c.JoinsCredit, Files: c.Files,
	}.Run(ctx, p.stdout)
}
