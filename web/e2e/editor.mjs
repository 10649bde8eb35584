// How a person uses the playground: by what the page shows, and by keys.

export const editors = {
  query: '.graphiql-query-editor .graphiql-editor',
  tool: '.graphiql-editor-tool .graphiql-editor:not(.hidden)',
  result: '.result-window',
}

/** Runs the query of the open tab. Returns the answer, once the page has shown it, and the headers it was sent with. */
export async function run(page) {
  const [response] = await Promise.all([
    page.waitForResponse((r) => isQuery(r.request())),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ])
  await page.locator(`${editors.result} .view-lines`).getByText('"data"').waitFor()
  return { answer: await response.json(), headers: response.request().headers() }
}

/** Opens the tab of an operation. */
export async function openTab(page, name) {
  await page.getByRole('tab').getByRole('button', { name, exact: true }).first().click()
  await page.locator(`${editors.query} .view-lines`).getByText(name).waitFor()
}

/** Replaces what stands in an editor. Pasted text gets no closing brackets, as typed text does. */
export async function write(page, editor, text) {
  await page.locator(`${editor} .view-lines`).click()
  await page.keyboard.press('Control+A')
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
  await page.keyboard.press('Control+V')
}

/** Shows one of the editors below that of the query: Variables or Headers. */
export async function showTool(page, name) {
  await page.locator('.graphiql-editor-tools').getByRole('button', { name, exact: true }).click()
}

/** All that stands in an editor, be it in sight or not. */
export function textOf(page, editor) {
  return page.locator(`${editor} .monaco-editor`).first().evaluate((element) => {
    const uri = element.getAttribute('data-uri')
    return globalThis.__MONACO.editor.getModels().find((model) => model.uri.toString() === uri).getValue()
  })
}

/** Waits until an editor says what is expected. */
export async function untilText(page, editor, expected) {
  const deadline = Date.now() + 10_000
  for (;;) {
    const text = await textOf(page, editor)
    if (expected.test(text)) return
    if (Date.now() > deadline) throw new Error(`${editor} says ${JSON.stringify(text)}, not ${expected}`)
    await page.waitForTimeout(50)
  }
}

/** Whether a request is that of a query which a person runs, and not GraphiQL's own for the schema. */
export function isQuery(request) {
  if (new URL(request.url()).pathname !== '/graphql') return false
  return request.postDataJSON()?.operationName !== 'IntrospectionQuery'
}

/** Lets act see answers with other extensions than the server's, or with none. */
export async function withExtensions(page, extensions, act) {
  const answer = async (route) => {
    if (!isQuery(route.request())) return route.continue()
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), extensions } })
  }
  await page.route('**/graphql', answer)
  await act()
  await page.unroute('**/graphql', answer)
}
