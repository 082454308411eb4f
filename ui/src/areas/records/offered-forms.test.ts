import { expect, test } from 'vitest'
import type { FormBrief, FormList } from '../../core/types'
import { offeredForms, splitForms } from './offered-forms'

const title = { zh: 'a', en: 'a' }
const form = (id: string, subject = 'resident'): FormBrief => ({ id, title, version: '1', program: null, subject, registers: false })
const issue = { kind: 'check', isHard: false, isConfirmed: false, field: '', row: null, column: '', message: title }

test('a form whose check fails stands behind the others', () => {
  const { fitting, others } = splitForms([form('a'), form('b'), form('c')], { issues: [{ ...issue, key: 'b' }] })
  expect(fitting.map(({ id }) => id)).toEqual(['a', 'c'])
  expect(others.map(({ id }) => id)).toEqual(['b'])
})

test('a list of an older copy offers every form about residents', async () => {
  const resident = { id: 'p', name: 'n', sex: '1', birth_date: '1979-03-04', area: '4', area_name: 'z', age: 46 }
  const page = { resident, programs: [], obligations: [], records: [] }
  const { fitting, others } = await offeredForms({ forms: [form('a'), form('b', 'facility')] }, page, '2025-06-30')
  expect([fitting.map(({ id }) => id), others]).toEqual([['a'], []])
})

test('what offers cannot be told by offers every form about residents', async () => {
  const resident = { id: 'p', name: 'n', sex: '1', birth_date: '1979-03-04', area: '4', area_name: 'z', age: 46 }
  const page = { resident, programs: [], obligations: [], records: [] }
  const list = { forms: [form('a'), form('b')], offers: { broken: true } } as unknown as FormList
  const { fitting, others } = await offeredForms(list, page, '2025-06-30')
  expect([fitting.map(({ id }) => id), others]).toEqual([['a', 'b'], []])
})
