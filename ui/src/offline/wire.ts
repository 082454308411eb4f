/* What POST /api/sync sends, a line each, and reading it: whole or not at all. Members that are empty are absent. */
import type { AnswersJson, Wording } from '../core/types'

export interface KeptRule {
  key: number
  program: string
  obligation: string
  title: Wording
  form: string
  notice_days: number
  is_alone: boolean
  items?: { id: string; title: Wording }[]
}

export interface Head {
  sequence: number
  whole: boolean
  on: string
  now: string
  account: string
  people: number
  facility: { code: string; name: string; name_en?: string }
  forms: { id: string; version: string; title: Wording; summary?: string[] }[]
  programs: { id: string; title: Wording; tag: Wording }[]
  rules: KeptRule[]
  charts?: KeptChart[]
}

export interface KeptChart {
  id: string
  title: Wording
  unit: Wording
  lines: { title: Wording; fields: [form: string, field: string][] }[]
  limits: { title: Wording; value: number; age_from: number; age_before: number }[]
  band_title?: Wording
  band?: Record<string, [month: number, low: number, high: number][]>
}

export interface KeptObligation {
  rule: number
  item?: string
  opens_on: string
  due_on: string
  closes_on?: string
  due_at?: string
  done?: number
  needed?: number
  met_by?: string
  met_on?: string
  waived_on?: string
  spared_on?: string
}

export interface KeptRecord {
  id: string
  form: string
  form_version: string
  happened_on: string
  recorded_at: string
  facility: string
  performed_by?: string
  performed_by_name?: string
  amends?: string
  answers?: AnswersJson
}

export interface Person {
  id: string
  resident: {
    id: string
    name: string
    sex: string
    birth_date: string
    area: string
    area_name: string
    area_name_en?: string
    record_number?: string
    id_number_masked?: string
    phone_masked?: string
    address?: string
    household?: string
    registered_on?: string
    initials?: string[]
  }
  programs?: { id: string; enrolled_on: string }[]
  obligations?: KeptObligation[]
  records?: KeptRecord[]
}

export interface Delta {
  head: Head
  people: Person[]
  drops: { id: string; why: string }[]
}

type Line =
  | ({ kind: 'head' } & Head)
  | ({ kind: 'subject' } & Person)
  | { kind: 'drop'; id: string; why: string }
  | { kind: 'end'; sequence: number; subjects: number; drops: number }

/* Gathers lines; `end` gives what came, and throws when it is not whole. */
export class DeltaReader {
  private head: Head | undefined
  private readonly people: Person[] = []
  private readonly drops: { id: string; why: string }[] = []
  private last: Extract<Line, { kind: 'end' }> | undefined

  add(text: string): void {
    if (text === '') return
    if (this.last) throw new Error('sync: a line after the end')
    const line = JSON.parse(text) as Line
    if ((line.kind === 'head') !== (this.head === undefined)) throw new Error('sync: the head stands first, once')
    switch (line.kind) {
      case 'head': this.head = line; break
      case 'subject': this.people.push(line); break
      case 'drop': this.drops.push({ id: line.id, why: line.why }); break
      case 'end': this.last = line; break
    }
  }

  end(): Delta {
    const { head, people, drops, last } = this
    if (!head || !last || last.sequence !== head.sequence || last.subjects !== people.length || last.drops !== drops.length) {
      throw new Error('sync: cut off')
    }
    return { head, people, drops }
  }
}

export async function readDelta(body: ReadableStream<Uint8Array>, hear: () => void = () => undefined): Promise<Delta> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const delta = new DeltaReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    hear()
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach((line) => delta.add(line))
    if (done) break
  }
  delta.add(rest)
  return delta.end()
}
