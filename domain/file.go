package domain

import (
	"slices"
	"time"
)

// FileID is an uploaded file's key.
type FileID string

// File is a file that a user uploaded. Meta is nil in the light shape.
type File struct {
	ID        FileID
	UserID    UserID
	Hash      *string
	Filename  string
	Meta      JSON
	CreatedAt time.Time
	UpdatedAt time.Time
}

// FilePosition is where f stands in its owner's list: newest first.
func FilePosition(f *File) Position { return Position{At: f.CreatedAt, ID: string(f.ID)} }

// GeneratedFileID is a generated file's key.
type GeneratedFileID string

// GeneratedFile is a file that an AI service made. Metadata is nil in the light shape.
type GeneratedFile struct {
	ID              GeneratedFileID
	UserID          UserID
	Filename        string
	FileType        string
	MimeType        *string
	FileSize        *int64 // Bytes.
	StorageProvider *string
	CloudURL        *string
	Source          TaskID // Its Key is empty where the task is not known; its Service may be none of ours.
	Metadata        JSON
	Status          string
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Service is the service that made the file; nil where it is none of ours.
func (f *GeneratedFile) Service() *Service {
	if slices.Contains(Services(), f.Source.Service) {
		return &f.Source.Service
	}
	return nil
}

// GeneratedFileFilter narrows a list of generated files; zero fields do not narrow.
type GeneratedFileFilter struct {
	Service Service
}

// GeneratedFilePosition is where f stands: in its owner's list newest first, in its task's oldest first.
func GeneratedFilePosition(f *GeneratedFile) Position {
	return Position{At: f.CreatedAt, ID: string(f.ID)}
}
