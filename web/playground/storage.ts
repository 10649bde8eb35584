import { createLocalStorage } from '@graphiql/toolkit'

// Apart from the tabs of other GraphiQLs that were once served at this address.
const local = createLocalStorage({ namespace: 'atelier' })

/** GraphiQL's keys for queries of the past. It writes their headers too, whatever it does with those of tabs. */
const history = new Set(['graphiql:queries', 'graphiql:favorites'])

/** Where GraphiQL keeps what outlasts the page. Headers do not: they hold tokens. */
export const storage = {
  ...local,
  setItem: (key: string, value: string) => local.setItem(key, history.has(key) ? withoutHeaders(value) : value),
}

function withoutHeaders(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === 'headers' ? undefined : value))
}
