import createCode from 'qrcode-generator'
import { useMemo } from 'react'

const quietZone = 2

/** An address as a code for another device's camera; dark on white in both themes, as cameras want it. */
export const QrCode = ({ text, label }: { readonly text: string, readonly label: string }) => {
  const { path, size } = useMemo(() => {
    const code = createCode(0, 'M')
    code.addData(text)
    code.make()
    const count = code.getModuleCount()
    const cells = Array.from({ length: count * count }, (_, index) => [Math.floor(index / count), index % count] as const)
    const dark = cells.filter(([row, column]) => code.isDark(row, column))
    return { size: count + 2 * quietZone, path: dark.map(([row, column]) => `M${column + quietZone} ${row + quietZone}h1v1h-1z`).join('') }
  }, [text])
  return <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges"><path d={path} fill="#000" /></svg>
}
