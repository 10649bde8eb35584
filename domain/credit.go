package domain

import "time"

// CreditLogID is a ledger entry's key.
type CreditLogID string

// CreditLog is an entry of the ledger. Entries are never changed, and a user's balance is the sum of their
// deltas. Detail is nil in the light shape.
type CreditLog struct {
	ID           CreditLogID
	UserID       UserID
	Kind         CreditLogKind
	Delta        Decimal
	BalanceAfter Decimal
	Detail       JSON
	TaskKey      *string // The task that the entry belongs to.
	TaskService  Service // Empty where it is not known: the key may then be any service's.
	CreatedAt    time.Time
}

// CreditLogKind is why a balance moved.
type CreditLogKind string

// The kinds of ledger entries. A task holds its price at submission; when it ends, the hold is settled
// (a correction, usually zero) or released (given back).
const (
	CreditGrant    CreditLogKind = "GRANT"
	CreditPurchase CreditLogKind = "PURCHASE"
	CreditRefund   CreditLogKind = "REFUND"
	CreditAdjust   CreditLogKind = "ADJUST"
	CreditHold     CreditLogKind = "HOLD"
	CreditSettle   CreditLogKind = "SETTLE"
	CreditRelease  CreditLogKind = "RELEASE"
	CreditOther    CreditLogKind = "OTHER" // A word of another program's.
)

// CreditLogPosition is where l stands in its owner's ledger: newest first.
func CreditLogPosition(l *CreditLog) Position { return Position{At: l.CreatedAt, ID: string(l.ID)} }
