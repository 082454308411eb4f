/* The doctor's people as the phone keeps them, and what the server's pages about them say, made from this copy for the phone's own day.
 * No clock and no storage here. */
import { answersFromJson, answerText } from '../core/answers'
import type { Chart } from '../areas/charts/charts'
import { daysBetween } from '../core/dates'
import type { Declaration } from '../core/form-declaration'
import { say } from '../core/i18n'
import type {
  AnswersJson, Counts, DueItem, DueList, FormContext, FoundResident, Obligation, ObligationState, RecordBrief, RecordPage, ResidentBrief,
  ResidentPage, ShownValue, Visit,
} from '../core/types'
import type { Delta, Head, KeptObligation, KeptRecord, KeptRule, Person } from './wire'

/* What was filled in here and is not at the server yet. */
export interface WaitingRecord {
  id: string
  form: string
  form_version: string
  subject: string
  happened_on: string
  made_at: string
  amends?: string
  answers: AnswersJson
}

type Options = Record<string, string | number | undefined>

const OWED: readonly string[] = ['overdue', 'due', 'open']
const LIST = 50

export function ageOn(birth: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4))
  return day.slice(5) < birth.slice(5) ? years - 1 : years
}

export function stateOn(kept: KeptObligation, notice: number, day: string): Obligation['state'] {
  if (kept.met_on && kept.met_on <= day) return 'met'
  if (kept.waived_on && kept.waived_on <= day) return 'waived'
  if (day < kept.opens_on) return kept.spared_on && kept.spared_on <= day ? 'waived' : 'closed'
  if (kept.closes_on && day > kept.closes_on) return 'missed'
  if (day > kept.due_on) return 'overdue'
  return daysBetween(day, kept.due_on) <= notice ? 'due' : 'open'
}

