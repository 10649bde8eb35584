// The one script of Monaco's three kinds of worker, so that they share what they have in common. Each loads its part,
// which sets onmessage, and then gets the messages that came meanwhile.
const early: MessageEvent[] = []
self.onmessage = (message) => early.push(message)

switch (self.name) {
  case 'graphql':
    await import('monaco-graphql/esm/graphql.worker.js')
    break
  case 'json':
    await import('monaco-editor/esm/vs/language/json/json.worker.js')
    break
  default:
    await import('monaco-editor/esm/vs/editor/editor.worker.js')
}

for (const message of early) self.onmessage(message)

export {}
