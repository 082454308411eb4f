/* Builds dist/: index.html (chooser), m.html (phone), desk.html, hashed files in assets/.
 * FORM_WASM names the compiled form module; it becomes a hashed file too. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, transformWithOxc, type Plugin } from 'vite'

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

const texts = (lang: string): Record<string, string> =>
  JSON.parse(readFileSync(resolve(root, `src/text/${lang}.json`), 'utf8')) as Record<string, string>

/* {{key}} in the HTML pages: the text in both languages, from src/text. */
function htmlTexts(): Plugin {
  return {
    name: 'html-texts',
    transformIndexHtml(html) {
      const zh = texts('zh')
      const en = texts('en')
      return html.replace(/\{\{([\w.]+)\}\}/g, (_, key: string) => {
        if (!zh[key] || !en[key]) throw new Error(`no text ${key}`)
        return `${zh[key]} ${en[key]}`
      })
    },
  }
}

/* What makes the phone's page an app: its manifest, and the service worker with the list of the files that it keeps,
 * everything that m.html may ever load. */
function offlineShell(): Plugin {
  const icon = (size: number) => ({ src: `/icon-${size}.png`, sizes: `${size}x${size}`, type: 'image/png', purpose: 'any maskable' })
  return {
    name: 'offline-shell',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const names = new Set<string>()
      const follow = (name: string): void => {
        const file = bundle[name]
        if (!file || names.has(name)) return
        names.add(name)
        if (file.type !== 'chunk') return
        const { importedCss = [], importedAssets = [] } = file.viteMetadata ?? {}
        for (const next of [...file.imports, ...file.dynamicImports, ...importedCss, ...importedAssets]) follow(next)
      }
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk' && file.isEntry && file.facadeModuleId?.endsWith('m.html')) follow(name)
        if (/^assets\/(form|icon)-.*\.(wasm|svg)$/.test(name)) follow(name)
      }
      const hash = createHash('sha256')
      for (const name of [...names, 'm.html'].sort()) {
        const file = bundle[name]
        if (!file) throw new Error(`offline-shell: no ${name}`)
        hash.update(name).update(file.type === 'chunk' ? file.code : file.source)
      }
      const files = ['m.html', ...names].map((name) => `/${name}`).sort()
      const worker = resolve(root, 'src/worker/worker.ts')
      const { code } = await transformWithOxc(readFileSync(worker, 'utf8'), worker, { target: 'chrome80' })
      const version = hash.digest('hex').slice(0, 16)
      const head = `const VERSION = ${JSON.stringify(version)}\nconst FILES = ${JSON.stringify(files)}\n`
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + code.replace(/^export \{\s*\};?$/m, '') })
      const manifest = {
        id: '/m.html', start_url: '/m.html', scope: '/', display: 'standalone', lang: 'zh-CN',
        name: texts('zh')['app.name'], short_name: texts('zh')['app.name'], background_color: '#f1f4f6', theme_color: '#0a666e',
        icons: [icon(192), icon(512)],
      }
      this.emitFile({ type: 'asset', fileName: 'manifest.webmanifest', source: JSON.stringify(manifest) })
    },
  }
}

/* What draws charts is large: it has a chunk of its own, which no page of the phone may ever load, and a limit. */
const DRAWING_MOST = 520 * 1024
function drawingBudget(): Plugin {
  return {
    name: 'drawing-budget',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file] : []))
      const drawing = chunks.filter(({ moduleIds }) => moduleIds.some((id) => /node_modules\/(echarts|zrender)\//.test(id)))
      const size = drawing.reduce((sum, { code }) => sum + code.length, 0)
      if (size > DRAWING_MOST) this.error(`the drawing of charts has ${size} bytes, of ${DRAWING_MOST}`)
      const seen = new Set<string>()
      const follow = (name: string): void => {
        const file = bundle[name]
        if (file?.type !== 'chunk' || seen.has(name)) return
        seen.add(name)
        for (const next of [...file.imports, ...file.dynamicImports]) follow(next)
      }
      for (const { fileName, isEntry, facadeModuleId } of chunks) if (isEntry && facadeModuleId?.endsWith('m.html')) follow(fileName)
      for (const { fileName } of drawing) if (seen.has(fileName)) this.error(`${fileName} draws charts, and the phone's page leads to it`)
    },
  }
}

export default defineConfig({
  root,
  base: '/',
  plugins: [vue(), formModule(), htmlTexts(), offlineShell(), drawingBudget()],
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
