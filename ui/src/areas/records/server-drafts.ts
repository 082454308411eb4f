/* Drafts on the server: what was typed here is there on another device. The device's own copy goes on without a
 * network; what fails here is tried again with the next change. */
import { drafts, type Draft } from '../../core/drafts'
import { api, session } from '../../core/session'
import type { Wording, ResidentBrief } from '../../core/types'

export interface FormRequest {
  form: string
  subject: string
  kind: string /* of the subject: resident, facility, agreement ... */
  amends: string
  isNew?: boolean /* the subject begins with this record */
  corrects?: string /* id of a record that this phone could not send */
}

/* Of the address: "#/form/ID?resident=…" or "#/form/ID?subject=…&kind=…". */
export function requestOf(form: string, { resident, subject = '', kind = '', amends = '', ...more }: Readonly<Record<string, string>>): FormRequest {
  return { form, subject: resident ?? subject, kind: resident ? 'resident' : kind, amends, isNew: more['new'] === '1', corrects: more['corrects'] ?? '' }
}

export interface ServerDraft {
  id: string
  form: string
  form_title: Wording
  amends?: string | null
  saved_at: string
  content: string
}

export type DraftLine = Omit<ServerDraft, 'content'> & { resident: ResidentBrief }

const CALM = 1500

/* A draft of an amendment is kept apart from one of a new record, and so is what is corrected. */
export function draftName(request: FormRequest): string {
  if (request.corrects) return `${request.form}~${request.amends}~${request.corrects}`
  return request.amends ? `${request.form}~${request.amends}` : request.form
}

/* The server keeps drafts about residents, one a form; those about others, and what is corrected, stay on the device. */
function isKept(request: FormRequest): boolean {
  return request.kind === 'resident' && !request.corrects
}

/* From the device and from the server. */
export function dropDraft(request: FormRequest): void {
  drafts.remove(session.current?.account.id ?? '', request.subject, draftName(request))
  void dropServerDraft(request)
}

function path(request: FormRequest): string {
  return `/drafts/${encodeURIComponent(request.form)}`
}

function key(request: FormRequest): Record<string, string | undefined> {
  return { resident: request.subject, amends: request.amends || undefined }
}

/* What the device keeps for itself is not sent. */
function contentOf(draft: Draft): string {
  return JSON.stringify({ ...draft, syncedAt: undefined, isDirty: undefined })
}

/* undefined: the server did not answer. */
export async function findServerDraft(request: FormRequest): Promise<Draft | null | undefined> {
  if (!isKept(request)) return undefined
  try {
    const { draft } = await api.get<{ draft: ServerDraft | null }>(path(request), key(request))
    return draft ? { ...(JSON.parse(draft.content) as Draft), id: draft.id, syncedAt: draft.saved_at } : null
  } catch {
    return undefined
  }
}

/* The device's copy, unless another device has gone on since. */
export function newerDraft(own: Draft | null, server: Draft | null | undefined): Draft | null {
  if (!own || server === undefined) return own ?? server ?? null
  if (server === null) return own.syncedAt && !own.isDirty ? null : own
  return own.isDirty || own.syncedAt === server.syncedAt ? own : server
}

export function listServerDrafts(): Promise<{ drafts: DraftLine[] }> {
  return api.get<{ drafts: DraftLine[] }>('/drafts')
}

async function dropServerDraft(request: FormRequest): Promise<void> {
  if (!isKept(request)) return
  try {
    await api.request('DELETE', path(request), { query: key(request), isLogin: true })
  } catch {
    /* it ends by itself */
  }
}

/* Saves a while after the last change; one form at a time. */
export function serverDraftKeeper(request: () => FormRequest, synced: (draft: Draft, savedAt: string) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  async function save(draft: Draft): Promise<void> {
    if (!isKept(request())) return
    try {
      const { saved_at: savedAt } = await api.request<{ saved_at: string }>('PUT', path(request()), {
        query: key(request()), body: { id: draft.id, content: contentOf(draft) }, isLogin: true,
      })
      if (!isStopped) synced(draft, savedAt)
    } catch {
      /* the device keeps it */
    }
  }
  return {
    keep(draft: Draft): void {
      clearTimeout(timer)
      isStopped = false
      timer = setTimeout(() => void save(draft), CALM)
    },
    stop(): void {
      clearTimeout(timer)
      isStopped = true
    },
  }
}
