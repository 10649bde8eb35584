package migrations

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// The severities: all is well; good to know; something will not work, or does not now.
const (
	OK      Severity = "ok"
	Note    Severity = "note"
	Problem Severity = "problem"
)

// Finding is one thing that was looked at. It holds names, types, counts and ids of users, never a
// password or another value of a row.
type Finding struct {
	Severity Severity
	Subject  string // What it is about: a table, table.column, an index, "server".
	Detail   string // What was found.
	Remedy   string // What to do about it, a command or SQL; empty where nothing needs doing.
}

// Report is what Doctor found, in the order of looking.
type Report struct {
	Findings []Finding
}

// HasProblem reports whether something needs mending.
func (r Report) HasProblem() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Problem })
}

// RefusalError says why Up would not touch the tables that are there. Nothing was changed.
type RefusalError struct {
	Findings []Finding // Problems, each with its remedy.
}

// Error lists the problems and their remedies, one below the other.
func (e *RefusalError) Error() string {
	var b strings.Builder
	b.WriteString("the database does not fit; nothing was changed:")
	for _, f := range e.Findings {
		fmt.Fprintf(&b, "\n  %s %s", f.Subject, f.Detail)
		if f.Remedy != "" {
			fmt.Fprintf(&b, "\n    remedy: %s", f.Remedy)
		}
	}
	return b.String()
}

// findings is a list under construction.
type findings []Finding

func (f *findings) add(severity Severity, subject, remedy, format string, args ...any) {
	*f = append(*f, Finding{severity, subject, fmt.Sprintf(format, args...), remedy})
}

func (f findings) problems() []Finding {
	return slices.DeleteFunc(slices.Clone(f), func(one Finding) bool { return one.Severity != Problem })
}
