import { expect, test } from 'vitest'
import { parseDeclaration } from '../../core/form-declaration'
import { SAMPLE_WIRE } from '../../forms/sample'
import { changedLines, type Version } from './record-changes'

const declaration = parseDeclaration(SAMPLE_WIRE)
const say = (wording: { en: string }) => wording.en
const version = (answers: Version['answers'], happenedOn = '2025-06-01'): Version => ({ declaration, answers, happenedOn })

test('only what differs between two versions is listed, old and new, in the order of the form', () => {
  const older = version({ sbp: '150', symptoms: ['2'], class: '1', weight: '60' })
  const newer = version({ sbp: '150', symptoms: ['2', '3'], class: '2', drugs: [{ name: 'x', times: '2' }] })
  expect(changedLines(older, newer, say)).toEqual([
    { id: 'symptoms', label: 'Symptoms', before: 'Headache', after: 'Headache; Other' },
    { id: 'weight', label: 'Weight', before: '60', after: '' },
    { id: 'class', label: 'Class', before: 'Good', after: 'Poor' },
    { id: 'drugs', label: 'Drugs', before: '', after: 'x 2 a day' },
  ])
})

test('another day of service is a difference, and equal versions have none', () => {
  expect(changedLines(version({ sbp: '150' }), version({ sbp: '150' }, '2025-06-02'), say)).toEqual([
    { id: '', label: '', before: '2025-06-01', after: '2025-06-02' },
  ])
  expect(changedLines(version({ sbp: '150' }), version({ sbp: '150' }), say)).toEqual([])
})
