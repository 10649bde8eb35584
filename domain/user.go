package domain

import "time"

// UserID is a user's key in the users table.
type UserID string

// User is a person, or a program, that uses the platform. The balance is not here: it is read on its own,
// so that a copy of a user that is minutes old never shows money that is.
type User struct {
	ID              UserID
	Name            string
	Email           string // Only the user and admins may see it.
	Role            Role
	ProfileImageURL *string
	LastActiveAt    *time.Time
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Role says what a user may do. The zero value is nobody's.
type Role string

// The roles, as the users table spells them.
const (
	RoleAdmin   Role = "admin"
	RoleUser    Role = "user"
	RolePending Role = "pending" // Signed up, not yet let in: may see and edit only themselves.
)

// IsValid reports whether r is one of the roles.
func (r Role) IsValid() bool { return r == RoleAdmin || r == RoleUser || r == RolePending }

// UserFilter narrows a list of users; zero fields do not narrow.
type UserFilter struct {
	Role          Role
	Search        string    // A part of the name or the email, in any case.
	CreatedAfter  time.Time // Exclusive.
	CreatedBefore time.Time // Exclusive.
}

// UserOrderField is what a list of users is ordered by; ties fall to the id.
type UserOrderField string

// The orders of a list of users.
const (
	UsersByCreatedAt UserOrderField = "CREATED_AT"
	UsersByName      UserOrderField = "NAME"
)

// UserOrder is a total order over users.
type UserOrder struct {
	Field     UserOrderField
	Direction Direction
}

// Position is where u stands in the order.
func (o UserOrder) Position(u *User) Position {
	if o.Field == UsersByName {
		return Position{Text: u.Name, ID: string(u.ID)}
	}
	return Position{At: u.CreatedAt, ID: string(u.ID)}
}

// ProfileChange is what a user changes about themselves: a nil Name stays, and the image stays unless SetsImage,
// when a nil ImageURL removes it.
type ProfileChange struct {
	Name      *string
	SetsImage bool
	ImageURL  *string
}
