/* Answers between three shapes: typed text (screen), JSON (API) and words (summary). */
import { plainNumber, type Answer, type Answers, type RowAnswer } from './form-module'
import type { Declaration, Field } from './form-declaration'
import { word } from '../forms/record-words'
import type { AnswerJson, AnswersJson, Wording } from './types'

export function isBlank(answer: Answer | undefined): boolean {
  if (answer === undefined) return true
  if (typeof answer === 'string') return answer.trim() === ''
  if (answer.length === 0) return true
  return typeof answer[0] === 'object' && (answer as RowAnswer[]).every(isBlankRow)
}

function isBlankRow(row: RowAnswer): boolean {
  return Object.values(row).every((cell) => (typeof cell === 'string' ? cell.trim() === '' : cell.length === 0))
}

function valueToJson(field: Field, value: string | string[]): string | number | string[] {
  if (Array.isArray(value)) return value
  if (field.type !== 'integer' && field.type !== 'decimal') return value
  const text = plainNumber(value)
  const number = Number(text)
  return text !== '' && Number.isFinite(number) ? number : value
}

/* Shown, entered answers only. Rows keep their places, so that problems point at the right one. */
export function answersToJson(form: Declaration, answers: Answers, shown: ReadonlySet<string>): AnswersJson {
  const json: AnswersJson = {}
  for (const field of form.fields) {
    const answer = answers[field.id]
    if (answer === undefined || isBlank(answer) || field.isComputed || !shown.has(field.id)) continue
    if (field.type === 'rows') {
      json[field.id] = (answer as RowAnswer[]).map((row) => {
        const cells: Record<string, string | number | string[]> = {}
        for (const column of field.columns) {
          const cell = row[column.id]
          if (cell !== undefined && cell.length > 0) cells[column.id] = valueToJson(column, cell)
        }
        return cells
      })
    } else {
      json[field.id] = valueToJson(field, answer as string | string[])
    }
  }
  return json
}

function valueFromJson(value: AnswerJson | undefined): string | string[] {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? (value as string[]) : String(value)
}

export function answersFromJson(form: Declaration, json: AnswersJson): Answers {
  const answers: Answers = {}
  for (const field of form.fields) {
    const value = json[field.id]
    if (value === null || value === undefined) continue
    if (field.type === 'rows') {
      answers[field.id] = (value as Record<string, AnswerJson>[]).map((row) => {
        const cells: RowAnswer = {}
        for (const column of field.columns) cells[column.id] = valueFromJson(row[column.id])
        return cells
      })
    } else {
      answers[field.id] = valueFromJson(value)
    }
  }
  return answers
}

function one(field: Field, value: string, say: (wording: Wording) => string): string {
  const option = field.options.find((candidate) => candidate.code === value)
  if (option) return say(option.label)
  return field.unit && value !== '' ? `${value} ${say(field.unit)}` : value
}

/* How many, and enough of their names to tell them from others. */
function filesText(hashes: string[]): string {
  return `${word('files.count', { n: hashes.length })} (${hashes.map((hash) => hash.slice(0, 8)).join(', ')})`
}

/* An answer in words, for the summary, the record page and "last time". */
export function answerText(field: Field, answer: Answer | undefined, say: (wording: Wording) => string): string {
  if (answer === undefined || isBlank(answer)) return ''
  if (typeof answer === 'string') return one(field, answer, say)
  if (field.type === 'attachment') return filesText(answer as string[])
  return (answer as (string | RowAnswer)[])
    .map((item) => {
      if (typeof item === 'string') return one(field, item, say)
      return field.columns
        .map((column) => answerText(column, item[column.id], say))
        .filter((text) => text !== '')
        .join(' ')
    })
    .filter((text) => text !== '')
    .join('; ')
}
