/** Gives a file to the browser to save: nothing is sent anywhere. */
export const saveFile = (fileName: string, content: Blob): void => {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => { URL.revokeObjectURL(url) }, 1000)
}

export const saveText = (fileName: string, text: string, type: string): void => {
  saveFile(fileName, new Blob([text], { type }))
}

/** A file as the host hands it over. */
interface HandedFile {
  readonly fileName: string
  readonly mediaType: string
  readonly base64: string
}

/** Byte by byte: `Uint8Array.from` takes seconds for a few megabytes. */
export const bytesOfBase64 = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index)
  return bytes
}

export const saveBase64 = ({ fileName, mediaType, base64 }: HandedFile): void => {
  saveFile(fileName, new Blob([bytesOfBase64(base64)], { type: mediaType }))
}

const svgNamespace = 'http://www.w3.org/2000/svg'
const captionLine = 14
const captionSize = 10
/** An average letter's width against its height, for breaking lines without measuring. */
const letterShare = 0.52

/** Words in lines of about that many letters; a longer word has a line of its own. */
const breakLines = (text: string, letters: number): readonly string[] => {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const createText = (line: string, y: number): SVGTextElement => {
  const text = document.createElementNS(svgNamespace, 'text')
  text.setAttribute('x', '8')
  text.setAttribute('y', String(y))
  text.setAttribute('font-size', String(captionSize))
  text.setAttribute('fill', 'var(--quiet)')
  text.textContent = line
  return text
}

/** The plot as it stands alone: colours in place of the theme's names, where it comes from in small letters beneath it. */
export const standaloneSvg = (plot: SVGSVGElement, citation: string): string => {
  const copy = plot.cloneNode(true) as SVGSVGElement
  const style = getComputedStyle(plot)
  const { width, height } = plot.viewBox.baseVal
  const lines = breakLines(citation, Math.floor((width - 16) / (captionSize * letterShare)))
  const whole = height + captionLine * (lines.length + 1)
  lines.forEach((line, index) => { copy.append(createText(line, height + captionLine * (index + 1))) })
  copy.setAttribute('xmlns', svgNamespace)
  copy.setAttribute('viewBox', `0 0 ${width} ${whole}`)
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(whole))
  const described = document.createElementNS(svgNamespace, 'desc')
  described.textContent = citation
  copy.prepend(described)
  return new XMLSerializer().serializeToString(copy).replaceAll(/var\((--[a-z-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim())
}

const pixelsPerUnit = 2

/** The same plot in pixels, on the ground of the theme. */
export const savePng = async (fileName: string, svg: string, ground: string): Promise<void> => {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.width * pixelsPerUnit
  canvas.height = image.height * pixelsPerUnit
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This window cannot draw in pixels.')
  context.fillStyle = ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/png') })
  if (blob === null) throw new Error('The plot could not be turned into a picture.')
  saveFile(fileName, blob)
}
