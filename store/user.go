package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"atelier/domain"
)

var users = &noun[*domain.User]{
	table: "users",
	light: "t.id, t.name, t.email, t.role, t.profile_image_url, t.last_active_at, t.created_at, t.updated_at",
	scan:  func(r *row, _ bool) *domain.User { return scanUser(r) },
}

func scanUser(r *row) *domain.User {
	return &domain.User{
		ID: domain.UserID(r.text()), Name: r.text(), Email: r.text(), Role: knownRole(domain.Role(r.text())),
		ProfileImageURL: r.maybeText(), LastActiveAt: r.maybeTime(), CreatedAt: r.time(), UpdatedAt: r.time(),
	}
}

// knownRole takes a role that another program made up for the one that may do least.
func knownRole(r domain.Role) domain.Role {
	if r.IsValid() {
		return r
	}
	return domain.RolePending
}

// Users reads a page of the users that pass the filter.
// Served by idx_users_created, idx_users_name, idx_users_role_created and idx_users_role_name.
func (s *Store) Users(ctx context.Context, filter domain.UserFilter, order domain.UserOrder, page domain.Page) (domain.Slice[*domain.User], error) {
	slices, err := pages(ctx, s, userList(filter, order), 1, page, false)
	if err != nil {
		return domain.Slice[*domain.User]{}, err
	}
	return slices[0], nil
}

// CountUsers counts the users that pass the filter.
func (s *Store) CountUsers(ctx context.Context, filter domain.UserFilter) (int, error) {
	totals, err := counts(ctx, s, userList(filter, domain.UserOrder{}), 1)
	if err != nil {
		return 0, err
	}
	return totals[0], nil
}

// UsersPage reads a page of users by its number.
func (s *Store) UsersPage(ctx context.Context, filter domain.UserFilter, order domain.UserOrder, page domain.NumberedPage) (*domain.Numbered[*domain.User], error) {
	return numbered(ctx, s, userList(filter, order), page, false)
}

func userList(filter domain.UserFilter, order domain.UserOrder) *list[*domain.User] {
	l := &list[*domain.User]{noun: users, name: "all", key: "created_at", keyType: "timestamptz", descends: order.Direction == domain.Descending}
	if order.Field == domain.UsersByName {
		l.key, l.keyType = "name", "text"
	}
	l.where, l.branches = userConditions(&l.args, filter), one("users t", "t."+l.key)
	return l
}

func userConditions(args *arguments, filter domain.UserFilter) (where []string) {
	if filter.Role != "" {
		where = append(where, "t.role = "+args.add(string(filter.Role)))
	}
	if filter.Search != "" {
		pattern := args.add(contains(filter.Search))
		where = append(where, fmt.Sprintf("(t.name ILIKE %s OR t.email ILIKE %s)", pattern, pattern))
	}
	if !filter.CreatedAfter.IsZero() {
		where = append(where, "t.created_at > "+args.add(filter.CreatedAfter))
	}
	if !filter.CreatedBefore.IsZero() {
		where = append(where, "t.created_at < "+args.add(filter.CreatedBefore))
	}
	return where
}

// UsersByID reads the users with these ids, in no order, without those that do not exist.
func (s *Store) UsersByID(ctx context.Context, ids []domain.UserID) ([]*domain.User, error) {
	return byKeys(ctx, s, users, ids, true)
}

// UsersWithBalance is UsersByID, with the balances of those who exist, as they are now.
func (s *Store) UsersWithBalance(ctx context.Context, ids []domain.UserID) ([]*domain.User, map[domain.UserID]domain.Decimal, error) {
	found, balances := make([]*domain.User, 0, len(ids)), make(map[domain.UserID]domain.Decimal, len(ids))
	err := s.read(ctx, users.table, usersWithBalanceSQL(), []any{texts(ids)}, func(row *row) error {
		user := users.scan(row.apart(), true)
		found, balances[user.ID] = append(found, user), row.decimal()
		return nil
	})
	return found, balances, err
}

// Each balance is looked up by itself: a join would read all of them, since it is planned for any number of users.
func usersWithBalanceSQL() string {
	return shape{read: readByKeys, table: users.table, name: "with balance"}.text(func() string {
		return fmt.Sprintf("SELECT record_send(ROW(%s, coalesce((SELECT c.credit FROM credit c WHERE c.user_id = t.id), 0::numeric(20,4)))) FROM users t WHERE t.id = ANY($1::text[])",
			users.columns(true))
	})
}

const roleSQL = `SELECT record_send(ROW(role)) FROM users WHERE id = $1`

// Role reads a user's role as it is now, or returns domain.NotFound. Requests ask it before anything else.
func (s *Store) Role(ctx context.Context, id domain.UserID) (domain.Role, error) {
	var role domain.Role
	err := s.one(ctx, "users", roleSQL, []any{string(id)}, func(row *row) { role = domain.Role(row.text()) })
	return knownRole(role), orNotFound(err, "there is no such user")
}

