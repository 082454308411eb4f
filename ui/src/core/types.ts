/* What the API sends and takes: the shapes of src/web. */

export interface Wording {
  zh: string
  en: string
}

export interface Account {
  id: string
  login: string
  name: string
  role: string
  role_title: Wording
  facility: { code: string; name: string; name_en?: string; level?: number }
  permissions: string[]
  /* what this login is for, of those that the role allows; rows: without identity */
  purpose: string
  purposes: string[]
  sees_rows: boolean
  sees_persons: boolean
  grants?: string[] /* the relations that it may give */
  has_areas?: boolean /* false: numbers by area are of nobody */
  /* the password was set by somebody else: nothing but changing it is open */
  must_change?: boolean
}

export interface Session {
  account: Account
  csrf: string
  place: { code: string; name: string; name_en: string }
  today: string
  is_demo: boolean
}

/* A county that somebody of the city above it looks into. */
export interface Member {
  code: string
  name: Wording
}

export interface Demo {
  is_demo: boolean
  today?: string
  accounts?: { login: string; password: string; title: Wording; hint: Wording; place?: Wording; facility: { code: string | null; name?: Wording } }[]
}

export interface ProgramTag {
  id: string
  tag: Wording | string
  title?: Wording
}

export interface ResidentBrief {
  id: string
  name: string
  sex: string
  age: number
  age_group?: string /* instead of name and day of birth, to who sees no persons */
  birth_date: string
  area: string
  area_name: string
  area_name_en?: string | null
  programs: ProgramTag[]
}

/* waiting: done here, and not sent yet; of the phone's own list */
export type ObligationState = 'overdue' | 'due' | 'open' | 'waiting'

export interface ShownValue {
  field: string
  label: Wording
  text: Wording | string
}

export interface Reason {
  rule: string
  source: string
  source_title: Wording
  records: string[]
  text: Wording
}

export interface Obligation {
  program: string
  program_title: Wording
  obligation: string
  title: Wording
  form: string
  opens_on: string
  due_on: string
  closes_on: string | null
  item: string | null
  due_at: string | null /* "09:30" of due_on */
  done: number
  needed: number
  state: ObligationState | 'closed' | 'met' | 'missed' | 'waived'
  waived_until?: string | null
  waiver?: string | null
  days_late: number
  last?: { happened_on: string; values: ShownValue[] } | null
  why?: Reason[]
  visit?: number /* so many things of this person can be done at one visit */
}

/* A facility above or below another one: its page opens only where the reader sees it. */
export interface NeighbourPlace extends NamedPlace {
  is_seen: boolean
}

/* A facility, a township, a member of staff, or what a pack registers: an agreement. */
export interface SubjectBrief {
  id: string
  kind: string
  kind_title?: Wording
  code?: string | null
  name: Wording
}

export type DueItem = Obligation &
  ({ resident: ResidentBrief; subject?: undefined } | { resident?: undefined; subject: SubjectBrief })

/* What one visit can do, also what stands on other pages of the list. */
export interface Visit {
  resident: string
  items: { title: Wording; form: string }[]
}

export type Counts = Record<Exclude<ObligationState, 'waiting'>, number> & { waiting?: number }

export interface DueList {
  on: string
  counts: Counts
  by_program: ({ program: string; title: Wording } & Counts)[]
  items: DueItem[]
  visits: Visit[]
  next: string | null
}

export interface FoundResident extends ResidentBrief {
  id_number_masked?: string
  phone_masked?: string
}

export interface RecordBrief {
  id: string
  form: string
  form_title: Wording
  happened_on: string
  recorded_at: string
  facility: string
  performed_by?: string | null
  facility_name?: Wording
  performed_by_name: string
  recorded_by?: string
  recorded_by_name?: string
  is_ended: boolean
  end_reason: string | null
  amends: string | null
  amended_by?: string | null
  summary: ShownValue[]
  files?: number
  is_waiting?: boolean /* not at the server yet */
}

/* A file that an answer of a record names. */
export interface RecordFile {
  field: string
  hash: string
  type: string
  bytes: number
}

/* The versions of a record, with what each changed in the one before. */
export interface RecordHistory {
  versions: {
    id: string
    reason?: string | null
    changes: { field: string; label?: Wording; before?: Wording; after?: Wording }[]
  }[]
}

/* One version of a record that was amended: its header. */
export type RecordVersion = Omit<RecordBrief, 'summary'> & { form_version: string }

export interface ResidentPage {
  resident: {
    id: string
    name: string
    sex: string
    birth_date: string
    age: number
    area: string
    area_name: string
  area_name_en?: string | null
    record_number?: string | null
    id_number_masked?: string | null
    phone_masked?: string | null
    address?: string | null
    household?: string | null
    registered_on?: string | null
  }
  programs: { id: string; title: Wording; tag: Wording | string; enrolled_on: string }[]
  obligations: Obligation[]
  records: RecordBrief[]
}

