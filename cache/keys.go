package cache

import (
	"time"

	"atelier/domain"
)

// Scope says for whom a cached value holds.
type Scope string

// The scopes.
const (
	// Public values are the same whoever asks. Who may see one is asked after the cache.
	Public Scope = "public"
	// ByAccess values depend on what the viewer may see: the key holds the viewer's access scope.
	ByAccess Scope = "access rules"
	// ByViewer values are one viewer's: the key holds who.
	ByViewer Scope = "viewer"
)

// lifetime is how long a value is kept in this process and in Redis, where no change drops it earlier.
type lifetime struct{ local, shared time.Duration }

// standard is the lifetime of what has none of its own.
var standard = lifetime{5 * time.Minute, 5 * time.Minute}

// absence is how long it is remembered that there is nothing.
var absence = lifetime{10 * time.Second, 10 * time.Second}

// finished is the lifetime of a task that does not change any more.
var finished = lifetime{10 * time.Minute, time.Hour}

// The table of everything that is cached. A version is raised whenever what is cached under it changes its meaning or its encoding
// (codec.go): values of other versions are not found. dropped says which keys a change concerns.
var (
	// UserInfo is a user by id, for everyone who refers to them and for the viewer's role. The balance is not in it.
	UserInfo = declare(Entry[domain.UserID, *domain.User]{
		spec: spec{
			name: "user_info", version: 1, scope: Public, lives: lifetime{10 * time.Minute, 10 * time.Minute},
			dropped: drops{domain.TableUsers: byID},
		},
		spell: appendPart[domain.UserID],
		walk:  optionally(walkUser),
	})

	// ModelList is what the access scope of a viewer sees of the models.
	ModelList = declare(Entry[ModelScope, []*domain.Model]{
		spec: spec{
			name: "model_list", version: 1, scope: ByAccess, lives: lifetime{30 * time.Minute, 30 * time.Minute},
			dropped: drops{domain.TableModels: all},
		},
		spell: spellScope,
		walk:  func(c *coder, v *[]*domain.Model) { list(c, v, optionally(walkModel)) },
	})

	// AIConfig is the configuration of an AI service. It has no secret: keys of services are not in the database.
	AIConfig = declare(Entry[domain.Service, *domain.AIService]{
		spec: spec{
			name: "ai_config", version: 1, scope: Public, lives: lifetime{time.Hour, time.Hour},
			dropped: drops{domain.TableAIServices: byID},
		},
		spell: appendPart[domain.Service],
		walk:  optionally(walkAIService),
	})

	// TaskStatus is a task by service and id, in the light shape.
	TaskStatus = declare(taskEntry("light"))

	// TaskStatusFull is a task by service and id, in the full shape.
	TaskStatusFull = declare(taskEntry("full"))

	// UserStats is what a user has done so far. It is read anew when the month ends, since usage of this month is in it.
	UserStats = declare(Entry[domain.UserID, *domain.Statistics]{
		spec: spec{
			name: "user_stats", version: 1, scope: Public, lives: lifetime{15 * time.Minute, 15 * time.Minute},
			dropped: drops{
				domain.TableMidjourney: byOwnerOfTasks, domain.TableFlux: byOwnerOfTasks, domain.TableDreamwork: byOwnerOfTasks,
				domain.TableCreditLog: byOwner,
			},
		},
		spell: appendPart[domain.UserID],
		walk:  optionally(walkStatistics),
		ends:  (*domain.Statistics).MonthEnds,
	})

	// Models are models by id, in the light shape, access rules aside.
	Models = declare(modelEntry("light"))

	// ModelsFull are models by id, in the full shape, access rules aside.
	ModelsFull = declare(modelEntry("full"))
)

func taskEntry(shape string) Entry[domain.TaskID, domain.Task] {
	return Entry[domain.TaskID, domain.Task]{
		spec: spec{
			name: "task_status", shape: shape, version: 1, scope: Public, lives: lifetime{time.Minute, time.Minute},
			dropped: drops{
				domain.TableMidjourney: taskOf(domain.Midjourney), domain.TableFlux: taskOf(domain.Flux), domain.TableDreamwork: taskOf(domain.Dreamwork),
			},
		},
		spell: spellTask,
		walk:  walkTask,
		adapt: func(t domain.Task, l lifetime) lifetime {
			if t.Common().Status.IsFinal() {
				return finished
			}
			return l
		},
	}
}

func modelEntry(shape string) Entry[domain.ModelID, *domain.Model] {
	return Entry[domain.ModelID, *domain.Model]{
		spec: spec{
			name: "model", shape: shape, version: 1, scope: Public, lives: standard,
			dropped: drops{domain.TableModels: byID},
		},
		spell: appendPart[domain.ModelID],
		walk:  optionally(walkModel),
	}
}

// ModelScope is what a list of models depends on.
type ModelScope struct {
	// Access names everything that decides which models the viewer sees.
	Access          string
	IncludeInactive bool
	Full            bool
}

func spellScope(text []byte, s ModelScope) []byte {
	return appendPart(appendPart(appendPart(text, s.Access), flag(s.IncludeInactive)), flag(s.Full))
}

func spellTask(text []byte, id domain.TaskID) []byte {
	return appendPart(appendPart(text, id.Service), id.Key)
}

// drops says, by table, which keys of an entry a change concerns.
type drops map[domain.Table]func(domain.Change) (keys []string, all bool)

func all(domain.Change) ([]string, bool) { return nil, true }

func byID(c domain.Change) ([]string, bool) { return joinEach(c.IDs), false }

func byOwner(c domain.Change) ([]string, bool) { return joinEach(c.Owners), false }

// byOwnerOfTasks leaves out the progress of a task, which changes no count. A statement that names several owners may have
// handed tasks from one to another.
func byOwnerOfTasks(c domain.Change) ([]string, bool) {
	if c.Kind == domain.RowsUpdated && len(c.Owners) < 2 {
		return nil, false
	}
	return byOwner(c)
}

func taskOf(service domain.Service) func(domain.Change) ([]string, bool) {
	return func(c domain.Change) ([]string, bool) {
		keys := make([]string, len(c.IDs))
		for i, id := range c.IDs {
			keys[i] = string(spellTask(nil, domain.TaskID{Service: service, Key: id}))
		}
		return keys, false
	}
}
