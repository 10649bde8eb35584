package domain

import "slices"

// TaskStatus is the one vocabulary for the states that the services name differently.
type TaskStatus string

// The states of a task. Succeeded, Failed and Cancelled are final.
const (
	TaskQueued       TaskStatus = "QUEUED"
	TaskWaitingInput TaskStatus = "WAITING_INPUT"
	TaskRunning      TaskStatus = "RUNNING"
	TaskSucceeded    TaskStatus = "SUCCEEDED"
	TaskFailed       TaskStatus = "FAILED"
	TaskCancelled    TaskStatus = "CANCELLED"
	TaskUnknown      TaskStatus = "UNKNOWN" // A word of the provider's that has no translation.
)

// taskWord is one word of a provider's and what it means.
type taskWord struct {
	word   string
	status TaskStatus
}

// midjourneyWords serve Dreamwork too, whose interface copies Midjourney's.
var midjourneyWords = []taskWord{
	{"NOT_START", TaskQueued},
	{"SUBMITTED", TaskQueued},
	{"MODAL", TaskWaitingInput},
	{"IN_PROGRESS", TaskRunning},
	{"SUCCESS", TaskSucceeded},
	{"FAILURE", TaskFailed},
	{"CANCELLED", TaskCancelled},
}

var fluxWords = []taskWord{
	{"PENDING", TaskQueued},
	{"IN_PROGRESS", TaskRunning},
	{"SUCCESS", TaskSucceeded},
	{"FAILED", TaskFailed},
	{"CANCELLED", TaskCancelled},
}

func wordsOf(s Service) []taskWord {
	if s == Flux {
		return fluxWords
	}
	return midjourneyWords
}

// StatusOf translates a provider's word; one that it does not know is TaskUnknown.
func StatusOf(s Service, word string) TaskStatus {
	for _, w := range wordsOf(s) {
		if w.word == word {
			return w.status
		}
	}
	return TaskUnknown
}

// ProviderWords returns the words by which service s says status; for TaskUnknown, every word that it does
// not mean: the rows to find are those whose word is none of them.
func ProviderWords(s Service, status TaskStatus) []string {
	var words []string
	for _, w := range wordsOf(s) {
		if w.status == status || status == TaskUnknown {
			words = append(words, w.word)
		}
	}
	return words
}

// IsFinal reports whether a task in this state never changes again.
func (s TaskStatus) IsFinal() bool {
	return slices.Contains([]TaskStatus{TaskSucceeded, TaskFailed, TaskCancelled}, s)
}
