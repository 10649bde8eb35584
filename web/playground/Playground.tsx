import { GraphiQL } from 'graphiql'
import { useMemo, useState } from 'react'
import { CostPanel } from './CostPanel'
import type { Config } from './config'
import { examples } from './examples'
import { type Bill, createFetcher } from './fetcher'
import { defaultHeaders, HeadersFollow } from './headers'
import { storage } from './storage'

export function Playground({ endpoint, demoToken }: Config) {
  const [bill, setBill] = useState<Bill>()
  const fetcher = useMemo(() => createFetcher(endpoint, setBill), [endpoint])
  const headers = defaultHeaders(demoToken)
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultTabs={examples}
      defaultHeaders={headers}
      defaultEditorToolsVisibility="headers"
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <h1 className="atelier-title">
          Atelier <span>playground</span>
        </h1>
      </GraphiQL.Logo>
      <GraphiQL.Footer>{bill && <CostPanel {...bill} />}</GraphiQL.Footer>
      <HeadersFollow initial={headers} />
    </GraphiQL>
  )
}
