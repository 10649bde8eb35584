import type { Bill } from './fetcher'

type Figure = { name: string; value: string; hint: string }

/** What the last query cost; nothing where the server does not tell. */
export function CostPanel({ operation, cost: { work, points } }: Bill) {
  if (!work && !points) return null
  const figures: Figure[] = []
  if (work) {
    figures.push(
      { name: 'statements', value: String(work.statements), hint: 'SQL statements' },
      { name: 'loader batches', value: String(work.loaderBatches), hint: 'Batches that loaders made of their keys' },
      { name: 'database', value: milliseconds(work.databaseMs), hint: 'In the database, all statements together' },
      { name: 'total', value: milliseconds(work.totalMs), hint: 'In the server, from the request to its answer' },
    )
  }
  if (points) {
    const left = points.remaining === undefined ? '' : `; ${points.remaining} left`
    figures.push({ name: 'points', value: String(points.actual), hint: `At most ${points.requested}${left}` })
  }
  return (
    <section className="atelier-cost" aria-label="Cost of the last query" aria-live="polite">
      <h2>{operation}</h2>
      <dl>
        {figures.map(({ name, value, hint }) => (
          <div key={name} title={hint}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}
