package server

import (
	"atelier/cache/answers"
	"atelier/graph/transport"
	"atelier/metrics"
)

// keepAnswers makes the cache of whole answers. It is told of changes after everything that answers are made from: what is read after it
// was told is kept, so it must be new. Before it hears of changes it keeps nothing.
func (s *Server) keepAnswers() {
	counts := s.metrics.Answers()
	s.answers = answers.New(answers.Config{Bytes: s.config.AnswerCacheBytes, OnDrop: counts.CountDropped})
	counts.Size(s.answers.Size)
	s.changeListeners = append(s.changeListeners, s.answers)
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
