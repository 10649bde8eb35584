/** What the server tells the page; pageConfig in ../page.go. */
export type Config = {
  /** The path of the API on this origin. */
  endpoint: string
  /** Of the demo admin; absent everywhere but on the embedded default. */
  demoToken?: string
  /** Which style elements the policy lets in; fresh for every page. */
  styleNonce: string
}

export function readConfig(): Config {
  const element = document.getElementById('atelier-config')
  return JSON.parse(element?.textContent ?? '') as Config
}
