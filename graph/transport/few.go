package transport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// mostErrors is how many errors an answer lists. MAX_ANSWER bounds data alone: one failure under many names would be megabytes of errors.
const mostErrors = 200

// withFewErrors lists some of too many errors, and in a last one how many there are besides. Data has null where any of them happened. Which are
// listed depends on their places, not on what failed first.
func withFewErrors(response *graphql.Response) *graphql.Response {
	more := len(response.Errors) - mostErrors
	if more <= 0 {
		return response
	}
	places := make([]place, len(response.Errors))
	for i, err := range response.Errors {
		places[i] = place{err.Path.String(), err}
	}
	slices.SortStableFunc(places, func(a, b place) int { return strings.Compare(a.path, b.path) })
	few := *response
	few.Errors = make(gqlerror.List, 0, mostErrors+1)
	for _, p := range places[:mostErrors] {
		few.Errors = append(few.Errors, p.err)
	}
	last := &gqlerror.Error{
		Message:    fmt.Sprintf("there are %d more errors", more),
		Extensions: map[string]any{"code": string(domain.MoreErrors), "more": more},
	}
	few.Errors = append(few.Errors, last)
	return &few
}

// place is an error, and where it happened.
type place struct {
	path string
	err  *gqlerror.Error
}
