import { expect, test } from 'vitest'
import { parseDeclaration } from '../core/form-declaration'
import type { RunInput, RunResult } from '../core/form-module'
import { carriedAnswers, createFormRun, stepFields, toggleCode, type FormRun } from './form-run'
import { SAMPLE_WIRE } from './sample'

const form = parseDeclaration(SAMPLE_WIRE)
const context = {
  happenedOn: '2025-06-30', today: '2025-06-30', sex: '', birthDate: '', previousHappenedOn: '', previous: {},
}

/* Rules as simple as the tests need; the real ones are the module's. */
function judge({ answers, confirmed }: RunInput): RunResult {
  const sbp = Number(answers['sbp'] ?? NaN)
  const shown = new Set(form.fields.map((field) => field.id))
  if (!answers['weight']) shown.delete('weight_target')
  if (answers['other_text'] === 'short') for (const id of ['weight', 'weight_target', 'bmi', 'class', 'drugs']) shown.delete(id)
  const wording = { zh: 'zh', en: 'en' }
  const issue = { row: null, column: '', message: wording, isConfirmed: false, field: 'sbp' }
  const issues = []
  if (Number.isNaN(sbp)) issues.push({ ...issue, kind: 'required', isHard: true, key: 'sbp' })
  if (sbp > 200) issues.push({ ...issue, kind: 'usual', isHard: false, key: 'sbp:usual', isConfirmed: confirmed.includes('sbp:usual') })
  return {
    shown, required: new Set(['sbp']), computed: new Map(), issues, advice: [], verdict: 'refused',
    suggested: Number.isNaN(sbp) ? new Map() : new Map([['class', sbp < 140 ? '1' : '2']]),
  }
}

function start(answers = {}): FormRun {
  return createFormRun(form, judge, context, { answers, touched: [], confirmed: [] })
}

test('a suggested value follows the answers until the person changes it', () => {
  const run = start()
  run.set('sbp', '150')
  expect(run.answers['class']).toBe('2')
  run.set('sbp', '120')
  expect(run.answers['class']).toBe('1')
  run.set('class', '2')
  run.set('sbp', '130')
  expect(run.answers['class']).toBe('2')
  run.useSuggestion('class')
  expect(run.answers['class']).toBe('1')
})

test('a fault is told after the field was left, or when the person wants to go on', () => {
  const run = start()
  expect(run.issuesOf('sbp')).toEqual([])
  run.leave('sbp')
  expect(run.issuesOf('sbp')).toEqual([])
  run.tellAll(['sbp'])
  expect(run.issuesOf('sbp')).toHaveLength(1)
  expect(run.blocking(['sbp'])).toHaveLength(1)
  expect(run.blocking(['weight'])).toHaveLength(0)
})

test('an unusual value stops until it is confirmed, and again when it changes', () => {
  const run = start()
  run.set('sbp', '210')
  expect(run.blocking()).toHaveLength(1)
  run.confirm('sbp:usual', true)
  expect(run.blocking()).toHaveLength(0)
  run.set('sbp', '220')
  expect(run.blocking()).toHaveLength(1)
})

test('sections without a shown field are no steps', () => {
  const run = start()
  expect(run.steps.value.map((step) => step.section)).toEqual([0, 1])
  run.set('other_text', 'short')
  expect(run.steps.value.map((step) => step.section)).toEqual([0])
})

test('a target stands beside its value, and its place stays when the target is hidden', () => {
  const run = start()
  const block = () => run.steps.value[1]!.blocks.find((one) => one.key === 'weight')!
  expect(block()).toMatchObject({ isPair: true, target: null, isNarrow: false })
  run.set('weight', '62')
  expect(block().target?.id).toBe('weight_target')
  expect(block().isNarrow).toBe(false)
  expect(stepFields(run.steps.value[1]!)).toContain('weight_target')
  expect(run.steps.value[1]!.blocks.filter((one) => one.key === 'weight_target')).toEqual([])
})

test('a fault that only the server found goes when the field is changed', () => {
  const run = start({ sbp: '150' })
  run.setServerIssues([
    { kind: 'server', isHard: true, isConfirmed: false, key: 'sbp', field: 'sbp', row: null, column: '', message: { zh: 'z', en: 'e' } },
  ])
  expect(run.issuesOf('sbp')).toHaveLength(1)
  run.set('sbp', '151')
  expect(run.issuesOf('sbp')).toHaveLength(0)
})

test('an exclusive code stands alone', () => {
  const field = form.byId.get('symptoms')!
  expect(toggleCode(field, ['2'], '1', true)).toEqual(['1'])
  expect(toggleCode(field, ['1'], '3', true)).toEqual(['3'])
  expect(toggleCode(field, ['3'], '2', true)).toEqual(['2', '3'])
  expect(toggleCode(field, ['2', '3'], '2', false)).toEqual(['3'])
})

test('carried fields begin with the value of the previous record', () => {
  expect(carriedAnswers(form, { weight: '62', sbp: '150' })).toEqual({ weight: '62' })
})
