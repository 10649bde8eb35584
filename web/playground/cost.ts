/** The header that asks the server what a query costs, and its value. */
export const COST_HEADER = { 'X-Atelier-Cost': '1' }

/** What a query cost, as far as the server tells this viewer. */
export type Cost = { work?: Work; points?: Points }

/** What it made the server do: `extensions.atelier`, for admins. */
type Work = {
  /** SQL statements. */
  statements: number
  /** Batches that loaders made of the keys they were asked for. */
  loaderBatches: number
  /** Milliseconds in the database, all statements together. */
  databaseMs: number
  /** Milliseconds from the request's arrival to its answer. */
  totalMs: number
}

/** What it was charged: `extensions.cost`. */
type Points = {
  /** What it could have come to at most. */
  requested: number
  /** What it came to. */
  actual: number
  /** What the viewer has left; absent where nobody counts. */
  remaining?: number
}

type Answer = { extensions?: Record<string, unknown> }

/** Takes the cost out of an answer, which is then as a client gets it who does not ask. */
export function takeCost<T extends Answer>(answer: T): { answer: T; cost: Cost } {
  const { extensions, ...rest } = answer
  const { atelier, cost, ...others } = extensions ?? {}
  return {
    answer: (Object.keys(others).length > 0 ? { ...rest, extensions: others } : rest) as T,
    cost: { work: atelier as Work | undefined, points: cost as Points | undefined },
  }
}
