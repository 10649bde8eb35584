package domain

import (
	"encoding/json"
	"slices"
	"time"
)

// ModelID is a model's key.
type ModelID string

// Model is an AI model that users may choose. Params and Meta are nil in the light shape.
type Model struct {
	ID          ModelID
	UserID      UserID // Who made it: its owner.
	BaseModelID *ModelID
	Name        string
	Params      JSON
	Meta        JSON
	Access      ModelAccess
	Price       Decimal
	IsActive    bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ModelAccess says who may read a model besides its owner and admins. The zero value admits nobody.
type ModelAccess struct {
	Everyone bool
	UserIDs  []UserID
}

// ParseModelAccess reads models.access_control: NULL (nil) is everyone, {} nobody besides owner and admins,
// {"read": {"user_ids": [...]}} the users listed. What it cannot read admits nobody.
func ParseModelAccess(raw []byte) ModelAccess {
	if raw == nil {
		return ModelAccess{Everyone: true}
	}
	var rules struct {
		Read struct {
			UserIDs []UserID `json:"user_ids"`
		} `json:"read"`
	}
	if err := json.Unmarshal(raw, &rules); err != nil {
		return ModelAccess{}
	}
	return ModelAccess{UserIDs: rules.Read.UserIDs}
}

// Admits reports whether the rules let the user read, ownership and roles aside.
func (a ModelAccess) Admits(id UserID) bool { return a.Everyone || slices.Contains(a.UserIDs, id) }
