package resolvers

import (
	"context"
	"slices"

	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
)

type (
	files          struct{}
	generatedFiles struct{}
)

// File returns the resolvers of a file's relations.
func (*Resolver) File() graph.FileResolver { return files{} }

// FileConnection returns the resolver of a file list's total.
func (*Resolver) FileConnection() graph.FileConnectionResolver { return totals[*domain.File]{} }

// GeneratedFile returns the resolvers of a generated file's relations.
func (*Resolver) GeneratedFile() graph.GeneratedFileResolver { return generatedFiles{} }

// GeneratedFileConnection returns the resolver of a generated file list's total.
func (*Resolver) GeneratedFileConnection() graph.GeneratedFileConnectionResolver {
	return totals[*domain.GeneratedFile]{}
}

// Files is a page of each user's uploaded files.
func (users) Files(ctx context.Context, objs []*domain.User, first *int, after *string, last *int, before *string) ([]*graph.FileConnection, error) {
	list, err := list(ctx, relay.NewScope("User.files"), first, after, last, before, graph.Selects(ctx, heavyFile...))
	if err != nil {
		return nil, err
	}
	return loaders.Files(ctx, objs, list)
}

// GeneratedFiles is a page of each user's generated files.
func (users) GeneratedFiles(ctx context.Context, objs []*domain.User, first *int, after *string, last *int, before *string, filter *graph.GeneratedFileFilter) ([]*graph.GeneratedFileConnection, error) {
	var which domain.GeneratedFileFilter
	if filter != nil {
		which.Service = orZero(filter.Service)
	}
	scope := relay.NewScope("User.generatedFiles", string(which.Service))
	list, err := list(ctx, scope, first, after, last, before, graph.Selects(ctx, heavyGeneratedFile...))
	if err != nil {
		return nil, err
	}
	return loaders.GeneratedFiles(ctx, objs, which, list)
}

// User is whose each file is.
func (files) User(ctx context.Context, objs []*domain.File) ([]*domain.User, error) {
	owners, err := loaders.Owners(ctx, objs, func(f *domain.File) domain.UserID { return f.UserID })
	return visible(ctx, owners, err)
}

// User is whose each generated file is.
func (generatedFiles) User(ctx context.Context, objs []*domain.GeneratedFile) ([]*domain.User, error) {
	owners, err := loaders.Owners(ctx, objs, func(f *domain.GeneratedFile) domain.UserID { return f.UserID })
	return visible(ctx, owners, err)
}

// Task is the task that each generated file came of.
func (generatedFiles) Task(ctx context.Context, objs []*domain.GeneratedFile) ([]domain.Task, error) {
	tasks, err := loaders.RelatedTasks(ctx, objs, graph.Selects(ctx, heavyTask...), func(f *domain.GeneratedFile) domain.TaskID {
		if f.Source.Key == "" || !slices.Contains(domain.Services(), f.Source.Service) {
			return domain.TaskID{}
		}
		return f.Source
	})
	return visible(ctx, tasks, err)
}
