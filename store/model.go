package store

import (
	"context"
	"database/sql"

	"atelier/domain"
)

var models = &noun[*domain.Model]{
	table: "models",
	light: "t.id, t.user_id, t.base_model_id, t.name, t.access_control, t.price, t.is_active, t.created_at, t.updated_at",
	heavy: "t.params, t.meta",
	scan: func(full bool) ([]any, func() *domain.Model) {
		m, access := &domain.Model{}, domain.JSON{}
		dest := []any{&m.ID, &m.UserID, &m.BaseModelID, &m.Name, &access, &m.Price, &m.IsActive, &m.CreatedAt, &m.UpdatedAt}
		if full {
			dest = append(dest, &m.Params, &m.Meta)
		}
		return dest, func() *domain.Model {
			m.Access = domain.ParseModelAccess(access)
			return m
		}
	},
}

// maxModels bounds the list of models, which operators keep by hand.
const maxModels = 1000

// Models reads the models by name, access rules aside: at most 1,000. Served by idx_models_name.
// SECURITY: the caller shows a viewer those that auth.MaySee lets them see.
func (s *Store) Models(ctx context.Context, includeInactive, full bool) ([]*domain.Model, error) {
	text := "SELECT " + models.columns(full) + " FROM models t WHERE t.is_active OR $1 ORDER BY t.name, t.id LIMIT $2"
	var found []*domain.Model
	err := s.query(ctx, models.table, text, []any{includeInactive, maxModels}, func(rows *sql.Rows) error {
		dest, item := models.scan(full)
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		found = append(found, item())
		return nil
	})
	return found, err
}

// ModelsByID reads the models with these ids, in no order, without those that do not exist, access rules aside.
func (s *Store) ModelsByID(ctx context.Context, ids []domain.ModelID, full bool) ([]*domain.Model, error) {
	return byKeys(ctx, s, models, ids, full)
}
