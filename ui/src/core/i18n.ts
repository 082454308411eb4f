/* Words of the screens in two languages. Chinese first; the choice is kept in the cookie `lang`, which the
 * server reads too. Only the chosen language is fetched: a page waits for `loadTexts` before it shows
 * anything. */
import { ref } from 'vue'
import type zh from '../text/zh.json'
import type { Wording } from './types'

export type Lang = 'zh' | 'en'
export type TextKey = keyof typeof zh

type Texts = Record<TextKey, string>
const FILES: Record<Lang, () => Promise<{ default: Texts }>> = {
  zh: () => import('../text/zh.json'),
  en: () => import('../text/en.json'),
}
const loaded: Partial<Record<Lang, Texts>> = {}

export async function loadTexts(of: Lang = lang.value): Promise<void> {
  loaded[of] ??= (await FILES[of]()).default
}

function texts(): Texts {
  const found = loaded[lang.value]
  if (!found) throw new Error('the texts are not loaded')
  return found
}

export const lang = ref<Lang>(startLanguage())

function startLanguage(): Lang {
  if (typeof document === 'undefined') return 'zh'
  const chosen = /(?:^|;\s*)lang=(zh|en)/.exec(document.cookie)?.[1]
  if (chosen) return chosen as Lang
  return /^zh/i.test(navigator.language) || !/^en/i.test(navigator.language) ? 'zh' : 'en'
}

export async function setLanguage(next: Lang): Promise<void> {
  await loadTexts(next)
  lang.value = next
  document.cookie = `lang=${next};path=/;max-age=31536000;SameSite=Strict`
  applyLanguage()
}

export function applyLanguage(): void {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
}

/* Replaces {name} in the text. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fill(texts()[key], values)
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/* A wording of the server in the chosen language. */
export function say(wording: Wording | string | null | undefined): string {
  if (wording === null || wording === undefined) return ''
  if (typeof wording === 'string') return wording
  return (lang.value === 'en' && wording.en) || wording.zh
}

/* A text whose key is made of a prefix and a value of the server; the value itself when unknown. */
export function tOf(prefix: string, value: string | number): string {
  return texts()[`${prefix}.${value}` as TextKey] ?? String(value)
}
