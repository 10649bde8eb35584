// Package domain holds what Atelier is about: users, credits, AI tasks, chats, files, models and services,
// their rules, and the errors that every layer speaks.
//
// It imports the standard library alone and knows neither SQL nor GraphQL.
package domain
