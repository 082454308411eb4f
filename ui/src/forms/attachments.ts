/* Files of a form being filled in: photographs are made small on the device, each is sent at once, and the answer
 * names what the server has stored. What is under way belongs to the form, not to the screen that shows it, so that
 * going to another step loses nothing.
 *
 * Invariants
 *  1. The answer holds only what the server has confirmed.
 *  2. A photograph is drawn anew before it is sent: no larger than needed, and without the place where it was taken. */
import { reactive, type InjectionKey } from 'vue'
import { ApiError } from '../core/api'
import { api, session } from '../core/session'
import { lang } from '../core/i18n'
import type { Field } from '../core/form-declaration'
import type { Problem, Wording } from '../core/types'
import type { FormRun } from './form-run'

/* For whom and in which form; where a file that was sent can be looked at. */
export interface FilesHost {
  resident: string
  form: string
  addressOf(hash: string): string
}
export const FILES_HOST: InjectionKey<FilesHost> = Symbol('files')

export interface Sending {
  key: number
  file: File
  thumb: string
  progress: number
  error: Wording | string | null /* a text: its key */
}

const SIDE_MOST = 1600
const THUMB_SIDE = 160
const QUALITY = 0.82
export const ACCEPTED = 'image/jpeg,image/png,image/webp,application/pdf'

const underWay = new WeakMap<FormRun, Record<string, Sending[]>>()
const thumbs = new Map<string, string>() /* by hash, as long as the page lives */
let keys = 0

export function sendingOf(run: FormRun, field: string): Sending[] {
  let all = underWay.get(run)
  if (!all) underWay.set(run, (all = reactive<Record<string, Sending[]>>({})))
  if (!all[field]) all[field] = []
  return all[field]! /* not what was put in, but what is watched */
}

/* Whether something is on its way still. */
export function isSendingFiles(run: FormRun): boolean {
  return Object.values(underWay.get(run) ?? {}).some((list) => list.some((one) => one.error === null))
}

export function thumbOf(hash: string): string {
  return thumbs.get(hash) ?? ''
}

export function hashesOf(run: FormRun, field: string): string[] {
  const value = run.answers[field]
  return Array.isArray(value) ? (value as string[]) : []
}

/* The size that fits into a square, never larger than it was. */
export function fitInto(width: number, height: number, side: number): [number, number] {
  const scale = Math.min(1, side / Math.max(width, height, 1))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

function readAsAddress(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => reject(reader.error ?? new Error('file'))
    reader.readAsDataURL(file)
  })
}

function openImage(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('image'))
    image.src = address
  })
}

function draw(image: HTMLImageElement, side: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const [width, height] = fitInto(image.naturalWidth, image.naturalHeight, side)
  canvas.width = width
  canvas.height = height
  const brush = canvas.getContext('2d')!
  brush.fillStyle = '#fff'
  brush.fillRect(0, 0, width, height)
  brush.drawImage(image, 0, 0, width, height)
  return canvas
}

/* What is no picture here is sent as it is: the server says what it thinks of it. */
async function prepare(file: File): Promise<{ blob: Blob; thumb: string }> {
  if (!file.type.startsWith('image/')) return { blob: file, thumb: '' }
  try {
    const image = await openImage(await readAsAddress(file))
    const blob = await new Promise<Blob | null>((done) => draw(image, SIDE_MOST).toBlob(done, 'image/jpeg', QUALITY))
    return { blob: blob ?? file, thumb: draw(image, THUMB_SIDE).toDataURL('image/jpeg', QUALITY) }
  } catch {
    return { blob: file, thumb: '' }
  }
}

interface Stored {
  hash: string
}

/* Without a limit of time: a slow network that goes on is told apart from a dead one by the server. */
function put(address: string, blob: Blob, onProgress: (part: number) => void): Promise<Stored> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.setRequestHeader('Content-Type', blob.type || 'application/octet-stream')
    request.setRequestHeader('X-CSRF', session.current?.csrf ?? '')
    request.setRequestHeader('Accept-Language', lang.value === 'zh' ? 'zh-CN' : 'en')
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0)
    request.onerror = () => reject(new ApiError(0, 'UNREACHABLE'))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        /* said by its status */
      }
      if (request.status === 200 || request.status === 201) resolve(body as Stored)
      else reject(new ApiError(request.status, (body as Problem | null)?.code ?? '', body as Problem | null))
    }
    request.send(blob)
  })
}

async function sendOnce(host: FilesHost, field: Field, blob: Blob, onProgress: (part: number) => void): Promise<Stored> {
  const address = `/api/residents/${encodeURIComponent(host.resident)}/attachments?form=${encodeURIComponent(host.form)}&field=${encodeURIComponent(field.id)}`
  try {
    return await put(address, blob, onProgress)
  } catch (failure) {
    if (!(failure instanceof ApiError && (failure.status === 401 || failure.names('CSRF_WRONG')))) throw failure
    session.current = await api.get('/session') /* waits for a login that has expired */
    return put(address, blob, onProgress)
  }
}

export async function sendFile(run: FormRun, host: FilesHost, field: Field, file: File): Promise<void> {
  const list = sendingOf(run, field.id)
  list.push({ key: keys++, file, thumb: '', progress: 0, error: null })
  const one = list[list.length - 1]!
  const end = (): void => void list.splice(list.indexOf(one), 1)
  try {
    const { blob, thumb } = await prepare(file)
    one.thumb = thumb
    if (blob.size > field.kilobytesMost * 1024) {
      one.error = 'files.large'
      return
    }
    const { hash } = await sendOnce(host, field, blob, (part) => (one.progress = part))
    if (thumb) thumbs.set(hash, thumb)
    if (!list.includes(one)) return /* taken away meanwhile */
    end()
    const hashes = hashesOf(run, field.id)
    if (!hashes.includes(hash)) run.set(field.id, [...hashes, hash])
  } catch (failure) {
    const wording = failure instanceof ApiError && !failure.isUnreachable ? failure.wording : null
    one.error = wording ?? 'files.failed'
  }
}

export function takeAway(run: FormRun, field: string, what: Sending | string): void {
  if (typeof what === 'string') {
    run.set(field, hashesOf(run, field).filter((hash) => hash !== what))
    return
  }
  const list = sendingOf(run, field)
  const at = list.findIndex((one) => one.key === what.key)
  if (at >= 0) list.splice(at, 1)
}
