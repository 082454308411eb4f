/* A request that failed, as a sentence: what the server says of it, or that it could not be reached. */
import { ApiError } from './api'
import { say, t } from './i18n'

export function failureText(failure: unknown): string {
  if (!(failure instanceof ApiError)) return t('load.failed')
  return failure.isUnreachable ? t('load.unreachable') : say(failure.wording) || t('load.failed')
}
