import { expect, test } from 'vitest'
import { ApiError } from '../../core/api'
import { parseDeclaration } from '../../core/form-declaration'
import { SAMPLE_WIRE } from '../../forms/sample'
import { isOfNewerForm } from './record-form'

const form = parseDeclaration(SAMPLE_WIRE)
const text = { zh: 'a', en: 'a' }
const refused = (code: string, where: string): ApiError =>
  new ApiError(422, 'ERR_INVALID', { status: 422, code: 'ERR_INVALID', problems: [{ code, where, text }] })

test('a form is known to be out of date by its version or by a field that it does not have', () => {
  expect(isOfNewerForm(refused('RECORD_FORM_VERSION', '/form_version'), form)).toBe(true)
  expect(isOfNewerForm(refused('ANSWER_REQUIRED', '/answers/not_of_this_form'), form)).toBe(true)
  expect(isOfNewerForm(refused('ANSWER_REQUIRED', `/answers/${form.fields[0]!.id}`), form)).toBe(false)
  expect(isOfNewerForm(refused('RECORD_IN_FUTURE', '/happened_on'), form)).toBe(false)
})
