import { basename } from 'node:path'

/** `name.ts`, `two-words.test.ts`, `.dependency-cruiser.js`: lower case, words joined by hyphens. */
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/

const kebabCaseFile = {
  meta: { type: 'problem', schema: [], messages: { name: 'Name this file in kebab-case: {{found}} is not.' } },
  create: (context) => ({
    Program: (node) => {
      const found = basename(context.filename)
      if (!kebabCase.test(found)) context.report({ node, messageId: 'name', data: { found } })
    },
  }),
}

const disableWithReason = {
  meta: { type: 'problem', schema: [], messages: { reason: 'Say after " -- " why the rule does not hold here.' } },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        const text = comment.value.trim()
        if (/^eslint-disable/.test(text) && !/ -- \S/.test(text)) {
          context.report({ loc: comment.loc, messageId: 'reason' })
        }
      }
    },
  }),
}

/** The few rules of this house that no plugin of ours has. */
export const houseRules = { rules: { 'kebab-case-file': kebabCaseFile, 'disable-with-reason': disableWithReason } }
