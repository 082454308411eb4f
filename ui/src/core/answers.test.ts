import { expect, test } from 'vitest'
import { SAMPLE_WIRE } from '../forms/sample'
import { answersFromJson, answersToJson, answerText, isBlank } from './answers'
import { parseDeclaration } from './form-declaration'

const form = parseDeclaration(SAMPLE_WIRE)
const everything = new Set(form.fields.map((field) => field.id))

test('numbers are sent as numbers, blanks and computed values not at all', () => {
  const answers = {
    sbp: '\uff11\uff15\uff10', weight: ' ', bmi: '24', class: '1', symptoms: ['2'],
    drugs: [{ name: 'x', times: '2' }, { name: '', times: '' }],
  }
  expect(answersToJson(form, answers, everything)).toEqual({
    sbp: 150, class: '1', symptoms: ['2'], drugs: [{ name: 'x', times: 2 }, {}],
  })
})

test('hidden answers are not sent', () => {
  expect(answersToJson(form, { sbp: '150', class: '1' }, new Set(['class']))).toEqual({ class: '1' })
})

test('what is not a number is sent as typed, for the server to refuse', () => {
  expect(answersToJson(form, { sbp: '15o' }, everything)).toEqual({ sbp: '15o' })
})

test('answers of a record can be edited again', () => {
  const json = { sbp: 150, symptoms: ['2', '3'], class: '1', weight: null, drugs: [{ name: 'x', times: 2 }] }
  const answers = answersFromJson(form, json)
  expect(answers).toEqual({ sbp: '150', symptoms: ['2', '3'], class: '1', drugs: [{ name: 'x', times: '2' }] })
  const { weight: _, ...sent } = json
  expect(answersToJson(form, answers, everything)).toEqual(sent)
})

test('answers are put in words with labels and units', () => {
  const say = (wording: { en: string }) => wording.en
  expect(answerText(form.byId.get('sbp')!, '150', say)).toBe('150 mmHg')
  expect(answerText(form.byId.get('symptoms')!, ['2', '3'], say)).toBe('Headache; Other')
  expect(answerText(form.byId.get('drugs')!, [{ name: 'x', times: '2' }], say)).toBe('x 2 a day')
})

test('rows without any value are blank', () => {
  expect(isBlank([{ name: ' ', times: '' }])).toBe(true)
  expect(isBlank([{ name: '', times: '1' }])).toBe(false)
})
