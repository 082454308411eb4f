/* The bridge to form.wasm: the same rules that the server runs. Loaded when a form is first opened;
 * speaks the text of src/form/README.md. */
import { decodeCells, encodeCells } from './cells'
import type { Declaration } from './form-declaration'
import type { Wording } from './types'

export type RowAnswer = Record<string, string | string[]>
/* As typed: text for one value, a list for several codes, rows for a small table. */
export type Answer = string | string[] | RowAnswer[]
export type Answers = Record<string, Answer>

export interface RunInput {
  happenedOn: string
  today: string
  sex: string
  birthDate: string
  /* ids of the programs that the person is in on the day */
  programs?: readonly string[]
  previousHappenedOn: string
  previous: Answers
  answers: Answers
  confirmed: readonly string[]
}

export interface Issue {
  kind: string
  isHard: boolean
  isConfirmed: boolean
  key: string
  field: string
  row: number | null
  column: string
  message: Wording
}

export interface Advice {
  id: string
  proposes: string
  urgency: string
  followUpDays: number
  message: Wording
  source: string
}

export interface RunResult {
  shown: Set<string>
  required: Set<string>
  computed: Map<string, string>
  suggested: Map<string, string>
  issues: Issue[]
  advice: Advice[]
  verdict: 'accepted' | 'confirm' | 'refused'
}

interface Exports {
  memory: WebAssembly.Memory
  _initialize?: () => void
  form_module_alloc(n: number): number
  form_module_load(address: number, n: number): number
  form_module_run(handle: number, address: number, n: number): number
  form_module_result(): number
  form_module_result_length(): number
  form_module_reset(): void
}

export class FormModule {
  private readonly encoder = new TextEncoder()
  private readonly decoder = new TextDecoder()
  private readonly handles = new Map<string, number>()

  private constructor(private readonly exports: Exports) {}

  static async open(bytes: BufferSource): Promise<FormModule> {
    const { instance } = await WebAssembly.instantiate(bytes, {})
    const exports = instance.exports as unknown as Exports
    exports._initialize?.()
    return new FormModule(exports)
  }

  load(wire: string): number {
    const known = this.handles.get(wire)
    if (known !== undefined) return known
    const { address, n } = this.write(wire)
    const handle = this.exports.form_module_load(address, n)
    if (handle < 0) throw new Error(`form module: ${this.read(this.exports.form_module_result())}`)
    this.handles.set(wire, handle)
    return handle
  }

  run(handle: number, form: Declaration, input: RunInput): RunResult {
    const { address, n } = this.write(encodeInput(form, input))
    return decodeResult(this.read(this.exports.form_module_run(handle, address, n)))
  }

  private write(text: string): { address: number; n: number } {
    const bytes = this.encoder.encode(text)
    const address = this.exports.form_module_alloc(bytes.length)
    new Uint8Array(this.exports.memory.buffer, address, bytes.length).set(bytes)
    return { address, n: bytes.length }
  }

  private read(address: number): string {
    const n = this.exports.form_module_result_length()
    return this.decoder.decode(new Uint8Array(this.exports.memory.buffer, address, n))
  }
}

/* Digits typed with a Chinese keyboard in full width, and its full stop, mean the ASCII ones. */
export function plainNumber(text: string): string {
  return text.normalize('NFKC').replace(/\u3002/g, '.').trim()
}

function plain(type: string, text: string): string {
  return type === 'integer' || type === 'decimal' ? plainNumber(text) : text
}

export function encodeInput(form: Declaration, input: RunInput): string {
  const lines: string[][] = [
    ['context', 'happened_on', input.happenedOn],
    ['context', 'today', input.today],
  ]
  if (input.sex) lines.push(['context', 'subject.sex', input.sex])
  if (input.birthDate) lines.push(['context', 'subject.birth_date', input.birthDate])
  if (input.programs?.length) lines.push(['context', 'subject.programs', ...input.programs])
  if (input.previousHappenedOn) {
    lines.push(['context', 'previous.happened_on', input.previousHappenedOn])
    for (const field of form.fields) {
      const value = input.previous[field.id]
      if (value === undefined || field.type === 'rows') continue
      if (Array.isArray(value)) lines.push(['previous_codes', field.id, ...(value as string[])])
      else if (value !== '') lines.push(['previous', field.id, value])
    }
  }
  for (const field of form.fields) {
    const value = input.answers[field.id]
    if (value === undefined || field.isComputed) continue
    if (field.type === 'rows') lines.push(...rowLines(form, field.id, value as RowAnswer[]))
    else if (Array.isArray(value)) lines.push(['codes', field.id, ...(value as string[])])
    else lines.push(['value', field.id, plain(field.type, value)])
  }
  for (const key of input.confirmed) lines.push(['confirmed', key])
  return encodeCells(lines)
}

function rowLines(form: Declaration, id: string, rows: RowAnswer[]): string[][] {
  const lines: string[][] = []
  rows.forEach((row, index) => {
    for (const column of form.byId.get(id)?.columns ?? []) {
      const value = row[column.id]
      if (value === undefined || value.length === 0) continue
      if (Array.isArray(value)) lines.push(['row_codes', id, String(index), column.id, ...value])
      else lines.push(['row', id, String(index), column.id, plain(column.type, value)])
    }
  })
  return lines
}

export function decodeResult(text: string): RunResult {
  const result: RunResult = {
    shown: new Set(), required: new Set(), computed: new Map(), suggested: new Map(),
    issues: [], advice: [], verdict: 'refused',
  }
  for (const cells of decodeCells(text)) {
    const [kind, a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = ''] = cells
    switch (kind) {
      case 'shown': result.shown.add(a); break
      case 'required': result.required.add(a); break
      case 'computed': result.computed.set(a, b); break
      case 'suggested': result.suggested.set(a, b); break
      case 'issue':
        result.issues.push({
          kind: a, isHard: b === '1', isConfirmed: c === '1', key: d, field: e,
          row: f === '' ? null : Number(f), column: g, message: { zh: h, en: i },
        })
        break
      case 'advice':
        result.advice.push({
          id: a, proposes: b, urgency: c, followUpDays: Number(d), message: { zh: e, en: f }, source: g,
        })
        break
      case 'verdict': result.verdict = a as RunResult['verdict']; break
      case 'error': throw new Error(`form module, line ${a}: ${c}`)
      default: throw new Error(`form module: unknown line ${kind}`)
    }
  }
  return result
}

let opening: Promise<FormModule> | undefined

/* The one module of this page. A failed load is tried again on the next call. */
export function openFormModule(): Promise<FormModule> {
  opening ??= load().catch((error: unknown) => {
    opening = undefined
    throw error
  })
  return opening
}

async function load(): Promise<FormModule> {
  const { default: address } = await import('virtual:form-module')
  const response = await fetch(address)
  if (!response.ok) throw new Error(`form module: ${response.status}`)
  return FormModule.open(await response.arrayBuffer())
}
