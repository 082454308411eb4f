/* The API client: JSON in and out, problem documents, the CSRF token, expired logins.
 * A request that finds the login expired waits for a new one and is then sent again. */
import type { Problem, Wording } from './types'

export class ApiError extends Error {
  constructor(
    readonly status: number, /* 0: no answer came */
    readonly code: string,
    readonly problem: Problem | null = null,
  ) {
    super(code)
  }

  get isUnreachable(): boolean {
    return this.status === 0
  }

  /* Whether the server names this problem. */
  names(code: string): boolean {
    return (this.problem?.problems ?? []).some((item) => item.code === code)
  }

  /* What the server says about it, in both languages. */
  get wording(): Wording | null {
    const first = this.problem?.problems?.[0]
    if (first) return first.text
    return this.problem?.titles ?? null
  }
}

export interface ApiHost {
  csrf(): string
  language(): string
  /* Whose the page is: the server does nothing of it as somebody else who has logged in since. */
  account(): string
  /* The county that is looked into, by somebody of the city above it. */
  member?(): string
  /* Asks the person to log in again; false when they gave up. */
  reauthenticate(): Promise<boolean>
  /* What the device itself answers: before the server is asked, and again when no answer came. */
  stand?(method: string, path: string, options: Options, hasFailed: boolean): Promise<unknown>
  /* Fetches a new CSRF token; false when there is no session. */
  refresh(): Promise<boolean>
}

export interface Options {
  query?: Record<string, string | number | undefined>
  body?: unknown
  patience?: number /* ms, for what takes the server long */
  read?: (response: Response) => Promise<unknown> /* of an answer that is no JSON */
  isLogin?: boolean /* a 401 is the answer, not an expired login */
}
type Meant = Options & { account: string }

const TIME_MOST = 20_000

export class Api {
  constructor(
    private readonly send: typeof fetch,
    private readonly host: ApiHost,
  ) {}

  get<T>(path: string, query?: Options['query']): Promise<T> {
    return this.request<T>('GET', path, { query })
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>('POST', path, { body })
  }

  async request<T>(method: string, path: string, asked: Options = {}): Promise<T> {
    const options = { ...asked, account: asked.isLogin ? '' : this.host.account() }
    const own = (await this.host.stand?.(method, path, options, false)) as T | ApiError | undefined
    let answer = own ?? (await this.once<T>(method, path, options))
    if (answer instanceof ApiError && answer.isUnreachable && !own) {
      answer = ((await this.host.stand?.(method, path, options, true)) as T | ApiError | undefined) ?? answer
    } else if (answer instanceof ApiError && answer.status === 401 && !options.isLogin) {
      if (await this.host.reauthenticate()) answer = await this.once<T>(method, path, options)
    } else if (answer instanceof ApiError && isStalePage(answer) && method !== 'GET') {
      if (await this.host.refresh()) answer = await this.once<T>(method, path, options)
    }
    if (answer instanceof ApiError) throw answer
    return answer
  }

  private async once<T>(method: string, path: string, options: Meant): Promise<T | ApiError> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), options.patience ?? TIME_MOST)
    try {
      const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': this.host.language() }
      if (method !== 'GET' && this.host.csrf()) headers['X-CSRF'] = this.host.csrf()
      if (options.account) headers['Catchment-Account'] = options.account
      const member = this.host.member?.()
      if (member && options.account) headers['Catchment-Place'] = member
      const init: RequestInit = { method, headers, credentials: 'same-origin', signal: stop.signal }
      if (options.body !== undefined) {
        headers['Content-Type'] = 'application/json'
        init.body = JSON.stringify(options.body)
      }
      const response = await this.send.call(undefined, address(path, options.query), init)
      if (response.status === 204) return undefined as T
      if (response.ok && options.read) return (await options.read(response)) as T
      const body: unknown = await response.json().catch(() => undefined)
      if (!response.ok) {
        const problem = (body ?? null) as Problem | null
        return new ApiError(response.status, problem?.code ?? `HTTP_${response.status}`, problem)
      }
      /* a page of a proxy in between, not the server's answer */
      return body === undefined ? new ApiError(0, 'UNREACHABLE') : (body as T)
    } catch {
      return new ApiError(0, 'UNREACHABLE')
    } finally {
      clearTimeout(timer)
    }
  }
}

function isStalePage(error: ApiError): boolean {
  return error.status === 403 && error.names('CSRF_WRONG')
}

function address(path: string, query: Options['query']): string {
  const pairs = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return `/api${path}${pairs.length > 0 ? '?' + pairs.join('&') : ''}`
}
