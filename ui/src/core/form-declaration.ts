/* A form's declaration as the renderer reads it: parsed from the same text that the form module
 * loads (src/form/README.md), so screen and rules cannot disagree. */
import { decodeCells } from './cells'
import type { Wording } from './types'

export type FieldType = 'text' | 'integer' | 'decimal' | 'date' | 'code' | 'codes' | 'rows' | 'attachment'

export interface CodeOption {
  code: string
  label: Wording
  isExclusive: boolean
  details: string
}

export interface Field {
  id: string
  type: FieldType
  section: number
  label: Wording
  hint?: Wording
  unit?: Wording
  places: number
  length: number
  range?: [number, number]
  options: CodeOption[]
  isComputed: boolean
  isCarried: boolean
  isMultiline: boolean
  isRetired: boolean
  isSealed: boolean
  targetOf: string
  refersTo: string /* facility, area, staff, or a kind that a pack registers: the answer is a code; options are those known by name */
  rowMost: number /* lines, or files */
  kilobytesMost: number /* of a file */
  columns: Field[]
}

export interface Declaration {
  id: string
  version: string
  title: Wording
  sections: { id: string; title: Wording }[]
  fields: Field[]
  byId: Map<string, Field>
}

const FIELD_TYPES: readonly string[] = ['text', 'integer', 'decimal', 'date', 'code', 'codes', 'rows', 'attachment']

function newField(id: string, type: string, section: number, zh: string, en: string): Field {
  if (!FIELD_TYPES.includes(type)) throw new Error(`declaration: unknown type ${type}`)
  return {
    id,
    type: type as FieldType,
    section,
    label: { zh, en },
    places: 0,
    length: 0,
    options: [],
    isComputed: false,
    isCarried: false,
    isMultiline: false,
    isRetired: false,
    isSealed: false,
    targetOf: '',
    refersTo: '',
    rowMost: 20,
    kilobytesMost: 0,
    columns: [],
  }
}

function setAttribute(field: Field, cells: string[], lists: Map<string, CodeOption[]>): void {
  const [name, a = '', b = ''] = cells
  switch (name) {
    case 'hint': field.hint = { zh: a, en: b }; break
    case 'unit': field.unit = { zh: a, en: b }; break
    case 'places': field.places = Number(a); break
    case 'length': field.length = Number(a); break
    case 'range': field.range = [Number(a), Number(b)]; break
    case 'list': field.options = lists.get(a) ?? []; break
    case 'rows': case 'files': field.rowMost = Number(a); break
    case 'kilobytes': field.kilobytesMost = Number(a); break
    case 'computed': field.isComputed = true; break
    case 'carried': field.isCarried = true; break
    case 'multiline': field.isMultiline = true; break
    case 'retired': field.isRetired = true; break
    case 'sealed': field.isSealed = true; break
    case 'refers_to': field.refersTo = a; break
    case 'target_of': field.targetOf = a; break
    default: /* rules and the rest are for the module, whose results say what the screen needs */
  }
}

export function parseDeclaration(wire: string): Declaration {
  const form: Declaration = {
    id: '', version: '', title: { zh: '', en: '' }, sections: [], fields: [], byId: new Map(),
  }
  const lists = new Map<string, CodeOption[]>()
  let list: CodeOption[] = []
  let field: Field | undefined
  let target: Field | undefined
  let isEnded = false
  for (const cells of decodeCells(wire)) {
    const [kind, a = '', b = '', c = '', d = '', e = ''] = cells
    switch (kind) {
      case 'catchment-form':
        if (a !== '1') throw new Error('declaration: unknown version')
        break
      case 'form':
        form.id = a
        form.version = c
        form.title = { zh: cells[8] ?? '', en: cells[9] ?? '' }
        break
      case 'section': form.sections.push({ id: a, title: { zh: b, en: c } }); break
      case 'codes': lists.set(a, (list = [])); break
      case 'option': list.push({ code: a, isExclusive: b === '1', details: c, label: { zh: d, en: e } }); break
      case 'field':
        field = target = newField(a, b, Number(c), d, e)
        form.fields.push(field)
        form.byId.set(a, field)
        break
      case 'column':
        if (!field) throw new Error('declaration: column without field')
        target = newField(a, b, field.section, c, d)
        field.columns.push(target)
        break
      case 'check': case 'advice': target = undefined; break
      case 'parameter':
      case 'table':
      case 'key':
      case 'numbers': break /* of the rules, for the module */
      case 'end': isEnded = true; break
      default:
        if (!target) throw new Error(`declaration: unknown line ${kind}`)
        setAttribute(target, cells, lists)
    }
  }
  if (!isEnded) throw new Error('declaration: cut off')
  return form
}
