package domain

import (
	"fmt"
	"io"
	"slices"
)

// JSON is a document that PostgreSQL has checked (jsonb); nil is absent. It passes through unread.
type JSON []byte

// Scan implements sql.Scanner for jsonb columns.
func (j *JSON) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*j = nil
	case []byte:
		*j = slices.Clone(v)
	default:
		return fmt.Errorf("scan %T as jsonb", src)
	}
	return nil
}

// MarshalGQL writes the document as it is.
func (j JSON) MarshalGQL(w io.Writer) {
	if j == nil {
		_, _ = io.WriteString(w, "null")
		return
	}
	_, _ = w.Write(j)
}

// AppendGQL appends the document as it is, which is not nil. The executor prefers it.
func (j JSON) AppendGQL(b []byte) []byte { return append(b, j...) }

// UnmarshalGQL refuses: no argument takes a JSON document.
func (j *JSON) UnmarshalGQL(any) error {
	return NewError(InvalidArgument, "JSON is for reading only")
}
