import { z } from 'zod'
import { emptySchema, procedure } from './base.ts'

export const windowSettingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** Confirm a verified answer, litigate a missed delivery, reclaim after the expiration: without asking first. */
  autoConfirm: z.boolean(),
  autoLitigate: z.boolean(),
  autoReclaim: z.boolean(),
})
export type WindowSettings = z.infer<typeof windowSettingsSchema>

export const settingsContract = {
  get: procedure.input(emptySchema).output(windowSettingsSchema),
  /** Changes the named ones, all or none. */
  update: procedure.input(z.strictObject({
    theme: windowSettingsSchema.shape.theme.exactOptional(),
    autoConfirm: z.boolean().exactOptional(),
    autoLitigate: z.boolean().exactOptional(),
    autoReclaim: z.boolean().exactOptional(),
  })).output(windowSettingsSchema),
}
