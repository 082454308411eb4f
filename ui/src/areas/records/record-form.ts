/* Everything a form page needs before it can be shown, and sending it afterwards. */
import { answersFromJson, answersToJson } from '../../core/answers'
import { ApiError } from '../../core/api'
import { drafts, type Draft } from '../../core/drafts'
import { openFormModule, type Answers, type Issue } from '../../core/form-module'
import { say } from '../../core/i18n'
import { pageOf, personLine } from '../../core/people'
import { api, learnToday, session } from '../../core/session'
import type { FormContext, Performer, ProblemItem, Receipt, RecordPage, ResidentPage, SubjectPage } from '../../core/types'
import { newId } from '../../core/uuid'
import { carriedAnswers, createFormRun, type FormRun, type RunContext } from '../../forms/form-run'
import { nameAnswers, nameReferences, openForm } from './record-forms'
import { draftName, findServerDraft, newerDraft, type FormRequest } from './server-drafts'
import type { Declaration } from '../../core/form-declaration'

/* Who may be said to have served on the day, and how far back the form goes. */
export interface Served {
  performers: Performer[]
  earliest: string
  mayBackdate: boolean
}

/* Whom the record is about. */
export interface Who {
  name: string
  line: string
  page: string
  isNew?: boolean
}

export interface OpenedRecordForm {
  run: FormRun
  served: Served
  who: Who
  draft: Draft
  isResumed: boolean
  amended: RecordPage | null
}

function accountId(): string {
  return session.current?.account.id ?? ''
}

export function saveDraft(request: FormRequest, draft: Draft): void {
  if (accountId()) drafts.write(accountId(), request.subject, draftName(request), draft)
}

export interface Context {
  run: RunContext
  served: Served
}

/* What the form reads of the one it is about on a day; without one on the server's own. */
export async function readContext(form: Declaration, request: FormRequest, on?: string): Promise<Context> {
  const context = await api.get<FormContext>(`/forms/${encodeURIComponent(request.form)}/context`, {
    [request.kind === 'resident' ? 'resident' : 'subject']: request.subject, on, amends: request.amends || undefined,
  })
  const { happened_on: happenedOn, today } = context
  learnToday(today)
  return {
    run: {
      happenedOn,
      today,
      sex: context.subject.sex ?? '',
      birthDate: context.subject.birth_date ?? '',
      programs: context.subject.programs ?? [],
      previousHappenedOn: context.previous?.happened_on ?? '',
      previous: context.previous ? answersFromJson(form, context.previous.answers) : {},
    },
    served: { performers: context.performers, earliest: context.earliest ?? '', mayBackdate: context.may_backdate },
  }
}

async function readWho({ subject, kind, isNew }: FormRequest): Promise<Who> {
  if (isNew) return { name: '', line: '', page: '/subjects', isNew }
  const page = pageOf(subject, kind)
  if (kind === 'resident') {
    const { resident } = await api.get<ResidentPage>(`/residents/${encodeURIComponent(subject)}`)
    return { name: resident.name, line: personLine(resident), page }
  }
  const { subject: known } = await api.get<SubjectPage>(`/subjects/${encodeURIComponent(kind)}/${encodeURIComponent(subject)}`)
  return { name: say(known.name), line: say(known.kind_title), page }
}

/* A draft in hand goes before the one kept on the device. */
export async function openRecordForm(request: FormRequest, inHand?: Draft): Promise<OpenedRecordForm> {
  const [{ declaration, wire }, module, who, amended, server] = await Promise.all([
    openForm(request.form),
    openFormModule(),
    readWho(request),
    request.amends ? api.get<RecordPage>(`/records/${encodeURIComponent(request.amends)}`) : null,
    inHand ? null : findServerDraft(request),
  ])
  const kept = inHand ?? newerDraft(drafts.read(accountId(), request.subject, draftName(request)), server)
  const { run: context, served } = await readContext(declaration, request, kept?.happenedOn || amended?.happened_on)
  const { happenedOn } = context
  const first: Answers = amended ? answersFromJson(declaration, amended.answers) : carriedAnswers(declaration, context.previous)
  const draft: Draft = kept ?? {
    id: request.corrects || newId(), happenedOn, answers: first, touched: amended ? Object.keys(first) : [], confirmed: [], step: -1, reason: '',
    performer: amended?.performed_by ?? accountId(),
  }
  who.name = who.name || say(declaration.title)
  nameReferences(declaration, amended?.references)
  await nameAnswers(declaration, { ...context.previous, ...draft.answers })
  const handle = module.load(wire)
  const run = createFormRun(declaration, (input) => module.run(handle, declaration, input), context, draft)
  return { run, served, who, draft, isResumed: kept !== null, amended }
}

