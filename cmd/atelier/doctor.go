package main

import (
	"context"
	"errors"
	"fmt"

	"atelier/migrations"
)

type doctorCommand struct{}

// Run prints what was found, and fails if something needs mending.
func (doctorCommand) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(url string) error {
		report, err := migrations.Doctor(ctx, url)
		for _, f := range report.Findings {
			_, _ = fmt.Fprintf(p.stdout, "%-8s %s: %s\n", f.Severity, f.Subject, f.Detail)
			if f.Remedy != "" {
				_, _ = fmt.Fprintf(p.stdout, "         remedy: %s\n", f.Remedy)
			}
		}
		if err == nil && report.HasProblem() {
			err = errors.New("the database has problems; the remedies are above")
		}
		return err
	})
}
