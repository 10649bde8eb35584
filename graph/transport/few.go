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
	sorted := slices.Clone(response.Errors)
	slices.SortStableFunc(sorted, func(a, b *gqlerror.Error) int { return strings.Compare(a.Path.String(), b.Path.String()) })
	last := &gqlerror.Error{
		Message:    fmt.Sprintf("there are %d more errors", more),
		Extensions: map[string]any{"code": string(domain.MoreErrors), "more": more},
	}
	few := *response
	few.Errors = slices.Concat(sorted[:mostErrors], gqlerror.List{last})
	return &few
}
