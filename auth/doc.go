// Package auth owns who is asking and what they may do: tokens become viewers (Verifier, Middleware), and rules over
// viewers and objects are pure functions (Check, MaySee), which the schema shows as @access and @visible.
//
// It knows neither GraphQL nor SQL: roles are read, and activity is written, by functions that it is given.
// No token, nor any part of one, enters a log or an error message.
package auth
