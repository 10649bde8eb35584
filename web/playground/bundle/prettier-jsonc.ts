// A prettier plugin for JSON with comments, as GraphiQL's prettify button asks for. Prettier's own brings a JavaScript
// parser along, half a megabyte to indent variables and headers with.
import { applyEdits, format } from 'jsonc-parser'

type Document = { text: string }

const indentation = { insertSpaces: true, tabSize: 2, keepLines: false }

export const parsers = {
  jsonc: {
    parse: (text: string): Document => ({ text: applyEdits(text, format(text, undefined, indentation)) }),
    astFormat: 'jsonc-text',
    locStart: () => 0,
    locEnd: (document: Document) => document.text.length,
  },
}

export const printers = {
  'jsonc-text': { print: (path: { node: Document }) => path.node.text },
}