const userIDByEmailSQL = `SELECT record_send(ROW(id)) FROM users WHERE email = $1`

// UserIDByEmail finds a user by the exact address, or returns domain.NotFound.
func (s *Store) UserIDByEmail(ctx context.Context, email string) (domain.UserID, error) {
	var id domain.UserID
	err := s.one(ctx, "users", userIDByEmailSQL, []any{email}, func(row *row) { id = domain.UserID(row.text()) })
	return id, orNotFound(err, "there is no user with this email")
}

const firstUserOfRoleSQL = `SELECT record_send(ROW(id)) FROM users WHERE role = $1 ORDER BY created_at, id LIMIT 1`

// FirstUserOfRole finds the longest-standing user of a role, or returns domain.NotFound.
func (s *Store) FirstUserOfRole(ctx context.Context, role domain.Role) (domain.UserID, error) {
	var id domain.UserID
	err := s.one(ctx, "users", firstUserOfRoleSQL, []any{string(role)}, func(row *row) { id = domain.UserID(row.text()) })
	return id, orNotFound(err, "there is no user of this role")
}

func orNotFound(err error, message string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return domain.NewError(domain.NotFound, message)
	}
	return err
}

const touchUsersSQL = `
WITH due AS (
	SELECT id FROM users
	WHERE id = ANY($1::text[]) AND (last_active_at IS NULL OR last_active_at <= $2::timestamptz - interval '1 minute')
	ORDER BY id FOR UPDATE -- In the order in which admins are locked, so that neither waits for the other in a circle.
)
UPDATE users SET last_active_at = $2 FROM due WHERE users.id = due.id`

// TouchUsers notes that these users were active; one noted within the minute before stays as it is.
func (s *Store) TouchUsers(ctx context.Context, ids []domain.UserID, at time.Time) error {
	_, err := s.exec(ctx, "users", touchUsersSQL, texts(ids), at)
	return err
}

const updateProfileSQL = `
UPDATE users SET name = coalesce($2, name), profile_image_url = CASE WHEN $3 THEN $4 ELSE profile_image_url END, updated_at = now()
WHERE id = $1`

// UpdateProfile changes what change names and returns the user as they are then, or domain.NotFound.
func (s *Store) UpdateProfile(ctx context.Context, id domain.UserID, change domain.ProfileChange) (*domain.User, error) {
	n, err := s.exec(ctx, "users", updateProfileSQL, string(id), change.Name, change.SetsImage, change.ImageURL)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, domain.NewError(domain.NotFound, "there is no such user")
	}
	return s.user(ctx, id)
}

func (s *Store) user(ctx context.Context, id domain.UserID) (*domain.User, error) {
	found, err := s.UsersByID(ctx, []domain.UserID{id})
	if err == nil && len(found) == 0 {
		err = domain.NewError(domain.NotFound, "there is no such user")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ErrLastAdmin is what SetRole returns rather than leave the platform without an admin.
var ErrLastAdmin = errors.New("the last admin cannot be demoted")

const (
	// Locked in the order of their ids, so that two admins who demote each other wait instead of both succeeding.
	lockAdminsSQL = `SELECT record_send(ROW(id)) FROM users WHERE role = 'admin' ORDER BY id FOR UPDATE`
	setRoleSQL    = `UPDATE users SET role = $2, updated_at = now() WHERE id = $1`
)

// SetRole gives a user a role and returns the user as they are then, domain.NotFound or ErrLastAdmin.
func (s *Store) SetRole(ctx context.Context, id domain.UserID, role domain.Role) (*domain.User, error) {
	err := s.transaction(ctx, func(tx *transaction) error {
		var admins []domain.UserID
		err := tx.read(ctx, "users", lockAdminsSQL, nil, func(row *row) error {
			admins = append(admins, domain.UserID(row.text()))
			return nil
		})
		if err != nil {
			return fmt.Errorf("lock the admins: %w", err)
		}
		if role != domain.RoleAdmin && len(admins) == 1 && admins[0] == id {
			return ErrLastAdmin
		}
		return changeOne(ctx, tx, "users", "there is no such user", setRoleSQL, string(id), string(role))
	})
	if err != nil {
		return nil, err
	}
	return s.user(ctx, id)
}

// changeOne runs a statement that must change a row, or find one; if there is none, that is domain.NotFound.
func changeOne(ctx context.Context, tx *transaction, table, missing, text string, args ...any) error {
	if n, err := tx.exec(ctx, table, text, args...); err != nil || n > 0 {
		return err
	}
	return domain.NewError(domain.NotFound, missing)
}
