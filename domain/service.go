package domain

import "time"

// Service is an AI service, as task tables, files and the ledger name it.
type Service string

// The services. Their order here is their order in lists where time and id tie.
const (
	Dreamwork  Service = "dreamwork"
	Flux       Service = "flux"
	Midjourney Service = "midjourney"
)

// Services returns every service.
func Services() []Service { return []Service{Dreamwork, Flux, Midjourney} }

// AIService is the configuration of an AI service. It holds no secret: keys come from the environment.
type AIService struct {
	Service            Service
	Enabled            bool
	BaseURL            *string
	Prices             []Price
	Defaults           JSON
	MaxConcurrentTasks int
	TaskTimeoutSeconds int
	UpdatedAt          time.Time
}

// AIServiceID is an AI service's key: its name.
type AIServiceID string

// ID returns the service's key.
func (s *AIService) ID() AIServiceID { return AIServiceID(s.Service) }

// Price is what one way of using a service costs.
type Price struct {
	Option  string
	Credits Decimal
}
