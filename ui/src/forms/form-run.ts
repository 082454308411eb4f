/* A form being filled in: typed answers, and what the form module says of them after every change.
 *
 * Invariants
 *  1. Rules are the module's alone; this file only keeps what was typed and decides when a fault is told:
 *     after a field was left, or after the person wanted to go on.
 *  2. A suggested value stands in its field until the person changes that field.
 *  3. Answers of hidden fields stay here (they may come back) and are left out when sent. */
import { computed, reactive, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { isBlank } from '../core/answers'
import type { Declaration, Field } from '../core/form-declaration'
import type { Answer, Answers, Issue, RowAnswer, RunInput, RunResult } from '../core/form-module'

export type RunContext = Omit<RunInput, 'answers' | 'confirmed'>

export interface FormSeed {
  answers: Answers
  touched: string[]
  confirmed: string[]
}

/* A field alone, or a now / target pair. Whether it is a pair is declared, so that its place on the
 * screen stays when the target comes and goes. */
export interface Block {
  key: string
  field: Field
  isPair: boolean
  target: Field | null /* shown now */
  isNarrow: boolean
}

export interface Step {
  section: number
  blocks: Block[]
}

export interface FormRun {
  readonly form: Declaration
  readonly answers: Answers
  readonly confirmed: Set<string>
  readonly touched: Set<string>
  readonly result: ShallowRef<RunResult>
  readonly steps: ComputedRef<Step[]>
  readonly context: RunContext
  set(field: string, answer: Answer): void
  confirm(key: string, isConfirmed: boolean): void
  leave(field: string): void
  /* Tells every fault of these fields from now on. */
  tellAll(fields: readonly string[]): void
  issuesOf(field: string): Issue[]
  /* Faults that keep the person from going on; without fields: all of them, the form's own too. */
  blocking(fields?: readonly string[]): Issue[]
  useSuggestion(field: string): void
  setContext(context: RunContext): void
  /* Faults that only the server found. */
  setServerIssues(issues: Issue[]): void
}

const SUGGESTION_ROUNDS = 5

/* What the previous record left to go on with. */
export function carriedAnswers(form: Declaration, previous: Answers): Answers {
  const carried: Answers = {}
  for (const field of form.fields) {
    const value = previous[field.id]
    if (field.isCarried && !field.isComputed && value !== undefined) carried[field.id] = copy(value)
  }
  return carried
}

function copy(answer: Answer): Answer {
  return JSON.parse(JSON.stringify(answer)) as Answer
}

export function createFormRun(
  form: Declaration,
  judge: (input: RunInput) => RunResult,
  start: RunContext,
  seed: FormSeed,
): FormRun {
  const answers = reactive<Answers>({})
  for (const [id, answer] of Object.entries(seed.answers)) if (form.byId.has(id)) answers[id] = copy(answer)
  const touched = reactive(new Set<string>(seed.touched))
  const confirmed = reactive(new Set<string>(seed.confirmed))
  const told = reactive(new Set<string>())
  const context = reactive({ ...start })
  const serverIssues = shallowRef<Issue[]>([])
  const result = shallowRef<RunResult>(evaluate())

  function evaluate(): RunResult {
    for (let round = 1; ; round++) {
      const found = judge({ ...context, answers, confirmed: [...confirmed] })
      let isSteady = true
      for (const [id, value] of found.suggested) {
        const field = form.byId.get(id)
        if (!field || touched.has(id) || field.type === 'codes' || field.type === 'rows') continue
        if (answers[id] === value) continue
        answers[id] = value
        isSteady = false
      }
      if (isSteady || round === SUGGESTION_ROUNDS) return found
    }
  }

  function refresh(): void {
    result.value = evaluate()
  }

  const steps = computed(() => buildSteps(form, result.value))

  function allIssues(): Issue[] {
    return serverIssues.value.length > 0 ? [...result.value.issues, ...serverIssues.value] : result.value.issues
  }

  return {
    form,
    answers,
    confirmed,
    touched,
    result,
    steps,
    context,
    set(field, answer) {
      answers[field] = answer
      touched.add(field)
      /* A confirmation holds for the value that was confirmed. */
      for (const key of [...confirmed]) {
        if (key === `${field}:usual` || key.startsWith(`${field}.`)) confirmed.delete(key)
      }
      serverIssues.value = serverIssues.value.filter((issue) => issue.field !== field)
      refresh()
    },
    confirm(key, isConfirmed) {
      if (isConfirmed) confirmed.add(key)
      else confirmed.delete(key)
      serverIssues.value = serverIssues.value.filter((issue) => issue.key !== key)
      refresh()
    },
    leave(field) {
      if (!isBlank(answers[field])) told.add(field)
    },
    tellAll(fields) {
      for (const field of fields) told.add(field)
    },
    issuesOf(field) {
      return told.has(field) ? allIssues().filter((issue) => issue.field === field) : []
    },
    blocking(fields) {
      return allIssues().filter(
        (issue) => (issue.isHard || !issue.isConfirmed) && (!fields || fields.includes(issue.field)),
      )
    },
    useSuggestion(field) {
      touched.delete(field)
      refresh()
    },
    setContext(next) {
      Object.assign(context, next)
      refresh()
    },
    setServerIssues(issues) {
      serverIssues.value = issues
      for (const issue of issues) told.add(issue.field)
    },
  }
}

/* A longer list than this is picked from a drop-down. */
const CHOICE_MOST = 6

/* Whether the field is answered by tapping one or several of its codes. */
export function isChoice(field: Field): boolean {
  return field.type === 'codes' || (field.type === 'code' && field.options.length <= CHOICE_MOST)
}

function isNumber(field: Field): boolean {
  return field.type === 'integer' || field.type === 'decimal'
}

/* What is computed from nothing yet is worth a place only where a number will stand. */
function hasPlace(field: Field, result: RunResult): boolean {
  return result.shown.has(field.id) && (!field.isComputed || isNumber(field) || result.computed.has(field.id))
}

function buildSteps(form: Declaration, result: RunResult): Step[] {
  const { shown } = result
  const targets = new Map(form.fields.filter((f) => f.targetOf && !f.isRetired).map((f) => [f.targetOf, f]))
  return form.sections
    .map((_, section) => ({
      section,
      blocks: form.fields
        .filter((field) => field.section === section && hasPlace(field, result))
        .filter((field) => !(field.targetOf && shown.has(field.targetOf)))
        .map((field): Block => {
          const target = targets.get(field.id)
          return {
            key: field.id,
            field,
            isPair: target !== undefined,
            target: target && shown.has(target.id) ? target : null,
            isNarrow: !target && (isNumber(field) || field.isComputed),
          }
        }),
    }))
    .filter((step) => step.blocks.some((block) => !block.field.isComputed))
}

export function stepFields(step: Step): string[] {
  return step.blocks.flatMap((block) => (block.target ? [block.field.id, block.target.id] : [block.field.id]))
}

/* Chooses or takes back one of several codes: an exclusive one stands alone. */
export function toggleCode(field: Field, chosen: readonly string[], code: string, isOn: boolean): string[] {
  const exclusive = new Set(field.options.filter((option) => option.isExclusive).map((option) => option.code))
  if (!isOn) return chosen.filter((other) => other !== code)
  const kept = exclusive.has(code) ? [] : chosen.filter((other) => !exclusive.has(other))
  const all = new Set([...kept, code])
  return field.options.map((option) => option.code).filter((other) => all.has(other))
}

export function emptyRow(field: Field): RowAnswer {
  const row: RowAnswer = {}
  for (const column of field.columns) row[column.id] = column.type === 'codes' ? [] : ''
  return row
}
