package server

import (
	"atelier/cache/answers"
	"atelier/graph/transport"
	"atelier/metrics"
)

// keepAnswers returns the cache of whole answers. It keeps nothing before it hears of changes.
func (s *Server) keepAnswers(counts metrics.Answers) *answers.Cache {
	kept := answers.New(answers.Config{Bytes: s.config.AnswerCacheBytes, OnDrop: counts.CountDropped})
	counts.Size(kept.Size)
	return kept
}

// noteAnswer counts whether an answer was a kept one. What was refused was never looked for.
func noteAnswer(counts metrics.Answers, o transport.Outcome) {
	if o.Ran {
		counts.Count(answerResult(o), string(o.NotKept))
	}
}

func answerResult(o transport.Outcome) string {
	switch {
	case o.IsKept:
		return "hit"
	case o.NotKept.IsOfOperation():
		return "bypass"
	}
	return "miss"
}
