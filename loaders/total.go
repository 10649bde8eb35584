package loaders

import (
	"context"
	"fmt"

	"atelier/domain"
	"atelier/relay"
	"atelier/store"
)

// total is what a connection counts for totalCount: a list of a parent's under a filter, or one without a parent.
type total struct {
	list   totalList
	filter any // Comparable, by which the lists of several parents are the same.
	parent any // A domain.UserID, domain.ChatID or domain.OwnedTask; nil for a list without a parent.
}

// total implements countable.
func (t total) total() total { return t }

// countable is what a connection's Counts is.
type countable interface{ total() total }

// counted is what one of many pages counts: it is spelled out where it is asked for.
type counted[K any] struct {
	counts func(K) total
	key    K
}

func (c *counted[K]) total() total { return c.counts(c.key) }

// totalList names what is counted.
type totalList string

const (
	totalUsers          totalList = "users"
	totalTasks          totalList = "tasks"
	totalUserTasks      totalList = "User.tasks"
	totalCreditLogs     totalList = "User.creditLogs"
	totalChats          totalList = "User.chats"
	totalMessages       totalList = "Chat.messages"
	totalFiles          totalList = "User.files"
	totalGeneratedFiles totalList = "User.generatedFiles"
	totalTaskFiles      totalList = "Task.files"
)

// Totals counts the whole list of each page. Pages of one field are counted in one statement.
func Totals[C comparable](ctx context.Context, pages []*relay.Connection[C]) ([]int, error) {
	return relate(ctx, pages, func(page *relay.Connection[C]) total { return page.Counts.(countable).total() }, From(ctx).count)
}

// count counts lists, a statement for each kind and filter among them: one, where they come from one field.
func (l *Loaders) count(ctx context.Context, wanted []total) (map[total]int, error) {
	madeOf(ctx, wanted...)
	groups := map[total][]total{}
	for _, t := range wanted {
		kind := total{list: t.list, filter: t.filter}
		groups[kind] = append(groups[kind], t)
	}
	counts := make(map[total]int, len(wanted))
	for kind, group := range groups {
		numbers, err := count(ctx, l.store, kind, group)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", kind.list, err)
		}
		for i, t := range group {
			counts[t] = numbers[i]
		}
	}
	return counts, nil
}

func count(ctx context.Context, s *store.Store, kind total, group []total) ([]int, error) {
	switch kind.list {
	case totalUsers:
		return single(s.CountUsers(ctx, kind.filter.(domain.UserFilter)))
	case totalTasks:
		return single(s.CountTasks(ctx, kind.filter.(domain.TaskFilter)))
	case totalUserTasks:
		return s.CountUserTasks(ctx, parentsOf[domain.UserID](group), kind.filter.(domain.TaskFilter))
	case totalCreditLogs:
		return s.CountCreditLogs(ctx, parentsOf[domain.UserID](group))
	case totalChats:
		return s.CountChats(ctx, parentsOf[domain.UserID](group), kind.filter.(domain.ChatFilter))
	case totalMessages:
		return s.CountMessages(ctx, parentsOf[domain.ChatID](group))
	case totalFiles:
		return s.CountFiles(ctx, parentsOf[domain.UserID](group))
	case totalGeneratedFiles:
		return s.CountGeneratedFiles(ctx, parentsOf[domain.UserID](group), kind.filter.(domain.GeneratedFileFilter))
	case totalTaskFiles:
		return s.CountTaskFiles(ctx, parentsOf[domain.OwnedTask](group))
	}
	return nil, fmt.Errorf("no such list: %q", kind.list)
}

func single(n int, err error) ([]int, error) { return []int{n}, err }

func parentsOf[K any](group []total) []K {
	parents := make([]K, len(group))
	for i, t := range group {
		parents[i] = t.parent.(K)
	}
	return parents
}
