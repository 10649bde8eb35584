import { useGraphiQL } from '@graphiql/react'
import { useEffect, useRef } from 'react'

/** What stands in the headers editor where nobody has given a token. */
const TEMPLATE = `{
  // "Authorization": "Bearer <token>"
}`

/** The text of the headers editor in a new tab: the demo admin's token if there is one. */
export function defaultHeaders(demoToken?: string): string {
  return demoToken ? JSON.stringify({ Authorization: `Bearer ${demoToken}` }, null, 2) : TEMPLATE
}

/**
 * Carries headers along where GraphiQL comes without any, to another tab or a query of the past, so that a token is
 * typed once. It is forgotten with the page; storage.ts sees to that.
 */
export function HeadersFollow({ initial }: { initial: string }) {
  const editor = useGraphiQL((state) => state.headerEditor)
  const latest = useRef(initial)

  useEffect(() => {
    const follow = () => {
      if (editor?.getModel() && isGiven(latest.current)) editor.setValue(latest.current)
    }
    const changes = editor?.onDidChangeModelContent(({ isFlush }) => {
      const text = editor.getValue()
      if (isGiven(text)) latest.current = text
      else if (isFlush) queueMicrotask(follow) // A flush is nobody's typing. The editor is still at it.
    })
    return () => changes?.dispose()
  }, [editor])

  return null
}

function isGiven(headers: string): boolean {
  return headers.trim() !== '' && headers !== TEMPLATE
}
