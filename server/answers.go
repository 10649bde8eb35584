package server

import (
	"atelier/cache"
	"atelier/cache/answers"
	"atelier/graph/transport"
)

// keepAnswers makes the cache of whole answers. It is told of changes after everything that answers are made from: what is read after it
// was told is kept, so it must be new. Before it hears of changes it keeps nothing.
func (s *Server) keepAnswers() {
	counts := s.metrics.Answers()
	bytes := s.config.AnswerCacheBytes
	if !s.config.HasCache() {
		bytes = 0
	}
	s.answers = answers.New(answers.Config{Bytes: bytes, OnDrop: counts.CountDropped})
	counts.Size(s.answers.Size)
	s.changeListeners = append(s.changeListeners, s.answers)
}

// noteAnswer counts whether an answer was a kept one, as an entry of the cache too. What was refused was never looked for.
func (s *Server) noteAnswer(o transport.Outcome) {
	if !o.Ran {
		return
	}
	result := answerResult(o)
	s.metrics.Answers().Count(string(result), string(o.NotKept))
	if s.counts != nil && result != cache.Passed {
		s.counts(cache.InProcess, "answer", result, 1)
	}
}

func answerResult(o transport.Outcome) cache.Result {
	switch {
	case o.IsKept:
		return cache.Hit
	case o.NotKept.IsOfOperation():
		return cache.Passed
	}
	return cache.Miss
}
