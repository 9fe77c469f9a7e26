import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { ColumnNotes } from './clean.ts'

export const dataPackageName = 'datapackage.json'
const largestBytes = 5 * 1024 * 1024

/** What is read of a Frictionless data package (specs.frictionlessdata.io: data-package, table-schema); the rest may be anything. */
const fieldSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  type: z.string().optional(),
  /** Not in the standard, and what many packages use. */
  unit: z.string().optional(),
  constraints: z.object({ minimum: z.unknown(), maximum: z.unknown(), enum: z.array(z.unknown()).optional() }).partial().optional(),
})
const packageSchema = z.object({
  resources: z.array(z.object({
    path: z.union([z.string(), z.array(z.string())]).optional(),
    schema: z.union([z.string(), z.object({ fields: z.array(fieldSchema) })]).optional(),
  })),
})

type Field = z.infer<typeof fieldSchema>

const toNotes = ({ title, description, type, unit, constraints = {} }: Field): ColumnNotes => {
  const text = description ?? title
  const { minimum: lower, maximum: upper } = constraints
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(text === undefined ? {} : { description: text }),
    ...(type === 'string' && constraints.enum !== undefined ? { type: 'category' as const } : {}),
    ...(typeof lower === 'number' ? { lower } : {}),
    ...(typeof upper === 'number' ? { upper } : {}),
  }
}

const readPackage = (path: string): string | null => {
  try {
    if (statSync(path).size > largestBytes) throw new AppError('input.invalid', `${path} is far too large for a data package's description.`, { details: { path } })
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (error instanceof AppError) throw error
    throw new AppError('input.file-unreadable', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error })
  }
}

/**
 * What the `datapackage.json` beside a table's file says of its columns: unit, description or title, bounds, and words of a closed
 * list as a category. null where there is none, or it does not describe this file. Throws `input.invalid` for one that is damaged.
 */
export const findColumnNotes = (file: string): ReadonlyMap<string, ColumnNotes> | null => {
  const path = join(dirname(file), dataPackageName)
  const text = readPackage(path)
  if (text === null) return null
  const { resources } = parseJsonAs(packageSchema, text, path)
  const name = basename(file)
  const resource = resources.find((item) => [item.path ?? []].flat().some((place) => place === name || place === `./${name}`))
  const schema = resource?.schema
  if (schema === undefined || typeof schema === 'string') return null
  return new Map(schema.fields.map((field) => [field.name.trim(), toNotes(field)]))
}
