// A browser that tells of everything a page does that it should not.
import { chromium } from 'playwright-core'

const flags = [
  '--no-sandbox', // Root has none in a container. The pages are ours.
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No name resolves: the page must work without a network.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

/** Starts Debian's Chromium, or the one that CHROMIUM names, with a profile of its own. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
}

/** Collects what goes wrong in context's pages: errors and warnings, refused by the policy, asked of other origins. */
export async function watch(context, origin) {
  const faults = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console ${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (webError) => faults.push(`uncaught: ${webError.error().stack}`))
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== origin) faults.push(`foreign request: ${url}`)
  })
  await context.exposeFunction('tellFault', (fault) => faults.push(fault))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (violation) =>
      window.tellFault(`policy: ${violation.violatedDirective} refused ${violation.blockedURI} ${violation.sample}`),
    )
  })
  return faults
}
