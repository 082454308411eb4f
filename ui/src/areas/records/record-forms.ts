/* Declarations of forms, each read once. An older record asks by its version: the server answers with a declaration
 * that knows all its answers, since a form's fields are retired, never taken away. */
import { parseDeclaration, type Declaration, type Field } from '../../core/form-declaration'
import { api } from '../../core/session'
import { ApiError } from '../../core/api'
import type { Answers, RowAnswer } from '../../core/form-module'
import type { FormDefinition, Reference } from '../../core/types'
import { addOption, answerOf, findSubjects } from '../../forms/references'

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

/* Every field of a form, those of rows too, that refers to a kind of subject. */
function referring(form: Declaration): Field[] {
  return form.fields.flatMap((field) => [field, ...field.columns]).filter((field) => field.refersTo !== '')
}

/* From now on answers that refer to these are told by name. */
export function nameReferences(form: Declaration, known: readonly Reference[] = []): void {
  for (const field of referring(form))
    for (const { kind, code, name } of known) if (kind === field.refersTo) addOption(field, code, name)
}

/* The names of what a draft's answers refer to; without an answer of the server the codes stand for them. */
export async function nameAnswers(form: Declaration, answers: Answers): Promise<void> {
  const asked = form.fields.flatMap((field) => {
    const answer = answers[field.id]
    if (field.type !== 'rows') return field.refersTo && typeof answer === 'string' && answer !== '' ? [{ field, code: answer }] : []
    return field.columns.filter((column) => column.refersTo).flatMap((column) =>
      ((answer ?? []) as RowAnswer[]).map((row) => ({ field: column, code: String(row[column.id] ?? '') })).filter(({ code }) => code !== ''))
  })
  await Promise.all(asked.filter(({ field, code }) => !field.options.some((option) => option.code === code)).map(async ({ field, code }) => {
    try {
      const found = (await findSubjects(field.refersTo, code)).items.find((one) => answerOf(one) === code)
      if (found) addOption(field, code, found.name)
    } catch {
      /* its code stands for it */
    }
  }))
}

/* The pack has a newer version: the next opening reads it. */
export function forgetForm(id: string): void {
  for (const key of [...opened.keys()]) if (key.startsWith(`${id}@`)) opened.delete(key)
}
