package loaders

import (
	"context"
	"slices"

	"atelier/cache"
	"atelier/domain"
	"atelier/relay"
	"atelier/store"
)

func userKey(u *domain.User) domain.UserID { return u.ID }

// ownersKey is userKey for what is its owner's alone: users whose own the viewer may not read have no key, so nothing is
// loaded for them.
func ownersKey(ctx context.Context) func(*domain.User) domain.UserID {
	admits := From(ctx).admits
	return func(u *domain.User) domain.UserID {
		if !admits(u) {
			return ""
		}
		return u.ID
	}
}

// Users reads a page of all users.
func Users(ctx context.Context, filter domain.UserFilter, order domain.UserOrder, list List) (*relay.Connection[*domain.User], error) {
	counts := total{list: totalUsers, filter: filter}
	madeOf(ctx, counts)
	slice, err := From(ctx).store.Users(ctx, filter, order, list.Page)
	return root(list, slice, err, order.Position, counts)
}

// UsersPage reads a page of all users by its number.
func UsersPage(ctx context.Context, filter domain.UserFilter, order domain.UserOrder, page domain.NumberedPage) (*domain.Numbered[*domain.User], error) {
	madeOf(ctx, total{list: totalUsers, filter: filter})
	return From(ctx).store.UsersPage(ctx, filter, order, page)
}

// UsersByID reads users for roots; the map lacks those that do not exist.
func UsersByID(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
	return From(ctx).usersByID(ctx, ids)
}

// UsersWithBalance is UsersByID for users of whom the balance is asked for next, if the viewer may read all of theirs: where their rows have to be
// read, the balances come with them, in the same statement, and Balances need not ask for them.
func UsersWithBalance(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
	l := From(ctx)
	if slices.ContainsFunc(ids, func(id domain.UserID) bool { return !l.admits(&domain.User{ID: id}) }) {
		return l.usersByID(ctx, ids)
	}
	madeOfRows(ctx, domain.TableUsers, ids)
	return cache.GetMany(ctx, l.cache, cache.UserInfo, ids, func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
		found, read, err := l.store.UsersWithBalance(ctx, ids)
		l.balances.note(ids, read, err)
		if err != nil { // Where it is the balances that cannot be read, their users still can.
			return usersIn(l.store)(ctx, ids)
		}
		return byKey(found, nil, userKey)
	})
}

// Owners reads the user of each object.
func Owners[P comparable](ctx context.Context, objects []P, owner func(P) domain.UserID) ([]*domain.User, error) {
	return relate(ctx, objects, owner, From(ctx).usersByID)
}

func (l *Loaders) usersByID(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
	madeOfRows(ctx, domain.TableUsers, ids)
	return cache.GetMany(ctx, l.cache, cache.UserInfo, ids, usersIn(l.store))
}

func usersIn(s *store.Store) fetch[domain.UserID, *domain.User] {
	return func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
		found, err := s.UsersByID(ctx, ids)
		return byKey(found, err, userKey)
	}
}

// Role returns what reads a user's role, or fails with domain.NotFound: through a cache that is told of changes, or else from the store,
// since a role that was taken away must not count for minutes. Where a role that has just been taken away must not
// count, store.Role is asked.
func Role(s *store.Store, c *cache.Cache) func(context.Context, domain.UserID) (domain.Role, error) {
	if !c.Follows() {
		return s.Role
	}
	return func(ctx context.Context, id domain.UserID) (domain.Role, error) {
		ctx = c.For(ctx, string(id))
		found, err := cache.GetMany(ctx, c, cache.UserInfo, []domain.UserID{id}, usersIn(s))
		if err != nil {
			return "", err
		}
		user, isThere := found[id]
		if !isThere {
			return "", domain.NewError(domain.NotFound, "there is no such user")
		}
		return user.Role, nil
	}
}
