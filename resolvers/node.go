package resolvers

import (
	"context"
	"slices"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
)

// Node is the object with an id, or null.
func (q queries) Node(ctx context.Context, id relay.ID) (domain.Node, error) {
	nodes, err := q.Nodes(ctx, []*relay.ID{&id})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// maxNodes is the most ids that nodes takes.
const maxNodes = 100

// Nodes are the objects with these ids, a statement for each type among them, null where there is none for the viewer.
func (queries) Nodes(ctx context.Context, ids []*relay.ID) ([]domain.Node, error) {
	if len(ids) > maxNodes {
		return nil, domain.Errorf(domain.InvalidPage, "nodes takes at most %d ids", maxNodes)
	}
	read, err := readNodes(ctx, ids)
	if err != nil {
		return nil, err
	}
	viewer, nodes := auth.ViewerFrom(ctx), make([]domain.Node, len(ids))
	for i, id := range ids {
		if node, ok := read[*id]; ok && auth.MaySee(viewer, node) {
			nodes[i] = node
		}
	}
	return nodes, nil
}

// readNodes reads every object that the ids name, whoever asks.
func readNodes(ctx context.Context, ids []*relay.ID) (map[relay.ID]domain.Node, error) {
	found := map[relay.ID]domain.Node{}
	for _, read := range nodeReaders {
		if err := read(ctx, ids, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// nodeReaders read the objects of one kind among the ids into found; tasks of all services are one kind.
var nodeReaders = []func(ctx context.Context, ids []*relay.ID, found map[relay.ID]domain.Node) error{
	readKind(relay.UserKey, loaders.UsersByID),
	readKind(relay.TaskKey, shaped(loaders.TasksByID, heavyTask)),
	readKind(relay.ChatKey, loaders.ChatsByID),
	readKind(relay.MessageKey, shaped(loaders.MessagesByID, heavyMessage)),
	readKind(relay.FileKey, shaped(loaders.FilesByID, heavyFile)),
	readKind(relay.GeneratedFileKey, shaped(loaders.GeneratedFilesByID, heavyGeneratedFile)),
	readKind(relay.CreditLogKey, shaped(loaders.CreditLogsByID, heavyCreditLog)),
	readKind(relay.ModelKey, shaped(loaders.ModelsByID, heavyModel)),
	readKind(relay.AIServiceKey, aiServicesByID),
}

func readKind[K comparable, T domain.Node](key func(relay.ID) (K, error), byID func(context.Context, []K) (map[K]T, error)) func(context.Context, []*relay.ID, map[relay.ID]domain.Node) error {
	return func(ctx context.Context, ids []*relay.ID, found map[relay.ID]domain.Node) error {
		wanted := map[relay.ID]K{}
		var keys []K
		for _, id := range ids {
			if k, err := key(*id); err == nil && !slices.Contains(keys, k) {
				wanted[*id], keys = k, append(keys, k)
			}
		}
		if len(keys) == 0 {
			return nil
		}
		read, err := byID(ctx, keys)
		for id, k := range wanted {
			if node, ok := read[k]; ok {
				found[id] = node
			}
		}
		return err
	}
}

// shaped fixes the shape that byID reads by the heavy fields that are selected.
func shaped[K comparable, T domain.Node](byID func(context.Context, []K, bool) (map[K]T, error), heavy []string) func(context.Context, []K) (map[K]T, error) {
	return func(ctx context.Context, keys []K) (map[K]T, error) {
		return byID(ctx, keys, graph.Selects(ctx, heavy...))
	}
}

func aiServicesByID(ctx context.Context, ids []domain.AIServiceID) (map[domain.AIServiceID]*domain.AIService, error) {
	services := make([]domain.Service, len(ids))
	for i, id := range ids {
		services[i] = domain.Service(id)
	}
	read, err := loaders.AIServices(ctx, services)
	found := make(map[domain.AIServiceID]*domain.AIService, len(read))
	for _, service := range read {
		found[service.ID()] = service
	}
	return found, err
}
