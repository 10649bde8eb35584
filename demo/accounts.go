package demo

// Account is one of the two whom everyone who tries the demo may be. Id and email are the same in every demo.
type Account struct{ ID, Email string }

const (
	adminID    = "demo-admin"
	userID     = "demo-user"
	adminEmail = "demo-admin@atelier.example"
	userEmail  = "demo-user@atelier.example"
)

// Accounts returns the two whom everyone who tries the demo may be, whether the database has them or not.
func Accounts() (admin, user Account) {
	return Account{adminID, adminEmail}, Account{userID, userEmail}
}

// accounts are those of the two that are in the world.
func (w *world) accounts() (admin, user Account) {
	if len(w.people) > demoAdmin {
		admin, _ = Accounts()
	}
	if len(w.people) > demoUser {
		_, user = Accounts()
	}
	return admin, user
}
