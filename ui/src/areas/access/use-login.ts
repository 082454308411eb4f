/* What both login forms do: account and password, sending them, and a demo's accounts by one tap. */
import { ref } from 'vue'
import { ApiError } from '../../core/api'
import { say, t } from '../../core/i18n'
import { logIn } from '../../core/session'

export function useLogin(known = '') {
  const login = ref(known)
  const password = ref('')
  const error = ref('')
  const isBusy = ref(false)

  async function submit(): Promise<void> {
    if (isBusy.value) return
    error.value = ''
    if (login.value.trim() === '' || password.value === '') {
      error.value = t('login.bothNeeded')
      return
    }
    isBusy.value = true
    try {
      await logIn(login.value.trim(), password.value)
    } catch (failure) {
      error.value = reason(failure)
    } finally {
      isBusy.value = false
    }
  }

  function take(account: { login: string; password: string }): void {
    login.value = account.login
    password.value = account.password
    void submit()
  }

  return { login, password, error, isBusy, submit, take }
}

function reason(failure: unknown): string {
  if (!(failure instanceof ApiError)) return t('load.failed')
  return failure.isUnreachable ? t('load.unreachable') : say(failure.wording) || t('login.wrong')
}