/* A day that does not exist is the last of its month. */
export function addMonths(day: string, n: number): string {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + n
  const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate()
  return new Date(Date.UTC(Math.floor(month / 12), month % 12, Math.min(last, Number(day.slice(8))))).toISOString().slice(0, 10)
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export class Copy {
  head: Head | undefined
  readonly people = new Map<string, Person>()
  readonly forms = new Map<string, Declaration>()
  waiting: readonly WaitingRecord[] = []
  sent: readonly WaitingRecord[] = [] /* the server has them, and the copy is older */
  me = { id: '', name: '' }
  private rules = new Map<number, KeptRule>()

  take({ head, people, drops }: Delta): void {
    if (head.whole) this.people.clear()
    this.setHead(head)
    for (const person of people) this.people.set(person.id, person)
    for (const { id } of drops) this.people.delete(id)
  }

  setHead(head: Head): void {
    this.head = head
    this.rules = new Map(head.rules.map((rule) => [rule.key, rule]))
  }

  clear(): void {
    this.head = undefined
    this.people.clear()
    this.forms.clear()
    this.waiting = []
    this.sent = []
    this.rules.clear()
  }

  /* ---- People ---- */

  brief(person: Person, day: string): ResidentBrief {
    const { id, name, sex, birth_date, area, area_name, area_name_en } = person.resident
    const programs = (person.programs ?? []).map(({ id: program }) => this.program(program)).filter(Boolean) as ResidentBrief['programs']
    return { id, name, sex, birth_date, area, area_name, area_name_en, age: ageOn(birth_date, day), programs }
  }

  private program(id: string) {
    return this.head?.programs.find((program) => program.id === id)
  }

  /* By name or part of it, by initials, by the last four of number or phone. */
  search(words: string, day: string): { items: FoundResident[] } {
    const asked = words.trim().toLowerCase()
    const isTail = /^[\dx]{4}$/.test(asked)
    const found = [...this.people.values()].filter(({ resident: { name, initials = [], id_number_masked = '', phone_masked = '' } }) =>
      asked !== '' && (name.toLowerCase().includes(asked) || initials.some((one) => one.startsWith(asked))
        || (isTail && (id_number_masked.toLowerCase().endsWith(asked) || phone_masked.endsWith(asked)))))
    found.sort((a, b) => compare(a.resident.initials?.[0] ?? '', b.resident.initials?.[0] ?? '') || compare(a.id, b.id))
    const items = found.slice(0, LIST).map((person) => {
      const { id_number_masked, phone_masked } = person.resident
      return { ...this.brief(person, day), id_number_masked, phone_masked }
    })
    return { items }
  }

  /* ---- Records ---- */

  /* Also what waits here, newest first; what is amended by something of here stands no more. */
  private recordsOf(person: Person): KeptRecord[] {
    const known = new Set((person.records ?? []).map(({ id }) => id))
    const ours = [...this.waiting, ...this.sent.filter(({ id }) => !known.has(id))].filter(({ subject }) => subject === person.id)
    const amended = new Set(ours.map(({ amends }) => amends))
    const own = ours.filter(({ id }) => !amended.has(id))
    const kept = (person.records ?? []).filter(({ id }) => !amended.has(id) && !own.some((one) => one.id === id))
    const waiting = own.map(({ made_at, ...record }) => ({
      ...record, recorded_at: made_at, facility: this.head?.facility.code ?? '', performed_by: this.me.id, performed_by_name: this.me.name,
    }))
    return [...waiting, ...kept].sort((a, b) => compare(b.happened_on, a.happened_on) || compare(b.recorded_at, a.recorded_at))
  }

  private valuesOf({ form, answers }: KeptRecord): ShownValue[] {
    const declaration = this.forms.get(form)
    const summary = this.head?.forms.find(({ id }) => id === form)?.summary
    if (!declaration || !summary || !answers) return []
    const typed = answersFromJson(declaration, answers)
    return summary.flatMap((id) => {
      const field = declaration.byId.get(id)
      const text = field ? answerText(field, typed[id], say) : ''
      return field && text !== '' ? [{ field: id, label: field.label, text }] : []
    })
  }

  private recordBrief(record: KeptRecord): RecordBrief {
    const title = this.head?.forms.find(({ id }) => id === record.form)?.title ?? { zh: record.form, en: record.form }
    return {
      id: record.id, form: record.form, form_title: title, happened_on: record.happened_on, recorded_at: record.recorded_at,
      facility: record.facility, performed_by: record.performed_by ?? null, performed_by_name: record.performed_by_name ?? '',
      is_ended: false, end_reason: null, amends: record.amends ?? null, summary: this.valuesOf(record),
      is_waiting: this.waiting.some(({ id }) => id === record.id),
    }
  }

  timeline(id: string, { form, program }: Options): { records: RecordBrief[]; next: null } | undefined {
    const person = this.people.get(id)
    if (!person) return undefined
    const ofProgram = new Set([...this.rules.values()].filter((rule) => rule.program === program).map((rule) => rule.form))
    const records = this.recordsOf(person).filter((record) => (!form || record.form === form) && (!program || ofProgram.has(record.form)))
    return { records: records.map((record) => this.recordBrief(record)), next: null }
  }

  record(id: string): RecordPage | undefined {
    for (const person of this.people.values()) {
      const record = this.recordsOf(person).find((one) => one.id === id)
      if (record) {
        return {
          ...this.recordBrief(record), form_version: record.form_version, subject: person.id, answers: record.answers ?? {}, attachments: [], chain: [],
        }
      }
    }
    return undefined
  }

  /* Of the records that are kept: the last few of each form. */
  charts(id: string, day: string): { charts: Chart[] } | undefined {
    const person = this.people.get(id)
    if (!person) return undefined
    const records = this.recordsOf(person).reverse()
    const { sex, birth_date } = person.resident
    const age = ageOn(birth_date, day)
    const charts = (this.head?.charts ?? []).map(({ lines, limits, band, ...chart }): Chart => ({
      ...chart,
      lines: lines.map(({ title, fields }) => ({
        title,
        values: records.flatMap((record) => {
          const field = fields.find(([form, name]) => form === record.form && typeof record.answers?.[name] === 'number')
          return field ? [{ on: record.happened_on, value: record.answers![field[1]] as number, record: record.id }] : []
        }),
      })),
      limits: limits.filter(({ age_from, age_before }) => age >= age_from && age < age_before),
      band: band?.[sex]?.map(([month, low, high]) => ({ on: addMonths(birth_date, month), low, high })),
    }))
    return { charts: charts.filter(({ lines }) => lines.some(({ values }) => values.length > 0)) }
  }

  /* Records of a form on a day that the doctor could see when he wrote another one. */
  knownOn(subject: string, form: string, day: string): string[] {
    return (this.people.get(subject)?.records ?? []).filter((one) => one.form === form && one.happened_on === day).map(({ id }) => id)
  }

  context(form: string, subject: string, day: string, asked: Options): FormContext | undefined {
    const person = this.people.get(subject)
    if (!person) return undefined
    const records = this.recordsOf(person)
    const amends = asked['amends']
    const on = String(asked['on'] ?? records.find(({ id }) => id === amends)?.happened_on ?? day)
    const previous = records.find((one) => one.form === form && one.id !== amends && (amends ? one.happened_on < on : one.happened_on <= on))
    const { sex, birth_date } = person.resident
    return {
      happened_on: on, today: day, earliest: null, may_backdate: false, performers: [],
      subject: { sex, birth_date, programs: (person.programs ?? []).filter((one) => one.enrolled_on <= on).map(({ id }) => id) },
      previous: previous ? { id: previous.id, happened_on: previous.happened_on, answers: previous.answers ?? {} } : null,
    }
  }

  /* ---- What is owed ---- */

  /* Something of this form, filled in here within the window: done, and waiting to be sent, or sent already. */
  private isDone(records: readonly WaitingRecord[], person: Person, kept: KeptObligation, form: string): boolean {
    return records.some((one) => one.subject === person.id && one.form === form && !one.amends
      && one.happened_on >= kept.opens_on && (!kept.closes_on || one.happened_on <= kept.closes_on))
  }

  private obligationsOf(person: Person, day: string): Obligation[] {
    const lines = (person.obligations ?? []).flatMap((kept) => {
      const rule = this.rules.get(kept.rule)
      return rule ? [{ kept, rule, line: this.line(person, kept, rule, day) }] : []
    })
    lines.sort((a, b) => compare(a.kept.due_on, b.kept.due_on) || compare(a.rule.program, b.rule.program)
      || compare(a.rule.obligation, b.rule.obligation) || compare(a.kept.closes_on ?? '~', b.kept.closes_on ?? '~'))
    const together = lines.filter(({ rule, line }) => OWED.includes(line.state) && !rule.is_alone)
    if (together.length > 1) for (const { line } of together) line.visit = together.length
    return lines.map(({ line }) => line)
  }

  private line(person: Person, kept: KeptObligation, rule: KeptRule, day: string): Obligation {
    const item = rule.items?.find(({ id }) => id === kept.item)
    let state: Obligation['state'] = stateOn(kept, rule.notice_days, day)
    if (OWED.includes(state) && this.isDone(this.waiting, person, kept, rule.form)) state = 'waiting'
    else if (OWED.includes(state) && this.isDone(this.sent, person, kept, rule.form)) state = 'met'
    return {
      program: rule.program, program_title: this.program(rule.program)?.title ?? { zh: rule.program, en: rule.program },
      obligation: rule.obligation, title: item?.title ?? rule.title, form: rule.form, item: kept.item ?? null,
      opens_on: kept.opens_on, due_on: kept.due_on, closes_on: kept.closes_on ?? null, due_at: kept.due_at ?? null,
      done: kept.done ?? 0, needed: kept.needed ?? 1,
      state,
      days_late: state === 'overdue' ? daysBetween(kept.due_on, day) : 0,
    }
  }

  page(id: string, day: string): ResidentPage | undefined {
    const person = this.people.get(id)
    if (!person) return undefined
    const told = new Set<string>()
    const obligations = this.obligationsOf(person, day).filter((line) => {
      const rule = `${line.program} ${line.obligation}`
      if (['met', 'missed', 'waived'].includes(line.state)) return true
      if (line.state === 'closed' && told.has(rule)) return false
      told.add(rule)
      return true
    })
    const { initials: _initials, ...resident } = person.resident
    return {
      resident: { ...resident, age: ageOn(resident.birth_date, day) },
      programs: (person.programs ?? []).map(({ id: program, enrolled_on }) => ({ tag: program, title: { zh: program, en: program }, ...this.program(program), id: program, enrolled_on })),
      obligations,
      records: this.recordsOf(person).map((record) => this.recordBrief(record)),
    }
  }

  private last(person: Person, form: string): Obligation['last'] {
    if (!this.head?.forms.find(({ id }) => id === form)?.summary) return undefined
    const record = this.recordsOf(person).find((one) => one.form === form)
    return record ? { happened_on: record.happened_on, values: this.valuesOf(record) } : null
  }

  dueList(day: string, asked: Options): DueList {
    const states = String(asked['state'] || OWED.join()).split(',')
    const inArea = (person: Person) => !asked['area'] || person.resident.area.startsWith(String(asked['area']))
    const owed = [...this.people.values()].filter(inArea).flatMap((person) =>
      this.obligationsOf(person, day).filter(({ state }) => OWED.includes(state) || state === 'waiting').map((line) => ({ person, line })))
    const none = (): Counts => ({ overdue: 0, due: 0, open: 0, waiting: 0 })
    const programs = new Map<string, DueList['by_program'][0]>()
    const counts = none()
    for (const { line } of owed) {
      const program = programs.get(line.program) ?? { program: line.program, title: line.program_title, ...none() }
      programs.set(line.program, program)
      program[line.state as ObligationState]!++
      if (!asked['program'] || asked['program'] === line.program) counts[line.state as ObligationState]!++
    }
    const isAll = OWED.every((state) => states.includes(state))
    const shown = owed.filter(({ line }) => (!asked['program'] || line.program === asked['program'])
      && (states.includes(line.state) || (isAll && line.state === 'waiting')))
    const rank = (line: Obligation) => (line.state === 'waiting' ? 0 : 1) /* on the first page, whatever comes */
    shown.sort((a, b) => rank(a.line) - rank(b.line) || compare(a.line.due_on, b.line.due_on) || compare(a.line.program, b.line.program)
      || compare(a.line.obligation, b.line.obligation) || compare(a.person.id, b.person.id))
    const from = Number(asked['after'] ?? 0)
    const to = from + Number(asked['limit'] ?? LIST)
    const page = shown.slice(from, to)
    const items = page.map(({ person, line }) => ({ ...line, last: this.last(person, line.form), resident: this.brief(person, day) }) as DueItem)
    const visits: Visit[] = [...new Set(page.map(({ person }) => person))].flatMap((person) => {
      const together = this.obligationsOf(person, day).filter(({ visit }) => visit)
      return together.length > 1 ? [{ resident: person.id, items: together.map(({ title, form }) => ({ title, form })) }] : []
    })
    return { on: day, counts, by_program: [...programs.values()].sort((a, b) => compare(a.program, b.program)), items, visits, next: to < shown.length ? String(to) : null }
  }
}
