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

/** The plot as it stands alone: colours in place of the theme's names, the source beneath it as its description. */
export const standaloneSvg = (plot: SVGSVGElement, citation: string): string => {
  const copy = plot.cloneNode(true) as SVGSVGElement
  const style = getComputedStyle(plot)
  const { width, height } = plot.viewBox.baseVal
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const described = document.createElementNS('http://www.w3.org/2000/svg', 'desc')
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
