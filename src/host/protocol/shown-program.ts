import { assertCanonicalProgram } from '../../compute/canonical.ts'
import { isAppError } from '../../shared/errors.ts'
import { programSchema } from '../../shared/schemas/program.ts'

/**
 * A program in somebody's file. In canonical form, as every program that was ever answered: any other could name cells and steps that are
 * not there, shapes larger than memory, or one name twice, and what is read by it would be no answer.
 */
export const shownProgramSchema = programSchema.superRefine((program, context) => {
  // Refinements are asked about what has departed from the schema, too.
  if (context.issues.length > 0) return
  try {
    assertCanonicalProgram(program)
  } catch (error) {
    if (!isAppError(error, 'input.program-not-canonical')) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})
