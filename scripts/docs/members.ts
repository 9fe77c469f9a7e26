import ts from 'typescript'

export interface DocumentedMembers {
  /** As they are written, without a body. */
  readonly signatures: readonly string[]
  readonly what: string
}

type Member = ts.TypeElement | ts.ClassElement

const isShown = (member: Member): boolean =>
  member.name !== undefined && !ts.isPrivateIdentifier(member.name)
  && (ts.isMethodDeclaration(member) || ts.isMethodSignature(member) || ts.isPropertySignature(member) || ts.isGetAccessor(member))

const findMembers = (file: ts.SourceFile, name: string): readonly Member[] => {
  const isMeant = (statement: ts.Statement): statement is ts.InterfaceDeclaration | ts.ClassDeclaration =>
    (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name?.text === name
  const members = file.statements.filter(isMeant).flatMap((statement): readonly Member[] => [...statement.members])
  if (members.length === 0) throw new Error(`there is no ${name} to document`)
  return members.filter(isShown)
}

const signatureOf = (member: Member, file: ts.SourceFile): string => {
  const text = member.getText(file).replace(/^\/\*\*[^]*?\*\/\s*/, '')
  const body = ts.isMethodDeclaration(member) || ts.isGetAccessor(member) ? member.body?.getText(file) ?? '' : ''
  return text.slice(0, text.length - body.length).replaceAll(/\s+/g, ' ').replace(/^readonly /, '').replace(/^get (\w+)\(\)/, '$1').trim()
}

/** Methods and properties of an interface or class, in order; one without a comment of its own goes with the one before it. */
export const listMembers = (source: string, name: string): readonly DocumentedMembers[] => {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2023, true)
  const documented: { signatures: string[]; what: string }[] = []
  for (const member of findMembers(file, name)) {
    const comments = ts.getJSDocCommentsAndTags(member).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    const what = comments.join(' ').replaceAll(/\s+/g, ' ')
    const signature = signatureOf(member, file)
    const last = documented.at(-1)
    if (what === '' && last !== undefined) last.signatures.push(signature)
    else documented.push({ signatures: [signature], what })
  }
  return documented
}
