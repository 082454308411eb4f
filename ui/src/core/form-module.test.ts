import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SAMPLE_WIRE } from '../forms/sample'
import { parseDeclaration } from './form-declaration'
import { FormModule, decodeResult, encodeInput, plainNumber, type RunInput } from './form-module'

const form = parseDeclaration(SAMPLE_WIRE)

function input(answers: RunInput['answers'], confirmed: string[] = []): RunInput {
  return {
    happenedOn: '2025-06-30', today: '2025-06-30', sex: '2', birthDate: '1950-01-01',
    previousHappenedOn: '', previous: {}, answers, confirmed,
  }
}

test('answers are written as lines that name their field', () => {
  const text = encodeInput(form, {
    ...input({ sbp: '150', symptoms: ['2', '3'], other_text: 'a\tb', drugs: [{ name: 'x', times: '' }] }, ['sbp:usual']),
    previousHappenedOn: '2025-03-01',
    previous: { sbp: '140', symptoms: ['1'] },
  })
  expect(text.split('\n')).toEqual([
    'context\thappened_on\t2025-06-30', 'context\ttoday\t2025-06-30', 'context\tsubject.sex\t2',
    'context\tsubject.birth_date\t1950-01-01', 'context\tprevious.happened_on\t2025-03-01',
    'previous\tsbp\t140', 'previous_codes\tsymptoms\t1',
    'value\tsbp\t150', 'codes\tsymptoms\t2\t3', 'value\tother_text\ta\\tb', 'row\tdrugs\t0\tname\tx',
    'confirmed\tsbp:usual', '',
  ])
})

test('computed fields are never sent to the module', () => {
  expect(encodeInput(form, input({ bmi: '99' }))).not.toContain('bmi')
})

test('full-width digits and stops mean the plain ones', () => {
  expect(plainNumber(' \uff11\uff12\uff10\uff0e\uff15 ')).toBe('120.5')
  expect(plainNumber('36\u30025')).toBe('36.5')
})

test('a result is read line by line', () => {
  const result = decodeResult(
    'shown\tsbp\nrequired\tsbp\ncomputed\tbmi\t24.5\nsuggested\tclass\t2\n' +
      'issue\tusual\t0\t1\tsbp:usual\tsbp\t\t\tzh\ten\nissue\trange\t1\t0\tdrugs.1.times\tdrugs\t1\ttimes\tzh\ten\n' +
      'advice\trefer\treferral\temergency\t14\tzh\ten\tsource\nverdict\trefused\n',
  )
  expect([...result.shown]).toEqual(['sbp'])
  expect(result.computed.get('bmi')).toBe('24.5')
  expect(result.issues[0]).toMatchObject({ kind: 'usual', isHard: false, isConfirmed: true, row: null })
  expect(result.issues[1]).toMatchObject({ isHard: true, field: 'drugs', row: 1, column: 'times' })
  expect(result.advice[0]).toMatchObject({ urgency: 'emergency', followUpDays: 14, source: 'source' })
  expect(result.verdict).toBe('refused')
})

test('an error line of the module is told, not swallowed', () => {
  expect(() => decodeResult('error\t3\tzh\tbad line\n')).toThrow('bad line')
})

/* The real module, when the build says where it is. */
const file = process.env['FORM_WASM']
describe.skipIf(!file || !existsSync(file))('with the real form module', () => {
  test('ranges, confirmations, suggestions and advice come from the module', async () => {
    const module = await FormModule.open(readFileSync(file!))
    const handle = module.load(SAMPLE_WIRE)
    expect(module.load(SAMPLE_WIRE)).toBe(handle)
    const missing = module.run(handle, form, input({}))
    expect(missing.verdict).toBe('refused')
    expect(missing.issues.map((issue) => [issue.kind, issue.field])).toContainEqual(['required', 'sbp'])
    const unusual = module.run(handle, form, input({ sbp: '210' }))
    expect(unusual.verdict).toBe('confirm')
    expect(unusual.suggested.get('class')).toBe('2')
    expect(unusual.advice[0]?.urgency).toBe('emergency')
    expect(module.run(handle, form, input({ sbp: '210' }, ['sbp:usual'])).verdict).toBe('accepted')
    expect(module.run(handle, form, input({ sbp: '120', other_text: '\u8840\u538b' })).verdict).toBe('accepted')
  })

  test('a faulty declaration is refused with the reason', async () => {
    const module = await FormModule.open(readFileSync(file!))
    expect(() => module.load('catchment-form\t1\nend\n')).toThrow()
  })
})
