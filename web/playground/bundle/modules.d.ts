/// <reference types="vite/client" />

// Modules that come without types.
declare module 'virtual:monaco-worker' {
  const url: string
  export default url
}
declare module 'monaco-editor/esm/vs/*'
declare module 'monaco-graphql/esm/graphql.worker.js'
