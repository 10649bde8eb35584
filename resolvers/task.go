package resolvers

import (
	"context"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
)

// Task is a task of any service by id.
func (queries) Task(ctx context.Context, id relay.ID) (domain.Task, error) {
	key, err := relay.TaskKey(id)
	if err != nil {
		return nil, err
	}
	read, err := loaders.TasksByID(ctx, []domain.TaskID{key}, graph.Selects(ctx, heavyTask...))
	return found(ctx, key, read, err)
}

// Tasks is a page of the viewer's tasks, or of everyone's for admins.
func (queries) Tasks(ctx context.Context, first *int, after *string, last *int, before *string, filter *graph.TaskFilter, orderBy *domain.TaskOrder) (*graph.TaskConnection, error) {
	which, err := tasksAsked(ctx, filter)
	if err != nil {
		return nil, err
	}
	order := taskOrder(orderBy)
	list, err := list(ctx, tasksScope("tasks", which, order), first, after, last, before, graph.Selects(ctx, heavyTask...))
	if err != nil {
		return nil, err
	}
	return loaders.Tasks(ctx, which, order, list)
}

// TasksPage is a page of the viewer's tasks by its number, or of everyone's for admins.
func (queries) TasksPage(ctx context.Context, number, size int, filter *graph.TaskFilter, orderBy *domain.TaskOrder) (*graph.TaskPage, error) {
	which, err := tasksAsked(ctx, filter)
	if err != nil {
		return nil, err
	}
	page, err := numberedPage(ctx, number, size)
	if err != nil {
		return nil, err
	}
	return loaders.TasksPage(ctx, which, taskOrder(orderBy), page, graph.Selects(ctx, heavyTask...))
}

// tasksAsked narrows the filter to what the viewer may see: FORBIDDEN for someone else's tasks.
func tasksAsked(ctx context.Context, filter *graph.TaskFilter) (domain.TaskFilter, error) {
	viewer, which := auth.ViewerFrom(ctx), domain.TaskFilter{}
	if filter != nil {
		which = domain.TaskFilter{Service: orZero(filter.Service), Status: orZero(filter.Status), UserID: orZero(filter.UserID)}
	}
	if which.UserID == "" && !viewer.IsAdmin() {
		which.UserID = viewer.ID
	}
	if which.UserID != "" {
		return which, auth.Check(viewer, auth.Owner, &domain.User{ID: which.UserID})
	}
	return which, nil
}

func taskOrder(orderBy *domain.TaskOrder) domain.TaskOrder {
	if orderBy != nil {
		return *orderBy
	}
	return domain.TaskOrder{Field: domain.TasksBySubmittedAt, Direction: domain.Descending}
}

func tasksScope(name string, filter domain.TaskFilter, order domain.TaskOrder) relay.Scope {
	return relay.NewScope(name, string(filter.Service), string(filter.Status), string(filter.UserID), string(order.Field), string(order.Direction))
}

// Tasks is a page of each user's tasks.
func (users) Tasks(ctx context.Context, objs []*domain.User, first *int, after *string, last *int, before *string, filter *graph.UserTaskFilter, orderBy *domain.TaskOrder) ([]*graph.TaskConnection, error) {
	which, order := domain.TaskFilter{}, taskOrder(orderBy)
	if filter != nil {
		which.Service, which.Status = orZero(filter.Service), orZero(filter.Status)
	}
	list, err := list(ctx, tasksScope("User.tasks", which, order), first, after, last, before, graph.Selects(ctx, heavyTask...))
	if err != nil {
		return nil, err
	}
	return loaders.UserTasks(ctx, objs, which, order, list)
}

// TaskConnection returns the resolver of a task list's total.
func (*Resolver) TaskConnection() graph.TaskConnectionResolver { return totals[domain.Task]{} }

// aTask resolves the interface's relations for the concrete type T, as tasks, so that those of all services load together.
type aTask[T domain.Task] struct{}

// User is whose each task is.
func (aTask[T]) User(ctx context.Context, objs []T) ([]*domain.User, error) {
	return graph.Together(ctx, objs, func(tasks []domain.Task) ([]*domain.User, error) {
		owners, err := loaders.Owners(ctx, tasks, func(t domain.Task) domain.UserID { return t.Common().UserID })
		return visible(ctx, owners, err)
	})
}

// Files is a page of what came of each task.
func (aTask[T]) Files(ctx context.Context, objs []T, first *int, after *string, last *int, before *string) ([]*graph.GeneratedFileConnection, error) {
	list, err := list(ctx, relay.NewScope("Task.files"), first, after, last, before, graph.Selects(ctx, heavyGeneratedFile...))
	if err != nil {
		return nil, err
	}
	return graph.Together(ctx, objs, func(tasks []domain.Task) ([]*graph.GeneratedFileConnection, error) {
		return loaders.TaskFiles(ctx, tasks, list)
	})
}

type midjourneyTasks struct{ aTask[*domain.MidjourneyTask] }

// MidjourneyTask returns the resolvers of a Midjourney task's relations.
func (*Resolver) MidjourneyTask() graph.MidjourneyTaskResolver { return midjourneyTasks{} }

// FluxTask returns the resolvers of a Flux task's relations.
func (*Resolver) FluxTask() graph.FluxTaskResolver { return aTask[*domain.FluxTask]{} }

// DreamworkTask returns the resolvers of a Dreamwork task's relations.
func (*Resolver) DreamworkTask() graph.DreamworkTaskResolver { return aTask[*domain.DreamworkTask]{} }

// Parent is the task whose image each task works on.
func (midjourneyTasks) Parent(ctx context.Context, objs []*domain.MidjourneyTask) ([]domain.Task, error) {
	parents, err := loaders.RelatedTasks(ctx, objs, graph.Selects(ctx, heavyTask...), func(t *domain.MidjourneyTask) domain.TaskID {
		if t.ParentTaskID == nil {
			return domain.TaskID{}
		}
		return *t.ParentTaskID
	})
	return visible(ctx, parents, err)
}
