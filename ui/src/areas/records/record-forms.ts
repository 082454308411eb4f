/* Declarations of forms, each read once. An older record asks by its version: the server answers with a declaration
 * that knows all its answers, since a form's fields are retired, never taken away. */
import { parseDeclaration, type Declaration } from '../../core/form-declaration'
import { api } from '../../core/session'
import { ApiError } from '../../core/api'
import type { FormDefinition } from '../../core/types'

export interface OpenedForm {
  declaration: Declaration
  wire: string
}

const opened = new Map<string, Promise<OpenedForm>>()

export function openForm(id: string, version?: string): Promise<OpenedForm> {
  const key = `${id}@${version ?? ''}`
  let form = opened.get(key)
  if (!form) {
    form = readForm(id, version)
    form.catch(() => opened.delete(key))
    opened.set(key, form)
  }
  return form
}

/* A version that the server has no more is shown by the one in force. */
async function readForm(id: string, version?: string): Promise<OpenedForm> {
  const path = `/forms/${encodeURIComponent(id)}`
  const { wire } = await api.get<FormDefinition>(path, { version }).catch((error: unknown) => {
    if (version && error instanceof ApiError && error.status === 404) return api.get<FormDefinition>(path)
    throw error
  })
  return { declaration: parseDeclaration(wire), wire }
}

/* The pack has a newer version: the next opening reads it. */
export function forgetForm(id: string): void {
  for (const key of [...opened.keys()]) if (key.startsWith(`${id}@`)) opened.delete(key)
}
