import { createPageRefusal, readPageFile, type PageReply } from '../host/window/page-files.ts'

/** The window's pages have an origin of their own (S25): not file://, which could read the disk, and not http, which others share. */
export const appScheme = 'app'
const appHost = 'hesystem'
export const appOrigin = `${appScheme}://${appHost}`
export const appStartUrl = `${appOrigin}/index.html`

const toResponse = ({ status, headers, body }: PageReply): Response =>
  new Response(typeof body === 'string' ? body : new Uint8Array(body), { status, headers })

/** Creates the handler of the app:// scheme: the built renderer's files under `root`, read only, under a strict policy. */
export const createAppSchemeHandler = (root: string) => async (request: Request): Promise<Response> => {
  if (request.method !== 'GET') return toResponse(createPageRefusal(405, 'Only GET is answered here.'))
  const { protocol, host, pathname } = new URL(request.url)
  const isOurs = protocol === `${appScheme}:` && host === appHost
  return toResponse(isOurs ? await readPageFile(root, pathname) : createPageRefusal(404, 'There is no such page.'))
}
