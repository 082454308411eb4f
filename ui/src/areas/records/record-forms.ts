/* Declarations of forms, each read once; older versions for older records. */
import { parseDeclaration, type Declaration } from '../../core/form-declaration'
import { api } from '../../core/session'
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
    form = api.get<FormDefinition>(`/forms/${encodeURIComponent(id)}`, { version }).then(({ wire }) => ({
      declaration: parseDeclaration(wire),
      wire,
    }))
    form.catch(() => opened.delete(key))
    opened.set(key, form)
  }
  return form
}
