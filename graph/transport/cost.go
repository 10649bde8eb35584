package transport

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"atelier/auth"
)

// Work is what an operation made the server do.
type Work struct {
	Statements int
	Batches    int // Of loaders.
	Rows       int
	Database   time.Duration // Spent waiting for statements, added up: they may run side by side.
}

// Measure starts to count the work that is done under a context; the function it returns tells how much that is so far.
type Measure func(context.Context) (context.Context, func() Work)

// costExtension is extensions.cost: what the operation was charged for at most, what it came to, and, where there is a
// budget, what remains of it.
type costExtension struct {
	Requested int  `json:"requested"`
	Actual    int  `json:"actual"`
	Remaining *int `json:"remaining,omitempty"`
}

// workExtension is extensions.atelier, for admins.
type workExtension struct {
	Statements    int     `json:"statements"`
	StatementsMax int     `json:"statementsMax,omitempty"` // By the executor's certificate.
	LoaderBatches int     `json:"loaderBatches"`
	DatabaseMs    float64 `json:"databaseMs"`
	TotalMs       float64 `json:"totalMs"`
}

// actual is what the operation came to in points: a row is an object, and a statement a relation. Introspection has neither.
func (a *answer) actual() int {
	if a.Measure == nil {
		return a.cost.Points
	}
	done := a.done()
	return min(done.Rows+done.Statements+a.cost.IntrospectionPoints(), a.cost.Points)
}

func (a *answer) addCost(response *graphql.Response) {
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	cost := costExtension{Requested: a.cost.Points, Actual: a.actual()}
	if a.Budget != nil {
		cost.Remaining = &a.left
	}
	response.Extensions["cost"] = cost
	if auth.ViewerFrom(a.r.Context()).IsAdmin() {
		done := a.done()
		response.Extensions["atelier"] = workExtension{done.Statements, a.bound, done.Batches, milliseconds(done.Database), milliseconds(time.Since(a.start))}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
