/* How persons and their values are put in words. */
import { say, t, tOf } from './i18n'
import type { ShownValue } from './types'

export function personLine(person: { sex: string; age: number }): string {
  return `${tOf('sex', person.sex)} ${t('person.age', { n: person.age })}`
}

/* "168/102 mmHg" of values that share a unit, else one after the other with their labels. */
export function valuesLine(values: readonly ShownValue[]): string {
  const parts = values.map((value) => /^(-?\d+(?:\.\d+)?)\s*(\D*)$/.exec(say(value.text)))
  const unit = parts[0]?.[2] ?? ''
  if (values.length > 1 && parts.every((part) => part && part[2] === unit)) {
    return `${parts.map((part) => part![1]).join('/')} ${unit}`.trim()
  }
  return values.map((value) => `${say(value.label)} ${say(value.text)}`).join(', ')
}
