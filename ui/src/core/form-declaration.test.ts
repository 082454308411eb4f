import { expect, test } from 'vitest'
import { SAMPLE_WIRE } from '../forms/sample'
import { parseDeclaration } from './form-declaration'

test('a declaration is read with sections, fields, options and columns', () => {
  const form = parseDeclaration(SAMPLE_WIRE)
  expect([form.id, form.version, form.title.en]).toEqual(['visit', '1.2.0', 'Visit'])
  expect(form.sections.map((section) => section.id)).toEqual(['first', 'second'])
  expect(form.byId.get('sbp')).toMatchObject({ type: 'integer', unit: { zh: 'mmHg', en: 'mmHg' }, range: [40, 300], section: 0 })
  expect(form.byId.get('symptoms')?.options[0]).toMatchObject({ code: '1', isExclusive: true })
  expect(form.byId.get('symptoms')?.options[2]?.details).toBe('other_text')
  expect(form.byId.get('weight')?.isCarried).toBe(true)
  expect(form.byId.get('weight_target')?.targetOf).toBe('weight')
  expect(form.byId.get('bmi')?.isComputed).toBe(true)
  expect(form.byId.get('drugs')).toMatchObject({ rowMost: 3 })
  expect(form.byId.get('drugs')?.columns.map((column) => [column.id, column.unit?.en])).toEqual([['name', undefined], ['times', 'a day']])
})

test('a declaration that was cut off is refused', () => {
  expect(() => parseDeclaration(SAMPLE_WIRE.replace('end\n', ''))).toThrow('cut off')
})

test('a declaration of another format is refused', () => {
  expect(() => parseDeclaration(SAMPLE_WIRE.replace('catchment-form\t1', 'catchment-form\t2'))).toThrow('version')
})

test('a declaration may name parameters, which are for the module', () => {
  const wire = SAMPLE_WIRE.replace(/^section/m, 'parameter\tlimit_days\tinteger\t\t30\nsection')
  expect(wire).not.toBe(SAMPLE_WIRE)
  expect(parseDeclaration(wire).fields).toEqual(parseDeclaration(SAMPLE_WIRE).fields)
})
