package store

import (
	"context"

	"atelier/domain"
)

var models = &noun[*domain.Model]{
	table: "models",
	light: "t.id, t.user_id, t.base_model_id, t.name, t.access_control, t.price, t.is_active, t.created_at, t.updated_at",
	heavy: "t.params, t.meta",
	scan: func(r *row, full bool) *domain.Model {
		m := &domain.Model{
			ID: domain.ModelID(r.text()), UserID: domain.UserID(r.text()), BaseModelID: (*domain.ModelID)(r.maybeText()), Name: r.text(),
			Access: domain.ParseModelAccess(r.document()), Price: r.decimal(), IsActive: r.yes(), CreatedAt: r.time(), UpdatedAt: r.time(),
		}
		if full {
			m.Params, m.Meta = r.document(), r.document()
		}
		return m
	},
}

// maxModels bounds the list of models, which operators keep by hand.
const maxModels = 1000

// Models reads the models by name, access rules aside: at most 1,000. Served by idx_models_name.
// SECURITY: the caller shows a viewer those that auth.MaySee lets them see.
func (s *Store) Models(ctx context.Context, includeInactive, full bool) ([]*domain.Model, error) {
	text := recordsOf("SELECT "+models.columns(full)+" FROM models t WHERE t.is_active OR $1 ORDER BY t.name, t.id LIMIT $2") + " ORDER BY x.name, x.id"
	var found []*domain.Model
	err := s.read(ctx, models.table, text, []any{includeInactive, maxModels}, func(row *row) error {
		found = append(found, models.scan(row, full))
		return nil
	})
	return found, err
}

// ModelsByID reads the models with these ids, in no order, without those that do not exist, access rules aside.
func (s *Store) ModelsByID(ctx context.Context, ids []domain.ModelID, full bool) ([]*domain.Model, error) {
	return byKeys(ctx, s, models, ids, full)
}
