import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../src/shared/error-codes.ts'
import { projectRoot } from './cruise.ts'

const families = ['input', 'access', 'crypto', 'policy', 'chain', 'escrow', 'runtime', 'store', 'bug']

const catalogue = join('shared', 'error-codes.ts')

const sourceText = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && file !== catalogue)
  .map((file) => readFileSync(join(projectRoot, 'src', file), 'utf8'))
  .join('\n')

const entries = Object.entries(errorCodes)

describe('the catalogue of error codes', () => {
  it('names every code family.what-happened, in a family that exists', () => {
    const odd = entries.map(([code]) => code).filter((code) => {
      const [family = '', what = '', ...more] = code.split('.')
      return !families.includes(family) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(what) || more.length > 0
    })
    expect(odd).toEqual([])
  })

  it('holds no code that the program never uses', () => {
    expect(entries.map(([code]) => code).filter((code) => !sourceText.includes(`'${code}'`))).toEqual([])
  })

  it('gives every code an HTTP error status', () => {
    expect(entries.filter(([, { status }]) => !Number.isInteger(status) || status < 400 || status > 599)).toEqual([])
  })

  it('says for every code what to do next, in a whole sentence', () => {
    expect(entries.filter(([, { next }]) => !/^[A-Z`].{10,}\.$/.test(next)).map(([code]) => code)).toEqual([])
  })
})
