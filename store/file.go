package store

import (
	"context"

	"atelier/domain"
)

var files = &noun[*domain.File]{
	table: "file",
	light: "t.id, t.user_id, t.hash, t.filename, t.created_at, t.updated_at",
	heavy: "t.meta",
	scan: func(r *row, full bool) *domain.File {
		f := &domain.File{
			ID: domain.FileID(r.text()), UserID: domain.UserID(r.text()), Hash: r.maybeText(), Filename: r.text(), CreatedAt: r.time(), UpdatedAt: r.time(),
		}
		if full {
			f.Meta = r.document()
		}
		return f
	},
}

// Files reads a page of each user's uploaded files, newest first. Served by idx_file_user_created.
func (s *Store) Files(ctx context.Context, users []domain.UserID, page domain.Page, full bool) ([]domain.Slice[*domain.File], error) {
	return pages(ctx, s, fileList(users), len(users), page, full)
}

// CountFiles counts each user's uploaded files.
func (s *Store) CountFiles(ctx context.Context, users []domain.UserID) ([]int, error) {
	return counts(ctx, s, fileList(users), len(users))
}

func fileList(users []domain.UserID) *list[*domain.File] {
	return &list[*domain.File]{
		noun: files, name: "of users", key: "created_at", keyType: "timestamptz", descends: true,
		where: []string{"t.user_id = p.user_id"}, branches: one("file t", "t.created_at"),
		parents: []parentKeys{{"user_id", texts(users)}},
	}
}

// FilesByID reads the files with these ids, in no order, without those that do not exist.
func (s *Store) FilesByID(ctx context.Context, ids []domain.FileID, full bool) ([]*domain.File, error) {
	return byKeys(ctx, s, files, ids, full)
}

var generatedFiles = &noun[*domain.GeneratedFile]{
	table: "generated_files",
	light: `t.id, t.user_id, t.filename, t.file_type, t.mime_type, t.file_size, t.storage_provider, t.cloud_url,
		t.source_type, coalesce(t.source_task_id, '') AS source_task_id, t.status, t.created_at, t.updated_at`,
	heavy: "t.file_metadata",
	scan: func(r *row, full bool) *domain.GeneratedFile {
		f := &domain.GeneratedFile{
			ID: domain.GeneratedFileID(r.text()), UserID: domain.UserID(r.text()), Filename: r.text(), FileType: r.text(), MimeType: r.maybeText(),
			FileSize: r.maybeWhole(), StorageProvider: r.maybeText(), CloudURL: r.maybeText(),
			Source: domain.TaskID{Service: domain.Service(r.text()), Key: r.text()}, Status: r.text(), CreatedAt: r.time(), UpdatedAt: r.time(),
		}
		if full {
			f.Metadata = r.document()
		}
		return f
	},
}

// GeneratedFiles reads a page of each user's generated files, newest first.
// Served by idx_generated_files_user_created and idx_generated_files_user_service.
func (s *Store) GeneratedFiles(ctx context.Context, users []domain.UserID, filter domain.GeneratedFileFilter, page domain.Page, full bool) ([]domain.Slice[*domain.GeneratedFile], error) {
	return pages(ctx, s, generatedFileList(users, filter), len(users), page, full)
}

// CountGeneratedFiles counts each user's generated files.
func (s *Store) CountGeneratedFiles(ctx context.Context, users []domain.UserID, filter domain.GeneratedFileFilter) ([]int, error) {
	return counts(ctx, s, generatedFileList(users, filter), len(users))
}

func generatedFileList(users []domain.UserID, filter domain.GeneratedFileFilter) *list[*domain.GeneratedFile] {
	l := &list[*domain.GeneratedFile]{
		noun: generatedFiles, name: "of users", key: "created_at", keyType: "timestamptz", descends: true,
		parents: []parentKeys{{"user_id", texts(users)}}, where: []string{"t.user_id = p.user_id"}, branches: one("generated_files t", "t.created_at"),
	}
	if filter.Service != "" {
		l.where = append(l.where, "t.source_type = "+l.args.add(string(filter.Service)))
	}
	return l
}

// TaskFiles reads a page of the files that came of each task and belong to its owner, oldest first.
// Served by idx_generated_files_source.
func (s *Store) TaskFiles(ctx context.Context, tasks []domain.OwnedTask, page domain.Page, full bool) ([]domain.Slice[*domain.GeneratedFile], error) {
	return pages(ctx, s, taskFileList(tasks), len(tasks), page, full)
}

// CountTaskFiles counts the files that came of each task and belong to its owner.
func (s *Store) CountTaskFiles(ctx context.Context, tasks []domain.OwnedTask) ([]int, error) {
	return counts(ctx, s, taskFileList(tasks), len(tasks))
}

func taskFileList(tasks []domain.OwnedTask) *list[*domain.GeneratedFile] {
	services, keys, owners := make([]string, len(tasks)), make([]string, len(tasks)), make([]string, len(tasks))
	for i, t := range tasks {
		services[i], keys[i], owners[i] = string(t.ID.Service), t.ID.Key, string(t.UserID)
	}
	return &list[*domain.GeneratedFile]{
		noun: generatedFiles, name: "of tasks", key: "created_at", keyType: "timestamptz",
		where:    []string{"t.source_type = p.service", "t.source_task_id = p.task", "t.user_id = p.owner"},
		branches: one("generated_files t", "t.created_at"),
		parents:  []parentKeys{{"service", services}, {"task", keys}, {"owner", owners}},
	}
}

// GeneratedFilesByID reads the generated files with these ids, in no order, without those that do not exist.
func (s *Store) GeneratedFilesByID(ctx context.Context, ids []domain.GeneratedFileID, full bool) ([]*domain.GeneratedFile, error) {
	return byKeys(ctx, s, generatedFiles, ids, full)
}
