// What a person does with the playground, in order. Each step starts where the one before it ended.
import assert from 'node:assert/strict'
import { editors, isQuery, openTab, run, showTool, textOf, untilText, withExtensions, write } from './editor.mjs'

const examples = ['UsersWithCredits', 'UserTasks', 'ChatsWithMessages', 'PageWalk']

export const steps = {
  async 'the page opens'({ page, url }) {
    await page.goto(url)
    await page.locator(`${editors.query} .view-line`).first().waitFor()
    assert.equal(await page.title(), 'Atelier playground')
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    for (const name of examples) await page.getByRole('tab').getByRole('button', { name, exact: true }).waitFor()
  },

  async 'a token is given once'({ page, token }) {
    if (token) await giveToken(page, token)
    await untilText(page, editors.tool, /"Authorization": "Bearer [\w-]+\.[\w-]+\.[\w-]+"/)
  },

  async 'every example runs'({ page, shoot }) {
    for (const name of examples) {
      await openTab(page, name)
      const { answer, headers } = await run(page)
      assert.equal(answer.errors, undefined, `${name}: ${JSON.stringify(answer.errors)}`)
      assert.match(headers.authorization ?? '', /^Bearer ./, `${name} went without the token`)
      assert.equal(headers['x-atelier-cost'], '1')
      await shoot(`light-${name}`)
    }
  },

  async 'a walk goes on at the cursor'({ page }) {
    const first = (await run(page)).answer.data.tasks
    await showTool(page, 'Variables')
    await write(page, editors.tool, JSON.stringify({ first: 10, after: first.pageInfo.endCursor }))
    const second = (await run(page)).answer.data.tasks
    const seen = new Set(first.edges.map(({ node }) => node.id))
    assert.equal(second.pageInfo.hasPreviousPage, true)
    assert.deepEqual(second.edges.filter(({ node }) => seen.has(node.id)), [])
    await showTool(page, 'Headers')
  },

  async 'the panel shows the cost that the server tells'({ page }) {
    await openTab(page, 'UsersWithCredits')
    const panel = page.getByRole('region', { name: 'Cost of the last query' })
    const atelier = { statements: 5, loaderBatches: 4, databaseMs: 3.25, totalMs: 14.1 }
    await withExtensions(page, { atelier, other: 'kept' }, async () => {
      await run(page)
      const figures = await panel.locator('dl > div').allTextContents()
      assert.deepEqual(figures, ['statements5', 'loader batches4', 'database3.3 ms', 'total14 ms'])
      assert.match(await textOf(page, editors.result), /"other": "kept"/)
      assert.doesNotMatch(await textOf(page, editors.result), /loaderBatches/)
    })
    await withExtensions(page, undefined, async () => {
      await run(page)
      await panel.waitFor({ state: 'detached' })
    })
  },

  async 'the documentation tells of the schema'({ page, shoot }) {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    const docs = page.locator('.graphiql-plugin')
    await docs.getByRole('link', { name: 'Query', exact: true }).click()
    await docs.getByText('All users.').waitFor()
    await shoot('light-documentation')
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click()
  },

  async 'mistakes are underlined and names suggested'({ page, shoot }) {
    await page.getByRole('button', { name: 'New tab' }).click()
    await write(page, editors.query, '{ nonsense }')
    await page.locator(`${editors.query} .squiggly-error`).waitFor()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Control+Space')
    await page.locator('.suggest-widget').getByText('usersPage').waitFor()
    await shoot('light-suggestions')
    await page.keyboard.press('Escape')
    await showTool(page, 'Variables')
    await write(page, editors.tool, '{"first": }')
    await page.locator(`${editors.tool} .squiggly-error`).waitFor()
  },

  async 'queries and variables are made pretty'({ page }) {
    await write(page, editors.tool, '{"name":"x", // why\n"list":[1]}')
    await write(page, editors.query, '# mine\nquery Mine{viewer{name}}')
    await page.getByRole('button', { name: /^Prettify query/ }).click()
    await untilText(page, editors.query, /^# mine\nquery Mine \{\n {2}viewer \{\n {4}name\n {2}\}\n\}/)
    await untilText(page, editors.tool, /^\{\n {2}"name": "x", \/\/ why\n {2}"list": \[\n {4}1\n {2}\]\n\}/)
  },

  async 'a query can be stopped'({ page }) {
    await page.route('**/graphql', () => {}) // Never answered.
    await page.getByRole('button', { name: /^Execute query/ }).click()
    const [request] = await Promise.all([
      page.waitForEvent('requestfailed', { predicate: isQuery }),
      page.getByRole('button', { name: /^Stop query/ }).click(),
    ])
    assert.equal(request.failure().errorText, 'net::ERR_ABORTED')
    await page.unroute('**/graphql')
  },

  async 'the theme changes'({ page, shoot }) {
    for (const [theme, isExpected] of [['Dark', (light) => light < 100], ['Light', (light) => light > 200]]) {
      await page.getByRole('button', { name: 'Open settings dialog' }).click()
      await page.getByRole('dialog').getByRole('button', { name: theme, exact: true }).click()
      if (theme === 'Dark') await shoot('dark-settings')
      await page.keyboard.press('Escape')
      const [red] = await background(page)
      assert.ok(isExpected(red), `the background's red is ${red} when ${theme}`)
      if (theme === 'Dark') await shootInDark(page, shoot)
    }
  },

  async 'a reload keeps the tabs and the past, and no token'({ page, token }) {
    await page.waitForFunction(() => localStorage.getItem('atelier:graphiql:tabState')?.includes('Mine'))
    const stored = await page.evaluate(() => JSON.stringify(localStorage))
    assert.ok(stored.includes('atelier:graphiql:queries'), 'no query of the past is stored')
    assert.ok(!/Bearer \w/.test(stored), 'a token is stored')
    await page.reload()
    await page.getByRole('tab').getByRole('button', { name: 'Mine', exact: true }).waitFor()
    await untilText(page, editors.tool, token ? /"Bearer <token>"/ : /"Bearer \w+\./)
    if (token) await giveToken(page, token)
  },

  async 'a query of the past keeps the headers at hand'({ page }) {
    await page.getByRole('button', { name: 'Show History' }).click()
    await page.locator('.graphiql-history-item-label').getByText('UserTasks').first().click()
    await untilText(page, editors.query, /query UserTasks/)
    await untilText(page, editors.tool, /"Bearer \w+\./)
    await page.getByRole('button', { name: 'Hide History' }).click()
  },

  async 'it fits a small window'({ page, shoot }) {
    await page.setViewportSize({ width: 900, height: 700 })
    await openTab(page, 'UserTasks')
    await run(page)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 900)
    await shoot('small-light')
  },
}

function giveToken(page, token) {
  return write(page, editors.tool, JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2))
}

async function shootInDark(page, shoot) {
  await openTab(page, 'ChatsWithMessages')
  await run(page)
  await shoot('dark-ChatsWithMessages')
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
  await page.locator('.graphiql-plugin').getByText('All users.').waitFor()
  await shoot('dark-documentation')
  await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click()
}

/** The red, green and blue of the page's background, 0 to 255 each. */
async function background(page) {
  const container = page.locator('.graphiql-container')
  const color = await container.evaluate((element) => getComputedStyle(element).backgroundColor)
  return color.match(/\d+/g).map(Number)
}
