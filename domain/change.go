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

// WatchedTables returns the tables whose changes are told.
func WatchedTables() []Table {
	return []Table{
		TableUsers, TableCredit, TableCreditLog, TableMidjourney, TableFlux, TableDreamwork, TableChat, TableMessage, TableFile,
		TableGeneratedFiles, TableModels, TableAIServices,
	}
}

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

// LogID names a log of changes. Positions of one say nothing of another: a database that crashed, was restored from a backup or
// was replaced by its standby may have used the same positions for other changes, and has another log.
type LogID string

// ChangeBatch is what was read from the log of changes at once.
type ChangeBatch struct {
	Changes []Change
	// Log is the log that Next is a position of. Who keeps a position keeps it as well.
	Log LogID
	// Next is where reading goes on. What is read from there may repeat some of what was told already.
	Next LogPosition
	// Epoch is the generation of the keys of shared caches, as the database had it then.
	Epoch int64
	// AsOf is when reading began, by this machine's clock: whatever was committed before has been told, in this batch or an
	// earlier one. Batches come at least every second, with or without changes, while the database can be read and its tables are
	// watched: while none come, changes may go untold.
	AsOf time.Time
	// IsGap says that changes before this batch were missed and are no longer in the log: anything may have changed.
	IsGap bool
}
