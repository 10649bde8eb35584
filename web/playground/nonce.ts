/**
 * Gives the nonce of the page to each style element that is made from here on. Monaco and Radix make theirs as they
 * go, with contents that nobody can hash beforehand, and the policy refuses every style element without the nonce.
 */
export function markStyles(nonce: string): void {
  const create = document.createElement.bind(document)
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
}
