package loaders

import (
	"context"
	"slices"

	"atelier/cache"
	"atelier/domain"
	"atelier/relay"
)

// Tasks reads a page of the tasks of all users, or of the filter's.
func Tasks(ctx context.Context, filter domain.TaskFilter, order domain.TaskOrder, list List) (*relay.Connection[domain.Task], error) {
	counts := total{list: totalTasks, filter: filter}
	madeOf(ctx, counts)
	slice, err := From(ctx).store.Tasks(ctx, filter, order, list.Page, list.Full)
	return root(list, slice, err, order.Position, counts)
}

// TasksPage reads a page of tasks by its number.
func TasksPage(ctx context.Context, filter domain.TaskFilter, order domain.TaskOrder, page domain.NumberedPage, full bool) (*domain.Numbered[domain.Task], error) {
	madeOf(ctx, total{list: totalTasks, filter: filter})
	return From(ctx).store.TasksPage(ctx, filter, order, page, full)
}

// UserTasks reads a page of each user's tasks.
func UserTasks(ctx context.Context, users []*domain.User, filter domain.TaskFilter, order domain.TaskOrder, list List) ([]*relay.Connection[domain.Task], error) {
	s := From(ctx).store
	counts := func(id domain.UserID) total { return total{totalUserTasks, filter, id} }
	read := func(ctx context.Context, ids []domain.UserID) ([]*relay.Connection[domain.Task], error) {
		slices, err := s.UserTasks(ctx, ids, filter, order, list.Page, list.Full)
		return connections(ctx, list, ids, slices, err, order.Position, counts)
	}
	return relateEach(ctx, users, ownersKey(ctx), read)
}

// TasksByID reads tasks of any service for roots; the map lacks those that do not exist.
func TasksByID(ctx context.Context, ids []domain.TaskID, full bool) (map[domain.TaskID]domain.Task, error) {
	return From(ctx).tasksByID(full)(ctx, ids)
}

// RelatedTasks reads the task that each object names; a zero id names none, and one without a service any service's.
func RelatedTasks[P comparable](ctx context.Context, objects []P, full bool, task func(P) domain.TaskID) ([]domain.Task, error) {
	return relate(ctx, objects, task, From(ctx).tasksByID(full))
}

func (l *Loaders) tasksByID(full bool) fetch[domain.TaskID, domain.Task] {
	return func(ctx context.Context, ids []domain.TaskID) (map[domain.TaskID]domain.Task, error) {
		madeOfTasks(ctx, ids)
		read := func(ctx context.Context, ids []domain.TaskID) (map[domain.TaskID]domain.Task, error) {
			found, err := l.store.TasksByID(ctx, ids, full)
			if err != nil {
				return nil, err
			}
			return taskMap(ids, found), nil
		}
		if slices.ContainsFunc(ids, func(id domain.TaskID) bool { return id.Service == "" }) {
			return read(ctx, ids) // Whose changes would drop it?
		}
		entry := cache.TaskStatus
		if full {
			entry = cache.TaskStatusFull
		}
		return cache.GetMany(ctx, l.cache, entry, ids, read)
	}
}

// taskMap finds a task for each id: by service and key, or by the key alone where the id has no service.
func taskMap(ids []domain.TaskID, found []domain.Task) map[domain.TaskID]domain.Task {
	tasks := make(map[domain.TaskID]domain.Task, len(found))
	for _, t := range found {
		id := t.Common().ID
		tasks[id] = t
		tasks[domain.TaskID{Key: id.Key}] = t
	}
	wanted := make(map[domain.TaskID]domain.Task, len(ids))
	for _, id := range ids {
		if t, ok := tasks[id]; ok {
			wanted[id] = t
		}
	}
	return wanted
}
