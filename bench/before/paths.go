package before

// Whole rows are read, as the old models were loaded.

const (
	userSQL       = `SELECT * FROM users WHERE id = $1`
	balanceSQL    = `SELECT * FROM credit WHERE user_id = $1`
	countUsersSQL = `SELECT count(*) FROM users`
	usersSQL      = `SELECT * FROM users ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2`
)

// users is the admins' list of users: one statement more for every user in it.
func (b *Backend) users(r request) (any, error) {
	if !r.isAdmin() {
		return nil, errForbidden
	}
	p, err := b.paged(r, "users", countUsersSQL, usersSQL)
	if err != nil {
		return nil, err
	}
	for _, user := range p.Items {
		if err := b.addCredit(user); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// user is a user with the balance.
func (b *Backend) user(r request) (any, error) {
	if !r.maySee(r.PathValue("id")) {
		return nil, errForbidden
	}
	user, err := b.one("users", userSQL, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return user, b.addCredit(user)
}

func (b *Backend) addCredit(user row) error {
	found, err := b.all("credit", balanceSQL, user["id"])
	user["credit"] = "0.0000"
	if len(found) > 0 {
		user["credit"] = found[0]["credit"]
	}
	return err
}

// tasks is a page of one service's tasks: a user's or, for admins, everyone's.
func (b *Backend) tasks(table, time string) func(request) (any, error) {
	ofUser, order := ` FROM `+table+` WHERE user_id = $1`, ` ORDER BY `+time+` DESC, id DESC LIMIT `
	return func(r request) (any, error) {
		user := r.FormValue("user_id")
		if !r.maySee(user) {
			return nil, errForbidden
		}
		if user == "" {
			return b.paged(r, table, `SELECT count(*) FROM `+table, `SELECT * FROM `+table+order+`$1 OFFSET $2`)
		}
		return b.paged(r, table, `SELECT count(*)`+ofUser, `SELECT *`+ofUser+order+`$2 OFFSET $3`, user)
	}
}

// task is what a client asks for until the task is done.
func (b *Backend) task(table string) func(request) (any, error) {
	return func(r request) (any, error) {
		task, err := b.one(table, `SELECT * FROM `+table+` WHERE id = $1`, r.PathValue("id"))
		if err == nil && !r.maySee(task["user_id"]) {
			err = errNotFound
		}
		return task, err
	}
}

const (
	countChatsSQL = `SELECT count(*) FROM chat WHERE user_id = $1`
	chatsSQL      = `SELECT * FROM chat WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2 OFFSET $3`
	chatSQL       = `SELECT * FROM chat WHERE id = $1`

	countMessagesSQL = `SELECT count(*) FROM message WHERE chat_id = $1`
	messagesSQL      = `SELECT * FROM message WHERE chat_id = $1 ORDER BY created_at, id LIMIT $2 OFFSET $3`
)

// chats is a page of a user's chats.
func (b *Backend) chats(r request) (any, error) {
	user := r.FormValue("user_id")
	if user == "" || !r.maySee(user) {
		return nil, errForbidden
	}
	return b.paged(r, "chat", countChatsSQL, chatsSQL, user)
}

// messages is a page of a chat's messages.
func (b *Backend) messages(r request) (any, error) {
	chat, err := b.one("chat", chatSQL, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if !r.maySee(chat["user_id"]) {
		return nil, errNotFound
	}
	return b.paged(r, "message", countMessagesSQL, messagesSQL, r.PathValue("id"))
}
