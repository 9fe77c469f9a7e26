import { z } from 'zod'

/** Where the window stood, in the system's pixels. */
const boundsSchema = z.strictObject({ x: z.int(), y: z.int(), width: z.int().min(400), height: z.int().min(300) })
export type WindowBounds = z.infer<typeof boundsSchema>

interface Area { readonly x: number, readonly y: number, readonly width: number, readonly height: number }

export const usualSize = { width: 1280, height: 800 }
/** So much of the window's top edge must be on a screen, to be taken hold of. */
const handlePixels = 64

const isReachable = ({ x, y, width }: WindowBounds, screens: readonly Area[]): boolean => screens.some((screen) => {
  const inHeight = y >= screen.y && y < screen.y + screen.height - handlePixels
  return inHeight && x + width > screen.x + handlePixels && x < screen.x + screen.width - handlePixels
})

const parse = (text: string | null): unknown => {
  try {
    return text === null ? null : JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Where the window was left, if that is on a screen that is still there; otherwise only a size. */
export const restoreBounds = (stored: string | null, screens: readonly Area[]): WindowBounds | typeof usualSize => {
  const bounds = boundsSchema.safeParse(parse(stored)).data
  return bounds !== undefined && isReachable(bounds, screens) ? bounds : usualSize
}
