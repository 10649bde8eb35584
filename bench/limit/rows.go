package limit

import (
	"strconv"
	"strings"

	"atelier/domain"
)

// userRow is a row of userColumns.
type userRow struct {
	id, name, email, role, image text
	lastActive, created          moment

	into []column
}

func (u *userRow) bind() {
	u.into = []column{unread{}, unread{}, &u.id, &u.name, &u.email, &u.role, &u.image, &u.lastActive, &u.created, unread{}}
}

// alone is where the columns go that do not follow a place in a list.
func (u *userRow) alone() []column { return u.into[2:] }

// roles are the names of the roles in the API; an unknown one is the least.
var roles = map[string]string{"admin": "ADMIN", "user": "USER", "pending": "PENDING"}

func (u *userRow) appendRole(out []byte) []byte {
	if name, known := roles[u.role.value]; known {
		return appendPlain(out, name)
	}
	return appendPlain(out, "PENDING")
}

// balanceRow is a row of balancesSQL.
type balanceRow struct {
	user   text
	credit amount

	into []column
}

func (b *balanceRow) bind() { b.into = []column{&b.user, &b.credit} }

// taskRow is a row of tasksSQL.
type taskRow struct {
	ord, side                          number
	service, id, status, image, prompt text
	cost                               amount
	progress                           number
	submitted, finished                moment

	into []column
}

func (t *taskRow) bind() {
	x := unread{}
	t.into = []column{
		&t.ord, &t.side, &t.service, &t.id, x, &t.status, &t.progress, &t.image, x, &t.cost, &t.submitted, x, &t.finished, x,
		x, x, x, x, x, x, x, x, x, x, x, x, x, // action to watermark
		&t.prompt, x, x, x, x, x,
	}
}

func (t *taskRow) place() place {
	return place{t.submitted.Time, strings.Clone(t.id.value), taskServices[t.service.value].key}
}

// taskService is what a service and its states are called in the API.
type taskService struct {
	key, name, typeName string
	status              map[string]string
}

var taskServices = map[string]taskService{
	"dreamwork":  {"dreamwork", "DREAMWORK", "DreamworkTask", statesOf(domain.Dreamwork)},
	"flux":       {"flux", "FLUX", "FluxTask", statesOf(domain.Flux)},
	"midjourney": {"midjourney", "MIDJOURNEY", "MidjourneyTask", statesOf(domain.Midjourney)},
}

func statesOf(service domain.Service) map[string]string {
	states := map[string]string{}
	for _, word := range domain.ProviderWords(service, domain.TaskUnknown) {
		states[word] = string(domain.StatusOf(service, word))
	}
	return states
}

// appendJSON appends the task as Q2 and Q3 ask for it.
func (t *taskRow) appendJSON(out []byte) []byte {
	service := taskServices[t.service.value]
	status, known := service.status[t.status.value]
	if !known {
		status = string(domain.TaskUnknown)
	}
	out = appendPlain(append(out, `{"__typename":`...), service.typeName)
	out = appendID(append(out, `,"id":`...), service.typeName, t.id.value)
	out = appendPlain(append(out, `,"service":`...), service.name)
	out = appendPlain(append(out, `,"status":`...), status)
	out = appendOptional(append(out, `,"prompt":`...), t.prompt)
	out = strconv.AppendInt(append(out, `,"progress":`...), min(max(int64(t.progress), 0), 100), 10)
	out = appendOptional(append(out, `,"imageUrl":`...), t.image)
	out = appendPlain(append(out, `,"cost":`...), t.cost.value)
	out = appendMoment(append(out, `,"submittedAt":`...), t.submitted.Time)
	out = appendMoment(append(out, `,"finishedAt":`...), t.finished.Time)
	return append(out, '}')
}

// chatRow is a row of chatsSQL.
type chatRow struct {
	ord       number
	id, title text
	updated   moment

	into []column
}

func (c *chatRow) bind() {
	x := unread{}
	c.into = []column{&c.ord, x, &c.id, x, &c.title, x, x, x, &c.updated}
}

// messageRow is a row of messagesSQL.
type messageRow struct {
	ord               number
	id, role, content text
	created           moment

	into []column
}

func (m *messageRow) bind() {
	x := unread{}
	m.into = []column{&m.ord, x, &m.id, x, x, x, &m.role, &m.created, x, &m.content, x}
}

// messageRoles are the names of the roles in the API.
var messageRoles = map[string]string{"user": "USER", "assistant": "ASSISTANT", "system": "SYSTEM"}

// appendJSON appends the message as Q2 asks for it.
func (m *messageRow) appendJSON(out []byte) []byte {
	role, known := messageRoles[m.role.value]
	if !known {
		role = "OTHER"
	}
	out = appendID(append(out, `{"id":`...), "Message", m.id.value)
	out = appendPlain(append(out, `,"role":`...), role)
	out = appendText(append(out, `,"content":`...), m.content.value)
	out = appendMoment(append(out, `,"createdAt":`...), m.created.Time)
	return append(out, '}')
}