export function isLate(served: Served, day: string): boolean {
  return served.earliest !== '' && day !== '' && day < served.earliest
}

/* Another one who served says also where; what amends a record was served where that was. */
function servedBy({ served, amended }: OpenedRecordForm, draft: Draft): { performed_by?: string; facility?: string } {
  const performer = draft.performer || accountId()
  if (amended?.performed_by && performer === amended.performed_by) return { performed_by: performer, facility: amended.facility }
  const other = performer === accountId() ? undefined : served.performers.find((one) => one.id === performer)
  return other ? { performed_by: performer, facility: other.facility } : {}
}

export function sendRecord(request: FormRequest, opened: OpenedRecordForm, draft: Draft): Promise<Receipt> {
  const { run } = opened
  return api.post<Receipt>('/records', {
    id: draft.id,
    form: run.form.id,
    form_version: run.form.version,
    subject: request.subject,
    happened_on: draft.happenedOn,
    answers: answersToJson(run.form, run.answers, run.result.value.shown),
    confirmed: [...run.confirmed],
    ...servedBy(opened, draft),
    ...(request.amends ? { amends: request.amends } : {}),
    ...(request.amends || isLate(opened.served, draft.happenedOn) ? { reason: draft.reason.trim() } : {}),
  })
}

/* What another one wrote into the record meanwhile: the answer of a refused amendment shows it. */
export function currentOf(error: ApiError): RecordPage | null {
  return error.names('RECORD_ENDED') ? ((error.problem as { current?: RecordPage } | null)?.current ?? null) : null
}

/* Another record than the draft's is stored under its id: its answer was lost, and the draft changed since. Gives
 * the newest version of what is stored; null when it is not of this account and subject. */
export async function readStored(request: FormRequest, draft: Draft): Promise<RecordPage | null> {
  let stored = await api.get<RecordPage>(`/records/${encodeURIComponent(draft.id)}`)
  if (stored.performed_by !== accountId() || stored.subject !== request.subject) return null
  while (stored.amended_by) stored = await api.get<RecordPage>(`/records/${encodeURIComponent(stored.amended_by)}`)
  return stored
}

/* The server judges by a newer version of the form: it says so, or names a field that this one does not have. */
export function isOfNewerForm(error: ApiError, form: Declaration): boolean {
  return error.names('RECORD_FORM_VERSION') || (error.problem?.problems ?? []).some((item) => {
    const field = /^\/answers\/([^/]+)/.exec(item.where ?? '')?.[1]
    return field !== undefined && !form.byId.has(field)
  })
}

/* The server's problems as issues of fields; what names no field stays for the page. */
export function issuesFromProblem(error: ApiError, form: Declaration): { issues: Issue[]; rest: ProblemItem[] } {
  const issues: Issue[] = []
  const rest: ProblemItem[] = []
  for (const item of error.problem?.problems ?? []) {
    const [, field = '', row = '', column = ''] = /^\/answers\/([^/]+)(?:\/(\d+))?(?:\/([^/]+))?/.exec(item.where ?? '') ?? []
    if (!form.byId.has(field)) {
      rest.push(item)
      continue
    }
    issues.push({
      kind: 'server', isHard: !item.soft, isConfirmed: false, key: item.confirm ?? field, field,
      row: row === '' ? null : Number(row), column, message: item.text,
    })
  }
  return { issues, rest }
}
