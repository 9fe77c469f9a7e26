import 'monaco-editor/features/register.all'
import 'monaco-editor/languages/definitions/typescript/register'
import { editor, KeyCode, KeyMod, MarkerSeverity, Uri } from 'monaco-editor/editor'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { ModuleKind, ModuleResolutionKind, ScriptTarget, typescriptDefaults } from 'monaco-editor/languages/features/typescript/register'
import TypeScriptWorker from 'monaco-editor/languages/features/typescript/ts.worker?worker'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

self.MonacoEnvironment = {
  getWorker: (_, label) => (label === 'typescript' || label === 'javascript' ? new TypeScriptWorker() : new EditorWorker()),
}

typescriptDefaults.setCompilerOptions({
  target: ScriptTarget.ESNext, module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.NodeJs, strict: true,
  allowNonTsExtensions: true,
  lib: ['es2023'],
})
// Operators on tensors (data * 3, data > m) are the script language's own; TypeScript knows them for numbers alone.
typescriptDefaults.setDiagnosticsOptions({ diagnosticCodesToIgnore: [2362, 2363, 2365, 2367, 2839, 2447, 18004] })
typescriptDefaults.setEagerModelSync(true)

editor.defineTheme('hesystem-light', {
  base: 'vs', inherit: true, rules: [{ token: 'comment', foreground: '5b626d' }, { token: 'keyword', foreground: '2b55c9' }],
  colors: { 'editor.background': '#ffffff', 'editorLineNumber.foreground': '#9aa0a8', 'editor.lineHighlightBackground': '#f7f7f5', 'editor.lineHighlightBorder': '#00000000' },
})
editor.defineTheme('hesystem-dark', {
  base: 'vs-dark', inherit: true, rules: [{ token: 'comment', foreground: '9aa2ad' }, { token: 'keyword', foreground: '8fb0ff' }],
  colors: { 'editor.background': '#1c1f23', 'editorLineNumber.foreground': '#5f6772', 'editor.lineHighlightBackground': '#21252a', 'editor.lineHighlightBorder': '#00000000' },
})

/** What is said of a line from outside the editor. */
export interface LineMark {
  /** Counted from 1. */
  readonly line: number
  readonly words: string
  /** A `note` is written behind the line; the others underline it, and tell on hover. */
  readonly tone: 'note' | 'warning' | 'error'
}

interface CodeEditorProperties {
  readonly fileName: string
  readonly source: string
  /** Types of the script language and of the table at hand. */
  readonly declarations: string
  readonly marks: readonly LineMark[]
  readonly onChange: (source: string) => void
  readonly onRun: () => void
  /** A file that was just made or asked for: whoever did so goes on writing. */
  readonly takesFocus?: boolean
}

/** Models outlive the component, with their undo history, for as long as the window lives. */
const findModel = (fileName: string, source: string): editor.ITextModel => {
  const uri = Uri.parse(`file:///${encodeURIComponent(fileName)}`)
  const model = editor.getModel(uri)
  if (model === null) return editor.createModel(source, 'typescript', uri)
  if (model.getValue() !== source) model.setValue(source)
  return model
}

const markerOwner = 'hesystem'

const toMarker = (model: editor.ITextModel, { line, words, tone }: LineMark): editor.IMarkerData => ({
  startLineNumber: line, endLineNumber: line,
  startColumn: model.getLineFirstNonWhitespaceColumn(line) || 1, endColumn: model.getLineMaxColumn(line),
  message: words, severity: tone === 'error' ? MarkerSeverity.Error : MarkerSeverity.Warning,
})

const toNote = (model: editor.ITextModel, { line, words }: LineMark): editor.IModelDeltaDecoration => {
  const column = model.getLineMaxColumn(line)
  return {
    range: { startLineNumber: line, endLineNumber: line, startColumn: column, endColumn: column },
    options: {
      showIfCollapsed: true,
      after: { content: `   ${words}`, inlineClassName: 'line-note', cursorStops: editor.InjectedTextCursorStops.None },
    },
  }
}

const createEditor = (element: HTMLElement): editor.IStandaloneCodeEditor => editor.create(element, {
  model: null, automaticLayout: true, fontFamily: "'JetBrains Mono', monospace", fontSize: 13, lineHeight: 20, minimap: { enabled: false },
  padding: { top: 12, bottom: 12 }, scrollBeyondLastLine: false, tabSize: 2, wordWrap: 'on', fixedOverflowWidgets: true, 'semanticHighlighting.enabled': true,
  renderLineHighlight: 'line', overviewRulerBorder: false, stickyScroll: { enabled: false }, lineNumbersMinChars: 3,
  ariaLabel: 'Script. Press Control M to move out with Tab.',
})

/** The script editor, with the tensor's methods and the table's columns known to it. */
export const CodeEditor = ({ fileName, source, declarations, marks, onChange, onRun, takesFocus = false }: CodeEditorProperties) => {
  const place = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<editor.IStandaloneCodeEditor | null>(null)
  const handlers = useRef({ onChange, onRun })
  handlers.current = { onChange, onRun }
  const scheme = useComputedColorScheme('light')

  useEffect(() => { editor.setTheme(`hesystem-${scheme}`) }, [scheme])
  useEffect(() => {
    const library = typescriptDefaults.addExtraLib(declarations, 'file:///hesystem.d.ts')
    return () => { library.dispose() }
  }, [declarations])
  useEffect(() => {
    const { current: element } = place
    if (element === null) return undefined
    // In a task of its own, apart from the page's rendering and, by the state, from the model's: together they held the page too long.
    let created: editor.IStandaloneCodeEditor | null = null
    const timer = setTimeout(() => {
      created = createEditor(element)
      created.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => { handlers.current.onRun() })
      created.onDidChangeModelContent(() => { if (created !== null) handlers.current.onChange(created.getValue()) })
      setView(created)
    })
    return () => {
      clearTimeout(timer)
      created?.dispose()
      setView(null)
    }
  }, [])
  // The text given is where a file begins; from then on the model holds it.
  const opening = useRef(source)
  opening.current = source
  useEffect(() => { view?.setModel(findModel(fileName, opening.current)) }, [view, fileName])

  useEffect(() => { if (takesFocus) view?.focus() }, [view, fileName, takesFocus])

  const notes = useRef<editor.IEditorDecorationsCollection | null>(null)
  useEffect(() => {
    const model = view?.getModel() ?? null
    if (model === null) return
    // What was said of a longer text may name lines that are gone.
    const there = marks.filter(({ line }) => line <= model.getLineCount())
    notes.current?.clear()
    notes.current = view?.createDecorationsCollection(there.filter(({ tone }) => tone === 'note').map((mark) => toNote(model, mark))) ?? null
    editor.setModelMarkers(model, markerOwner, there.filter(({ tone }) => tone !== 'note').map((mark) => toMarker(model, mark)))
  }, [view, fileName, marks])

  return <div ref={place} className="code-editor" data-testid="code-editor" />
}
