/**
 * Evaluates the editor's code in parts, each in a task of its own: at once it held the page for a tenth of a second on a busy computer.
 * What imports `code-editor.tsx` afterwards finds it evaluated.
 */
export const loadEditor = async (): Promise<void> => {
  await import('monaco-editor/editor')
  await import('monaco-editor/features/register.all')
}
