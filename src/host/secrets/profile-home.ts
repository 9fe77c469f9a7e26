import { homedir } from 'node:os'
import { join } from 'node:path'

/** The profile folder where none is named: HESYSTEM_HOME, else `.hesystem` in the user's own folder. */
export const defaultHome = (): string => process.env['HESYSTEM_HOME'] ?? join(homedir(), '.hesystem')
