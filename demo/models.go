package demo

import (
	"fmt"
	"strings"
)

var modelColumns = []string{
	"id", "user_id", "base_model_id", "name", "params", "meta", "access_control", "price", "is_active", "created_at",
	"updated_at",
}

// chatModels answer in chats.
var chatModels = []string{"llama-3.3-70b", "qwen2.5-72b", "mistral-large-2", "deepseek-v3", "gemma-2-27b"}

// audience is who may read a model, besides its owner and admins.
type audience int

const (
	everyone audience = iota
	nobody
	demoUserOnly
	someUsers
)

// model is one that the platform offers: a provider's, or one that an admin made of another by a system prompt.
type model struct {
	id, base, name string
	price          int64 // For a thousand tokens, in ten-thousandths of a credit.
	readers        audience
	isRetired      bool
	about          string
}

var models = []model{
	{id: "llama-3.3-70b", name: "Llama 3.3 70B", price: 600, about: "A balanced model for conversations."},
	{id: "qwen2.5-72b", name: "Qwen2.5 72B", price: 700, about: "Strong in Chinese and in code."},
	{id: "mistral-large-2", name: "Mistral Large 2", price: 2000, about: "Careful with European languages."},
	{id: "deepseek-v3", name: "DeepSeek V3", price: 500, about: "Good value for long answers."},
	{id: "deepseek-r1", name: "DeepSeek R1", price: 1800, about: "Thinks before it answers."},
	{id: "gemma-2-27b", name: "Gemma 2 27B", price: 250, about: "Small and quick."},
	{id: "phi-4", name: "Phi 4", price: 125, about: "Smaller still."},
	{id: "qwen2.5-coder-32b", name: "Qwen2.5 Coder 32B", price: 400, about: "Writes and reviews code."},
	{id: "qwen2-vl-72b", name: "Qwen2 VL 72B", price: 900, about: "Reads images."},
	{id: "flux-dev", name: "Flux Dev", price: 2_5000, about: "Images from text."},
	{id: "flux-pro-1.1", name: "Flux Pro 1.1", price: 4_0000, about: "Images from text, finer."},
	{id: "dreamwork-3.0", name: "Dreamwork 3.0", price: 2_0000, about: "Images from Chinese prompts."},
	{id: "prompt-coach", base: "llama-3.3-70b", name: "Prompt Coach", price: 800, about: "Turns an idea into a prompt."},
	{
		id: "art-director", base: "mistral-large-2", name: "Art Director",
		price: 2200, about: "Asks back before it answers.",
	},
	{id: "copy-desk", base: "mistral-large-2", name: "Copy Desk", price: 2200, about: "Short texts, without clichés."},
	{id: "xiezuo-zhushou", base: "qwen2.5-72b", name: "写作助手", price: 800, about: "润色、翻译和写文案。"},
	{
		id: "sql-reviewer", base: "qwen2.5-coder-32b", name: "SQL Reviewer",
		price: 500, readers: demoUserOnly, about: "Looks for missing indexes.",
	},
	{
		id: "brand-voice-atelier", base: "llama-3.3-70b", name: "Brand Voice: Atelier",
		price: 800, readers: demoUserOnly, about: "Writes as we do.",
	},
	{
		id: "storyboarder", base: "qwen2-vl-72b", name: "Storyboarder",
		price: 1000, readers: someUsers, about: "From a script to scenes.",
	},
	{
		id: "client-north-studio", base: "deepseek-v3", name: "North Studio",
		price: 600, readers: someUsers, about: "Knows a client's style guide.",
	},
	{
		id: "support-drafts", base: "gemma-2-27b", name: "Support Drafts",
		price: 300, readers: nobody, about: "Drafts answers for the support team.",
	},
	{
		id: "moderation-second-opinion", base: "phi-4", name: "Moderation: Second Opinion",
		price: 150, readers: nobody, about: "Explains why a prompt was refused.",
	},
	{id: "llama-4-preview", name: "Llama 4 (preview)", price: 900, readers: nobody, about: "Being tried out."},
	{id: "llama-2-70b", name: "Llama 2 70B", price: 600, isRetired: true, about: "Replaced by Llama 3.3."},
	{
		id: "prompt-coach-classic", base: "llama-2-70b", name: "Prompt Coach (classic)",
		price: 800, isRetired: true, about: "The first version.",
	},
	{
		id: "north-studio-2024", base: "llama-2-70b", name: "North Studio 2024",
		price: 600, readers: someUsers, isRetired: true, about: "Last year's style guide.",
	},
}

// modelRows writes all models with the first user's rows; the admins own them in turn.
func (w *writer) modelRows(p *person) error {
	if p.index != demoAdmin {
		return nil
	}
	for i := range models {
		w.modelRow(p, i)
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) modelRow(p *person, i int) {
	m, r := &models[i], w.rows
	created := p.joined + micros(i)*7*day
	r.Text(m.id)
	r.Text(w.admins[i%len(w.admins)])
	r.TextOrNull(m.base)
	r.Text(m.name)
	r.Text(`{"temperature": 0.7, "max_tokens": 4096}`)
	r.Bytes(fmt.Appendf(nil, `{"description": "%s", "tags": [%s]}`, m.about, m.tags()))
	w.accessControl(m)
	r.Amount(m.price)
	r.Bool(!m.isRetired)
	r.Time(int64(created))
	r.Time(int64(created + 3*hour))
}

func (m *model) tags() string {
	if m.base != "" {
		return `"assistant"`
	}
	return `"base"`
}

// accessControl writes null for everyone, {} for nobody, and otherwise the ids of those who may read.
func (w *writer) accessControl(m *model) {
	var readers []string
	switch m.readers {
	case everyone:
		w.rows.Null()
		return
	case demoUserOnly:
		readers = w.idsFrom(demoUser, 1)
	case someUsers:
		readers = w.idsFrom(firstDormant+1, 5)
	}
	if readers == nil {
		w.rows.Text("{}")
		return
	}
	w.rows.Text(`{"read": {"user_ids": ["` + strings.Join(readers, `", "`) + `"]}}`)
}

// idsFrom returns the ids of up to count users, fewer if there are not as many.
func (w *world) idsFrom(first, count int) (ids []string) {
	for i := first; i < min(first+count, len(w.people)); i++ {
		ids = append(ids, w.people[i].id)
	}
	return ids
}
