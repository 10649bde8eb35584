package loaders

import (
	"context"

	"atelier/domain"
	"atelier/relay"
)

// Files reads a page of each user's uploaded files.
func Files(ctx context.Context, users []*domain.User, list List) ([]*relay.Connection[*domain.File], error) {
	s := From(ctx).store
	counts := func(id domain.UserID) total { return total{list: totalFiles, parent: id} }
	read := func(ctx context.Context, ids []domain.UserID) ([]*relay.Connection[*domain.File], error) {
		slices, err := s.Files(ctx, ids, list.Page, list.Full)
		return connections(ctx, list, ids, slices, err, domain.FilePosition, counts)
	}
	return relateEach(ctx, users, ownersKey(ctx), read)
}

// FilesByID reads uploaded files for roots; the map lacks those that do not exist.
func FilesByID(ctx context.Context, ids []domain.FileID, full bool) (map[domain.FileID]*domain.File, error) {
	madeOfRows(ctx, domain.TableFile, ids)
	found, err := From(ctx).store.FilesByID(ctx, ids, full)
	return byKey(found, err, func(f *domain.File) domain.FileID { return f.ID })
}

// GeneratedFiles reads a page of each user's generated files.
func GeneratedFiles(ctx context.Context, users []*domain.User, filter domain.GeneratedFileFilter, list List) ([]*relay.Connection[*domain.GeneratedFile], error) {
	s := From(ctx).store
	counts := func(id domain.UserID) total { return total{totalGeneratedFiles, filter, id} }
	read := func(ctx context.Context, ids []domain.UserID) ([]*relay.Connection[*domain.GeneratedFile], error) {
		slices, err := s.GeneratedFiles(ctx, ids, filter, list.Page, list.Full)
		return connections(ctx, list, ids, slices, err, domain.GeneratedFilePosition, counts)
	}
	return relateEach(ctx, users, ownersKey(ctx), read)
}

// TaskFiles reads a page of the files that came of each task.
func TaskFiles(ctx context.Context, tasks []domain.Task, list List) ([]*relay.Connection[*domain.GeneratedFile], error) {
	s := From(ctx).store
	counts := func(id domain.OwnedTask) total { return total{list: totalTaskFiles, parent: id} }
	read := func(ctx context.Context, ids []domain.OwnedTask) ([]*relay.Connection[*domain.GeneratedFile], error) {
		slices, err := s.TaskFiles(ctx, ids, list.Page, list.Full)
		return connections(ctx, list, ids, slices, err, domain.GeneratedFilePosition, counts)
	}
	return relateEach(ctx, tasks, ownedTask, read)
}

func ownedTask(t domain.Task) domain.OwnedTask {
	return domain.OwnedTask{ID: t.Common().ID, UserID: t.Common().UserID}
}

// GeneratedFilesByID reads generated files for roots; the map lacks those that do not exist.
func GeneratedFilesByID(ctx context.Context, ids []domain.GeneratedFileID, full bool) (map[domain.GeneratedFileID]*domain.GeneratedFile, error) {
	madeOfRows(ctx, domain.TableGeneratedFiles, ids)
	found, err := From(ctx).store.GeneratedFilesByID(ctx, ids, full)
	return byKey(found, err, func(f *domain.GeneratedFile) domain.GeneratedFileID { return f.ID })
}
