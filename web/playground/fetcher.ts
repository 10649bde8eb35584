import type { Fetcher, FetcherParams, FetcherResult, Observable } from '@graphiql/toolkit'
import { getOperationAST, parse } from 'graphql'
import { COST_HEADER, type Cost, takeCost } from './cost'

/** The name of GraphiQL's own query for the schema. Nobody wants to know what that cost. */
const INTROSPECTION = 'IntrospectionQuery'

/** What the operation of this name cost. */
export type Bill = { operation: string; cost: Cost }

/** Sends queries to endpoint and tells onBill about each. Unsubscribing, as the stop button does, cuts the request. */
export function createFetcher(endpoint: string, onBill: (bill: Bill) => void): Fetcher {
  async function ask(params: FetcherParams, headers: HeadersInit, signal: AbortSignal): Promise<FetcherResult> {
    const isIntrospection = params.operationName === INTROSPECTION
    const wanted = isIntrospection ? headers : { ...COST_HEADER, ...headers }
    const { answer, cost } = takeCost(await post(endpoint, params, wanted, signal))
    if (!isIntrospection) onBill({ operation: params.operationName ?? 'query', cost })
    return answer as FetcherResult
  }

  return (params, options) => observe((signal) => ask(nameOperation(params), options?.headers ?? {}, signal))
}

/** GraphiQL's operationName is a moment older than its query. Where there is but one operation, that one is meant. */
function nameOperation(params: FetcherParams): FetcherParams {
  try {
    const only = getOperationAST(parse(params.query))
    return only ? { ...params, operationName: only.name?.value } : params
  } catch {
    return params // The server says better what is wrong with it.
  }
}

async function post(endpoint: string, params: FetcherParams, headers: HeadersInit, signal: AbortSignal) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
    },
    body: JSON.stringify(params),
    signal,
  })
  return decode(await response.text(), response)
}

/** An answer that is no JSON comes from something before the server. Its status says more than its text. */
function decode(text: string, { status, statusText }: Response): object {
  try {
    return JSON.parse(text) as object
  } catch {
    throw new Error(`HTTP ${status} ${statusText}`.trim() + `: ${text.slice(0, 200) || 'no answer'}`)
  }
}

type Observer<T> = { next(value: T): void; error(reason: unknown): void; complete(): void }

/** An observable of the one value of work, whose signal aborts when nobody waits for it any longer. */
function observe<T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> {
  const subscribe = ({ next, error, complete }: Observer<T>) => {
    const aborter = new AbortController()
    work(aborter.signal)
      .then((value) => {
        next(value)
        complete()
      })
      .catch((reason: unknown) => {
        if (!aborter.signal.aborted) error(reason)
      })
    return { unsubscribe: () => aborter.abort() }
  }
  return { subscribe: subscribe as Observable<T>['subscribe'] }
}
