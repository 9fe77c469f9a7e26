import type { Session, WebContents } from 'electron'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { guardContents, guardSession, isAppUrl } from '../../../src/main/guards.ts'

type Answer = (value: unknown) => void

interface GuardedSession {
  requestPermission: (contents: unknown, permission: string, answer: Answer) => void
  checkPermission: () => boolean
  devicePermission: () => boolean
  spellChecker: boolean
  beforeRequest: (details: { readonly url: string }, answer: Answer) => void
}

const guardedSession = (): GuardedSession => {
  const kept: Partial<GuardedSession> = {}
  const session = {
    setPermissionRequestHandler: (handler: GuardedSession['requestPermission']) => { kept.requestPermission = handler },
    setPermissionCheckHandler: (handler: () => boolean) => { kept.checkPermission = handler },
    setDevicePermissionHandler: (handler: () => boolean) => { kept.devicePermission = handler },
    setSpellCheckerEnabled: (enabled: boolean) => { kept.spellChecker = enabled },
    webRequest: { onBeforeRequest: (handler: GuardedSession['beforeRequest']) => { kept.beforeRequest = handler } },
  }
  guardSession(session as unknown as Session)
  return kept as GuardedSession
}

const guardedContents = () => {
  let openWindow: (details: { url: string }) => unknown = () => 'not guarded'
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (handler: typeof openWindow) => { openWindow = handler },
  })
  guardContents(contents as unknown as WebContents)
  const prevented = (event: string, url: string): boolean => {
    let stopped = false
    contents.emit(event, { url, preventDefault: () => { stopped = true } })
    return stopped
  }
  return { prevented, openWindow: (url: string) => openWindow({ url }) }
}

describe('the guards of the window (S25; Electron at its edge replaced; unproven without the binary)', () => {
  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])('grant no page %s', (permission) => {
    let granted: unknown = 'unanswered'
    guardedSession().requestPermission({}, permission, (value) => { granted = value })
    expect(granted).toBe(false)
  })

  it('answer no to every permission that is only looked up, and to every device', () => {
    const session = guardedSession()
    expect([session.checkPermission(), session.devicePermission(), session.spellChecker]).toEqual([false, false, false])
  })

  it.each([
    ['https://example.org/beacon', true],
    ['http://127.0.0.1:8545/', true],
    ['file:///etc/passwd', true],
    ['app://elsewhere/page.html', true],
    ['app://hesystem/index.html', false],
  ])('let a request for %s be cancelled: %s', (url, cancelled) => {
    let decision: unknown
    guardedSession().beforeRequest({ url }, (value) => { decision = value })
    expect(decision).toEqual({ cancel: cancelled })
  })

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('hold the window on its own pages at %s', (event) => {
    const { prevented } = guardedContents()
    expect(prevented(event, 'https://example.org/')).toBe(true)
    expect(prevented(event, 'app://hesystem/index.html')).toBe(false)
  })

  it('open no second window and embed no browser, not even for a page of ours', () => {
    const { prevented, openWindow } = guardedContents()
    expect(openWindow('app://hesystem/index.html')).toEqual({ action: 'deny' })
    expect(prevented('will-attach-webview', 'app://hesystem/index.html')).toBe(true)
  })

  it('tell our pages from those that only look like them', () => {
    expect(isAppUrl('app://hesystem/assets/main.js')).toBe(true)
    expect(isAppUrl('app://hesystem.example.org/')).toBe(false)
    expect(isAppUrl('https://app://hesystem/')).toBe(false)
  })
})
