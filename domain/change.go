package domain

import "time"

// Table names a table of the platform's, as changes tell of it.
type Table string

// The tables whose changes are told.
const (
	TableUsers          Table = "users"
	TableCredit         Table = "credit"
	TableCreditLog      Table = "credit_log"
	TableMidjourney     Table = "mj_tasks"
	TableFlux           Table = "flux_tasks"
	TableDreamwork      Table = "dreamwork_tasks"
	TableChat           Table = "chat"
	TableMessage        Table = "message"
	TableFile           Table = "file"
	TableGeneratedFiles Table = "generated_files"
	TableModels         Table = "models"
	TableAIServices     Table = "ai_services"
)

// ChangeKind is what a statement did to rows.
type ChangeKind string

// The kinds of changes.
const (
	RowsInserted  ChangeKind = "INSERT"
	RowsUpdated   ChangeKind = "UPDATE"
	RowsDeleted   ChangeKind = "DELETE"
	RowsTruncated ChangeKind = "TRUNCATE"
)

// Change is what one committed statement did to one table, by whatever program.
type Change struct {
	Table Table
	Kind  ChangeKind
	// All says that any row of the table may have changed: the rest is empty then.
	All bool
	// IDs are the keys of the rows.
	IDs []string
	// Owners are the users to whom the rows belong, and those to whom they belonged before.
	Owners []string
	// Parents are what the rows stand below, and what they stood below before: chats of messages, the source task of generated files
	// and ledger rows. Empty for other tables.
	Parents []string
}

// LogPosition is a place in the log of changes: what transactions before it did has been told. It only grows.
type LogPosition uint64

// ChangeBatch is what was read from the log of changes at once.
type ChangeBatch struct {
	Changes []Change
	// Next is where reading goes on. What is read from there may repeat some of what was told already.
	Next LogPosition
	// AsOf is when reading began, by this machine's clock: whatever was committed before has been told, in this batch or an
	// earlier one. Batches come at least every second, with or without changes, while the database can be read.
	AsOf time.Time
	// IsGap says that changes before this batch were missed and are no longer in the log: anything may have changed.
	IsGap bool
}
