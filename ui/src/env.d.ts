declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
declare module '*.css'

/* Address of form.wasm, put in by vite.config.ts. */
declare module 'virtual:form-module' {
  const address: string
  export default address
}
