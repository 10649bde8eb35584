package loaders

import (
	"context"

	"atelier/cache/answers"
	"atelier/domain"
)

// Whatever reads for a response says here, beside the rows themselves, what it reads: as changes will name it. It does so where
// the response asks, not where the database is asked, since a cache may stand between.

// made notes what the response is made of.
func made(ctx context.Context, of ...answers.Source) { answers.From(ctx).Reads(of...) }

// madeOfRows notes rows, also those that turn out not to exist.
func madeOfRows[K ~string](ctx context.Context, table domain.Table, keys []K) {
	if record := answers.From(ctx); record != nil {
		record.Reads(answers.Rows(table, keys)...)
	}
}

// madeOf notes a list each: its pages, in whatever order, and its length.
func madeOf(ctx context.Context, lists ...total) {
	if record := answers.From(ctx); record != nil {
		for _, list := range lists {
			record.Reads(list.sources()...)
		}
	}
}

// sources are the rows of which any may be in the list, or come to be. A filter makes them no fewer: a change may move a row into it.
func (t total) sources() []answers.Source {
	switch t.list {
	case totalUsers:
		return []answers.Source{answers.Whole(domain.TableUsers)}
	case totalTasks:
		filter := t.filter.(domain.TaskFilter)
		return tasksOf(filter.UserID, filter.Service)
	case totalUserTasks:
		return tasksOf(t.parent.(domain.UserID), t.filter.(domain.TaskFilter).Service)
	case totalCreditLogs:
		return []answers.Source{answers.OwnedBy(domain.TableCreditLog, t.parent.(domain.UserID))}
	case totalChats:
		return []answers.Source{answers.OwnedBy(domain.TableChat, t.parent.(domain.UserID))}
	case totalMessages:
		return []answers.Source{answers.Below(domain.TableMessage, string(t.parent.(domain.ChatID)))}
	case totalFiles:
		return []answers.Source{answers.OwnedBy(domain.TableFile, t.parent.(domain.UserID))}
	case totalGeneratedFiles:
		return []answers.Source{answers.OwnedBy(domain.TableGeneratedFiles, t.parent.(domain.UserID))}
	case totalTaskFiles:
		return []answers.Source{answers.Below(domain.TableGeneratedFiles, t.parent.(domain.OwnedTask).ID.Key)}
	}
	panic("loaders: nobody has said what the list " + string(t.list) + " is made of")
}

// tasksOf is a user's tasks, or everyone's, of one service or of all.
func tasksOf(user domain.UserID, service domain.Service) (sources []answers.Source) {
	for _, table := range taskTables(service) {
		if user == "" {
			sources = append(sources, answers.Whole(table))
		} else {
			sources = append(sources, answers.OwnedBy(table, user))
		}
	}
	return sources
}

// madeOfTasks notes tasks by their ids; one without a service is looked for in every table.
func madeOfTasks(ctx context.Context, ids []domain.TaskID) {
	for _, id := range ids {
		for _, table := range taskTables(id.Service) {
			made(ctx, answers.Row(table, id.Key))
		}
	}
}

var tableOfService = map[domain.Service]domain.Table{
	domain.Dreamwork: domain.TableDreamwork, domain.Flux: domain.TableFlux, domain.Midjourney: domain.TableMidjourney,
}

// taskTables are those of a service, or of all.
func taskTables(service domain.Service) (tables []domain.Table) {
	for _, one := range domain.Services() {
		if service == "" || service == one {
			tables = append(tables, tableOfService[one])
		}
	}
	return tables
}
