package cache

import "atelier/domain"

// walkTask begins with the service, which says of which type the task is.
func walkTask(c *coder, t *domain.Task) {
	var service domain.Service
	if !c.reads {
		service = (*t).Common().ID.Service
	}
	text(c, &service)
	if c.reads {
		*t = newTask(service)
	}
	switch task := (*t).(type) {
	case *domain.MidjourneyTask:
		walkMidjourneyTask(c, task)
	case *domain.FluxTask:
		walkFluxTask(c, task)
	case *domain.DreamworkTask:
		walkDreamworkTask(c, task)
	default:
		c.failed = true
	}
}

// newTask returns a task of a service, or nil for a service that is not known.
func newTask(service domain.Service) domain.Task {
	switch service {
	case domain.Midjourney:
		return &domain.MidjourneyTask{}
	case domain.Flux:
		return &domain.FluxTask{}
	case domain.Dreamwork:
		return &domain.DreamworkTask{}
	}
	return nil
}

func walkTaskID(c *coder, id *domain.TaskID) {
	text(c, &id.Service)
	text(c, &id.Key)
}

func walkTaskBase(c *coder, t *domain.TaskBase) {
	walkTaskID(c, &t.ID)
	text(c, &t.UserID)
	text(c, &t.Status)
	text(c, &t.ProviderStatus)
	optionalText(c, &t.Prompt)
	number(c, &t.Progress)
	optionalText(c, &t.ImageURL)
	optionalText(c, &t.CloudImageURL)
	c.decimal(&t.Cost)
	optionalText(c, &t.FailReason)
	c.time(&t.SubmittedAt)
	optionalTime(c, &t.StartedAt)
	optionalTime(c, &t.FinishedAt)
	c.time(&t.UpdatedAt)
}

func walkMidjourneyTask(c *coder, t *domain.MidjourneyTask) {
	walkTaskBase(c, &t.TaskBase)
	text(c, &t.Action)
	text(c, &t.Mode)
	optionalText(c, &t.PromptEn)
	optionalText(c, &t.Description)
	optionally(walkTaskID)(c, &t.ParentTaskID)
	c.json(&t.Properties)
	c.json(&t.Buttons)
}

func walkFluxTask(c *coder, t *domain.FluxTask) {
	walkTaskBase(c, &t.TaskBase)
	optionalText(c, &t.RequestID)
	text(c, &t.Model)
	text(c, &t.TaskType)
	optionalText(c, &t.InputImageURL)
	number(c, &t.NumImages)
	optionalText(c, &t.AspectRatio)
	optionalFloat(c, &t.GuidanceScale)
	optionalNumber(c, &t.NumInferenceSteps)
	optionalNumber(c, &t.Seed)
	number(c, &t.RetryCount)
}

func walkDreamworkTask(c *coder, t *domain.DreamworkTask) {
	walkTaskBase(c, &t.TaskBase)
	text(c, &t.Action)
	optionalText(c, &t.Model)
	optionalText(c, &t.Size)
	optionalFloat(c, &t.GuidanceScale)
	optionalNumber(c, &t.Seed)
	c.boolean(&t.Watermark)
	optionalText(c, &t.InputImageURL)
}