export interface SubjectPage {
  subject: SubjectBrief
  valid_from: string
  valid_to?: string | null
  parties: { field?: string; facility?: string; area?: string }[]
  facility?: { kind_title: Wording; ownership_title: Wording; status_title: Wording; level: number; area?: string | null; licence_no?: string | null; licence_to?: string | null; parent?: NeighbourPlace | null; below: NeighbourPlace[] }
  registered?: SubjectBrief[] /* what packs register and a facility has part in, by kind */
  obligations?: (Obligation & { owner?: NamedPlace | null })[]
  records?: RecordBrief[]
}

export interface FormBrief {
  id: string
  title: Wording
  version: string
  program: string | null
  subject: string
  registers: boolean /* its records make, change and end the subjects of its kind */
  opens_file?: boolean /* who has such a record has a health record */
  opens_file_below?: number /* years: it is not for those who are older */
}

/* offers: whom each form is for, a form of checks; a copy made by an older version of the app has none */
export interface FormList {
  forms: FormBrief[]
  offers?: string
}

export interface FormDefinition {
  id: string
  version: string
  title: Wording
  wire: string
}

/* One answer as JSON: text, date and code as text, numbers as numbers, several codes, rows. */
export type AnswerJson = string | number | string[] | Record<string, string | number | string[] | null>[] | null
export type AnswersJson = Record<string, AnswerJson>

/* Somebody on duty on the day, at a facility that the writer sees. */
export interface Performer {
  id: string
  name: string
  facility: string
  facility_name: Wording
}

export interface FormContext {
  happened_on: string
  today: string
  subject: { sex?: string | null; birth_date?: string | null; programs?: string[] }
  previous: { id: string; happened_on: string; answers: AnswersJson } | null
  earliest?: string | null
  may_backdate: boolean
  performers: Performer[]
}

export interface Receipt {
  id: string
  rev: number
  was_known: boolean
  is_waiting?: boolean /* not at the server yet: the phone keeps it */
  advice: { id: string; message: Wording; proposes?: string; urgency?: string; follow_up_days?: number }[]
  obligations: Obligation[]
}

/* What an answer refers to, by name. */
export interface Reference {
  kind: string
  code: string
  name: Wording
}

export interface RecordPage extends RecordBrief {
  form_version: string
  subject: string
  subject_kind?: string
  answers: AnswersJson
  references?: Reference[]
  reason?: string | null
  may_void?: boolean
  attachments: RecordFile[]
  chain: RecordVersion[]
}

export interface ProblemItem {
  code: string
  where?: string
  text: Wording
  soft?: boolean
  confirm?: string
}

export interface Problem {
  title?: string
  titles?: Wording
  status: number
  code: string
  problems?: ProblemItem[]
  request_id?: string
}

export interface AreaNumbers extends Counts {
  days_late_mean: number
  days_late_most: number
}

export interface NamedPlace {
  code: string
  name: string
  name_en?: string | null
}

export interface AreaRow extends NamedPlace, AreaNumbers {
  level: number
  facilities: NamedPlace[]
  /* is_few: of a sensitive kind there are some, fewer than few_below; the numbers are 0 and in no sum */
  by_program: ({ program: string; is_few?: boolean } & AreaNumbers)[]
}

export interface Overview {
  on: string
  few_below: number
  area: NamedPlace | null
  programs: { program: string; title: Wording; tag: Wording }[]
  areas: AreaRow[]
}

export interface SystemState {
  version: string
  now: string
  started_at: string
  place: NamedPlace & { rev: number }
  database: { engine: string; version: string; bytes: number; migration: number }
  packs: { pack: string; title: Wording; version: string; hash: string; loaded_at: string }[]
  accounts: { role: string; title: Wording; is_known: boolean; accounts: number; disabled: number }[]
  work: { sessions: number; stale_subjects: number; audit_queued: number; writes_queued: number }
  audit: { entries: number; chains: number; checkpoint: { number: number; writer: string; signed_at: string } | null }
}

/* One entry of the audit; of a person's page without account, subject, object and detail. */
export interface AuditLine {
  at: string
  action: string
  account?: string | null
  name?: string
  role_title?: Wording
  facility_name?: string
  facility_name_en?: string
  subject?: string
  object?: string | null
  detail?: string
}

export interface Emergency {
  id: string
  opened_at: string
  account_name?: string
  role_title: Wording
  facility_name?: string
  facility_name_en?: string
  was_found: boolean
  is_own: boolean
  reason: string
  verdict?: string
  note?: string
  reviewer_name?: string
}
