import { defineConfig, type Plugin } from 'vite'

const bundled = (name: string) => new URL(`playground/bundle/${name}`, import.meta.url).pathname

/** Parts of GraphiQL that smaller ones replace; each says why. */
const smaller = [
  { find: /^(monaco-graphql\/esm|\.)\/monaco-editor(\.js)?$/, replacement: bundled('monaco.ts') },
  { find: /^.*\/(diffEditorWidget|multiDiffEditorWidget)\.js$/, replacement: bundled('no-diff-editor.ts') },
  { find: /^prettier\/(plugins\/estree|parser-babel)$/, replacement: bundled('prettier-jsonc.ts') },
  { find: /^prettier\/parser-graphql$/, replacement: 'prettier/plugins/graphql' },
]

/**
 * Monaco by layers, which only import those above them, each file under a megabyte. What its workers need of the first
 * are files of their own: the others expect a document.
 */
const layers = [
  {
    name: 'monaco-common',
    test: /monaco-editor\/esm\/vs\/.*\/common\//,
    priority: 3,
    entriesAware: true,
    entriesAwareMergeThreshold: 100_000,
  },
  { name: 'monaco-browser', test: /monaco-editor\/esm\/vs\/(base|platform\/\w+|editor)\/browser\//, priority: 2 },
  { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\//, priority: 1 },
]

/** Builds the workers' script together with the page, so that they share files. Vite's own way builds both twice. */
function monacoWorker(): Plugin {
  const id = 'virtual:monaco-worker'
  let reference = ''
  return {
    name: 'monaco-worker',
    buildStart() {
      reference = this.emitFile({ type: 'chunk', id: bundled('worker.ts'), name: 'worker' })
    },
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load: (found) => (found === `\0${id}` ? `export default import.meta.ROLLUP_FILE_URL_${reference}` : null),
  }
}

/** GraphiQL's icons take their titles, for screen readers, from names of functions, which minifying would garble. */
function iconTitles(): Plugin {
  return {
    name: 'icon-titles',
    transform: {
      filter: { id: /@graphiql\/react\/dist\/icons\/index\.js$/ },
      handler(code) {
        const named = code
          .replaceAll(/generateIcon\(Svg(\w+)\)/g, "generateIcon(Svg$1, '$1')")
          .replace('generateIcon(RawComponent)', 'generateIcon(RawComponent, name)')
          .replace('RawComponent.name.replace("Svg", "")', 'name')
        if (!named.includes('const title = name.')) this.error('the icons have changed')
        return { code: named, map: null }
      },
    },
  }
}

export default defineConfig({
  root: 'playground',
  base: './',
  plugins: [monacoWorker(), iconTitles()],
  resolve: { alias: smaller },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // A font in a data: URL would need a weaker policy.
    license: { fileName: 'assets/licenses.md' },
    modulePreload: {
      polyfill: false,
      // A worker has no document to put preloads into.
      resolveDependencies: (_file, files, { hostId }) => (hostId.includes('worker') ? [] : files),
    },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      output: {
        // Without the names of all that share it, which rolldown appends after a tilde.
        chunkFileNames: ({ name }) => `assets/${name.split('~')[0]}-[hash].js`,
        codeSplitting: { groups: layers },
      },
    },
  },
})
