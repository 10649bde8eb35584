import workerURL from 'virtual:monaco-worker'

// Where Monaco gets its workers. The label is the language, or the editor's own.
window.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => new Worker(workerURL, { name: label, type: 'module' }),
}
