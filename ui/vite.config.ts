/* Builds dist/: index.html (chooser), m.html (phone), desk.html, hashed files in assets/.
 * FORM_WASM names the compiled form module; it becomes a hashed file too. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const root = import.meta.dirname

function formModule(): Plugin {
  const id = 'virtual:form-module'
  return {
    name: 'form-module',
    resolveId: (source) => (source === id ? '\0' + id : undefined),
    load(source) {
      if (source !== '\0' + id) return undefined
      const file = process.env['FORM_WASM']
      if (!file) throw new Error('FORM_WASM must name form.wasm')
      const reference = this.emitFile({ type: 'asset', name: 'form.wasm', source: readFileSync(file) })
      return `export default import.meta.ROLLUP_FILE_URL_${reference}`
    },
  }
}

/* {{key}} in the HTML pages: the text in both languages, from src/text. */
function htmlTexts(): Plugin {
  const read = (lang: string): Record<string, string> =>
    JSON.parse(readFileSync(resolve(root, `src/text/${lang}.json`), 'utf8')) as Record<string, string>
  return {
    name: 'html-texts',
    transformIndexHtml(html) {
      const zh = read('zh')
      const en = read('en')
      return html.replace(/\{\{([\w.]+)\}\}/g, (_, key: string) => {
        if (!zh[key] || !en[key]) throw new Error(`no text ${key}`)
        return `${zh[key]} ${en[key]}`
      })
    },
  }
}

export default defineConfig({
  root,
  base: '/',
  plugins: [vue(), formModule(), htmlTexts()],
  build: {
    target: 'chrome80',
    cssTarget: 'chrome80',
    outDir: process.env['UI_DIST'] ?? 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: ['index.html', 'm.html', 'desk.html'].map((page) => resolve(root, page)),
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
