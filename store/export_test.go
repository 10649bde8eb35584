package store

import (
	"context"
	"maps"
	"slices"

	"atelier/domain"
)

// Statement is the SQL of a list and its arguments, as the list runs it.
type Statement struct {
	Text string
	Args []any
}

// Read says what of a list a Statement reads: a page by cursors, or one by its number where Number is given.
type Read struct {
	Page   domain.Page
	Number domain.NumberedPage
	Full   bool
}

func statementOf[T any](l *list[T], r Read) Statement {
	if r.Number.Size > 0 {
		text, args := l.numberedStatement(r.Number, r.Full)
		return Statement{text, args}
	}
	text, args := l.pageStatement(r.Page, r.Full)
	return Statement{text, args}
}

// The statements of the lists, as the methods of Store that are named like them run them.

func UsersStatement(f domain.UserFilter, o domain.UserOrder, r Read) Statement {
	return statementOf(userList(f, o), r)
}

func TasksStatement(f domain.TaskFilter, o domain.TaskOrder, r Read) Statement {
	return statementOf(taskList(f, o), r)
}

func UserTasksStatement(users []domain.UserID, f domain.TaskFilter, o domain.TaskOrder, r Read) Statement {
	return statementOf(userTaskList(users, f, o), r)
}

func CreditLogsStatement(users []domain.UserID, r Read) Statement {
	return statementOf(creditLogList(users), r)
}

func ChatsStatement(users []domain.UserID, f domain.ChatFilter, r Read) Statement {
	return statementOf(chatList(users, f), r)
}

func MessagesStatement(chats []domain.ChatID, r Read) Statement {
	return statementOf(messageList(chats), r)
}

func FilesStatement(users []domain.UserID, r Read) Statement { return statementOf(fileList(users), r) }

func GeneratedFilesStatement(users []domain.UserID, f domain.GeneratedFileFilter, r Read) Statement {
	return statementOf(generatedFileList(users, f), r)
}

func TaskFilesStatement(tasks []domain.OwnedTask, r Read) Statement {
	return statementOf(taskFileList(tasks), r)
}

// Texts returns the statements that the connection has prepared that is used next: all, where one is used at a time.
func (s *Store) Texts() (texts []string) {
	err := s.on(context.Background(), func(c *interruptible) error {
		texts = slices.Collect(maps.Keys(c.statements))
		return nil
	})
	if err != nil {
		panic(err)
	}
	return texts
}

// TransactionTexts are the statements that run in transactions, and so are not among Texts.
var TransactionTexts = []string{
	lockAdminsSQL, setRoleSQL, lockChatSQL, deleteMessagesSQL, deleteChatSQL, touchChatSQL, parentMessageSQL, addMessageSQL,
}
