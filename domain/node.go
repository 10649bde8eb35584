package domain

// Node is an object that can be found by a global id: it has a key in a table of its own.
type Node interface {
	isNode()
}

func (*User) isNode()          {}
func (*TaskBase) isNode()      {}
func (*Chat) isNode()          {}
func (*Message) isNode()       {}
func (*File) isNode()          {}
func (*GeneratedFile) isNode() {}
func (*CreditLog) isNode()     {}
func (*Model) isNode()         {}
func (*AIService) isNode()     {}
