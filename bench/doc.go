// Package bench measures the server: against the platform's old backend (before and after), against a handler written by hand
// (the limit), and with its cache and without. docs/benchmark.md says what each row means.
//
// Everything that is measured runs in a process of its own: the servers are this program, started again, so that the
// processor time of each is told apart, and that of the load generator, which is this process, is in none of them.
package bench
