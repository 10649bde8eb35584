// The tabs of the first visit. A test in the server checks every example against the schema.
import chatsWithMessages from './chats-with-messages.graphql?raw'
import pageWalk from './page-walk.graphql?raw'
import pageWalkVariables from './page-walk.json?raw'
import userTasks from './user-tasks.graphql?raw'
import usersWithCredits from './users-with-credits.graphql?raw'

export const examples = [
  { query: usersWithCredits },
  { query: userTasks },
  { query: chatsWithMessages },
  { query: pageWalk, variables: pageWalkVariables },
]
