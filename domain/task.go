package domain

import "time"

// TaskID names a task: keys are unique within a service only.
type TaskID struct {
	Service Service
	Key     string
}

// OwnedTask names a task and whose it is.
type OwnedTask struct {
	ID     TaskID
	UserID UserID
}

// Task is a task of any service: *MidjourneyTask, *FluxTask or *DreamworkTask.
type Task interface {
	Node
	// Common returns what the tasks of all services share.
	Common() *TaskBase
}

// TaskBase is what the tasks of all services share. Prompt and FailReason are nil in the light shape.
type TaskBase struct {
	ID             TaskID
	UserID         UserID
	Status         TaskStatus
	ProviderStatus string // The service's own word for the status.
	Prompt         *string
	Progress       int // Percent, 0..100.
	ImageURL       *string
	CloudImageURL  *string
	Cost           Decimal // Credits held at submission.
	FailReason     *string
	SubmittedAt    time.Time
	StartedAt      *time.Time
	FinishedAt     *time.Time
	UpdatedAt      time.Time
}

// Common implements Task.
func (t *TaskBase) Common() *TaskBase { return t }

// Service is the AI service at work on the task.
func (t *TaskBase) Service() Service { return t.ID.Service }

// MidjourneyTask is a task of the Midjourney service.
// PromptEn, Description, Properties and Buttons are nil in the light shape.
type MidjourneyTask struct {
	TaskBase
	Action       string
	Mode         string
	PromptEn     *string
	Description  *string
	ParentTaskID *TaskID
	Properties   JSON
	Buttons      JSON
}

// FluxTask is a task of the Flux service.
type FluxTask struct {
	TaskBase
	RequestID         *string
	Model             string
	TaskType          string
	InputImageURL     *string
	NumImages         int
	AspectRatio       *string
	GuidanceScale     *float64
	NumInferenceSteps *int
	Seed              *int64
	RetryCount        int
}

// DreamworkTask is a task of the Dreamwork service.
type DreamworkTask struct {
	TaskBase
	Action        string
	Model         *string
	Size          *string
	GuidanceScale *float64
	Seed          *int64
	Watermark     bool
	InputImageURL *string
}

// TaskFilter narrows a list of tasks; zero fields do not narrow.
type TaskFilter struct {
	Service Service
	Status  TaskStatus
	UserID  UserID
}

// TaskOrder is the total order of a list of tasks by their time of submission, then id, then service.
type TaskOrder struct {
	Field     TaskOrderField
	Direction Direction
}

// TaskOrderField is what a list of tasks is ordered by.
type TaskOrderField string

// TasksBySubmittedAt is the one order of tasks there is.
const TasksBySubmittedAt TaskOrderField = "SUBMITTED_AT"

// Position is where t stands in the order.
func (o TaskOrder) Position(t Task) Position {
	c := t.Common()
	return Position{At: c.SubmittedAt, ID: c.ID.Key, Service: c.ID.Service}
}
