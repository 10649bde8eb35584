// Uses the playground of a running server as a person would, and fails at anything that a person should not meet.
//
//   node e2e/playground.mjs URL [TOKEN] [--screenshots FOLDER]
//
// TOKEN is an admin's, for a page that does not come filled in with one.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { launch, watch } from './browser.mjs'
import { steps } from './steps.mjs'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { screenshots: { type: 'string' } } })
const [url, token] = positionals
if (!url) throw new Error('usage: node e2e/playground.mjs URL [TOKEN] [--screenshots FOLDER]')
if (values.screenshots) mkdirSync(values.screenshots, { recursive: true })

const browser = await launch()
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  colorScheme: 'light',
  permissions: ['clipboard-read', 'clipboard-write'],
})
context.setDefaultTimeout(15_000)
const faults = await watch(context, new URL(url).origin)
const page = await context.newPage()

async function shoot(name) {
  if (values.screenshots) await page.screenshot({ path: `${values.screenshots}/${name}.png` })
}

try {
  for (const [name, step] of Object.entries(steps)) {
    await step({ page, url, token, shoot })
    assert.deepEqual(faults, [])
    console.log(`ok: ${name}`)
  }
} catch (failure) {
  await shoot('failure')
  console.error(failure, faults)
  process.exitCode = 1
} finally {
  await browser.close()
}
