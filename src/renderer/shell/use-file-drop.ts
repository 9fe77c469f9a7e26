import { useEffect, useState } from 'react'
import { handFile } from '../app/handed-files.ts'

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** A file may be dropped anywhere on the window; true while one is held over it. Without this the browser would leave for the file. */
export const useFileDrop = (): boolean => {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent): void => { if (event.relatedTarget === null) setOver(false) }
    const onDrop = (event: DragEvent): void => {
      setOver(false)
      if (!holdsFiles(event)) return
      event.preventDefault()
      event.stopPropagation()
      const file = event.dataTransfer?.files[0]
      if (file !== undefined) handFile(file)
    }
    window.addEventListener('dragover', onOver, { capture: true })
    window.addEventListener('dragleave', onLeave, { capture: true })
    window.addEventListener('drop', onDrop, { capture: true })
    return () => {
      window.removeEventListener('dragover', onOver, { capture: true })
      window.removeEventListener('dragleave', onLeave, { capture: true })
      window.removeEventListener('drop', onDrop, { capture: true })
    }
  }, [])
  return over
}
