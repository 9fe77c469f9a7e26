/** Operations that are told of together: how they are written, and what they do. */
export interface Operation {
  readonly signatures: readonly string[]
  readonly what: string
}

const isComment = (line: string): boolean => line.startsWith('/**')

/** What a tensor can do, as the editor's own declarations say it, in their order. */
export const listOperations = (declarations: string): readonly Operation[] => {
  const members = /interface TensorMembers \{\n([^]*?)\n\}/.exec(declarations)?.[1] ?? ''
  const lines = members.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  const starts = lines.flatMap((line, at) => (isComment(line) ? [at] : []))
  return starts.map((start, at) => ({
    what: (lines[start] ?? '').replace(/^\/\*\*\s*/, '').replace(/\s*\*\/$/, ''),
    signatures: lines.slice(start + 1, starts[at + 1]).map((line) => line.replace(/^readonly /, '').replace(/\): Tensor$/, ')')),
  }))
}
