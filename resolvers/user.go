package resolvers

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
	"atelier/store"
)

type users struct{ *Resolver }

// User returns the resolvers of a user's relations.
func (r *Resolver) User() graph.UserResolver { return users{r} }

// UserConnection returns the resolver of a user list's total.
func (r *Resolver) UserConnection() graph.UserConnectionResolver { return totals[*domain.User]{} }

// Viewer is the user who asks, or null.
func (queries) Viewer(ctx context.Context) (*domain.User, error) {
	viewer := auth.ViewerFrom(ctx)
	if !viewer.IsSignedIn() {
		return nil, nil
	}
	return userByID(ctx, viewer.ID)
}

// User is a user by id.
func (queries) User(ctx context.Context, id relay.ID) (*domain.User, error) {
	key, err := relay.UserKey(id)
	if err != nil {
		return nil, err
	}
	return userByID(ctx, key)
}

func userByID(ctx context.Context, id domain.UserID) (*domain.User, error) {
	load := loaders.UsersByID
	if graph.SelectsBalanceAlone(ctx) {
		load = loaders.UsersWithBalance
	}
	read, err := load(ctx, []domain.UserID{id})
	return found(ctx, id, read, err)
}

// Users is a page of all users.
func (queries) Users(ctx context.Context, first *int, after *string, last *int, before *string, filter *graph.UserFilter, orderBy *domain.UserOrder) (*graph.UserConnection, error) {
	which, order, err := usersAsked(filter, orderBy)
	if err != nil {
		return nil, err
	}
	list, err := list(ctx, usersScope(which, order), first, after, last, before, true)
	if err != nil {
		return nil, err
	}
	return loaders.Users(ctx, which, order, list)
}

// UsersPage is a page of all users by its number.
func (queries) UsersPage(ctx context.Context, number, size int, filter *graph.UserFilter, orderBy *domain.UserOrder) (*graph.UserPage, error) {
	which, order, err := usersAsked(filter, orderBy)
	if err != nil {
		return nil, err
	}
	page, err := numberedPage(ctx, number, size)
	if err != nil {
		return nil, err
	}
	return loaders.UsersPage(ctx, which, order, page)
}

// maxSearch is the most characters that a search may have.
const maxSearch = 200

func usersAsked(filter *graph.UserFilter, orderBy *domain.UserOrder) (domain.UserFilter, domain.UserOrder, error) {
	which, order := domain.UserFilter{}, domain.UserOrder{Field: domain.UsersByCreatedAt, Direction: domain.Descending}
	if filter != nil {
		which = domain.UserFilter{
			Role: orZero(filter.Role), Search: orZero(filter.Search), CreatedAfter: orZero(filter.CreatedAfter), CreatedBefore: orZero(filter.CreatedBefore),
		}
	}
	if orderBy != nil {
		order = *orderBy
	}
	if len([]rune(which.Search)) > maxSearch {
		return which, order, domain.Errorf(domain.InvalidArgument, "search has at most %d characters", maxSearch)
	}
	return which, order, nil
}

func usersScope(filter domain.UserFilter, order domain.UserOrder) relay.Scope {
	return relay.NewScope("users", string(filter.Role), filter.Search, filter.CreatedAfter.Format(time.RFC3339Nano),
		filter.CreatedBefore.Format(time.RFC3339Nano), string(order.Field), string(order.Direction))
}

// maxName and maxImageURL are the most characters that a profile's fields may have.
const (
	maxName     = 100
	maxImageURL = 2000
)

// UpdateProfile changes the viewer's own profile.
func (m mutations) UpdateProfile(ctx context.Context, input graph.UpdateProfileInput) (*graph.UpdateProfilePayload, error) {
	var problems userErrors
	change := domain.ProfileChange{Name: problems.optionalText("name", input.Name, maxName)}
	change.ImageURL, change.SetsImage = problems.imageURL(input.ProfileImageURL)
	if problems.any() {
		return &graph.UpdateProfilePayload{UserErrors: problems.list()}, nil
	}
	user, err := m.store.UpdateProfile(ctx, auth.ViewerFrom(ctx).ID, change)
	if err != nil {
		return nil, err
	}
	return &graph.UpdateProfilePayload{User: user, UserErrors: problems.list()}, nil
}

func (e *userErrors) imageURL(given graphql.Omittable[*string]) (url *string, sets bool) {
	url, sets = given.ValueOK()
	if url != nil && !isImageURL(*url) {
		e.add("profileImageUrl", domain.Invalid, "the address is http, https or a path on this server")
	}
	if url != nil {
		e.tooLong("profileImageUrl", *url, maxImageURL)
	}
	return url, sets
}

// SetUserRole gives a user another role.
func (m mutations) SetUserRole(ctx context.Context, input graph.SetUserRoleInput) (*graph.SetUserRolePayload, error) {
	key, err := relay.UserKey(input.UserID)
	if err != nil {
		return nil, err
	}
	user, err := m.store.SetRole(ctx, key, input.Role)
	if errors.Is(err, store.ErrLastAdmin) {
		var problems userErrors
		problems.add("role", domain.LastAdmin, "this is the last admin; make another one first")
		return &graph.SetUserRolePayload{UserErrors: problems.list()}, nil
	}
	if err != nil {
		return nil, err
	}
	return &graph.SetUserRolePayload{User: user, UserErrors: []*domain.UserError{}}, nil
}
