/* Parts of the program that are fetched when first needed; a failed fetch can be tried again. */
import { defineAsyncComponent, defineComponent, h, type Component } from 'vue'
import LoadState from './LoadState.vue'

const Waiting = defineComponent(() => () => h('main', { class: 'page' }, h(LoadState, { isLoading: true, error: null })))
const Failed = defineComponent(
  () => () => h('main', { class: 'page' }, h(LoadState, { isLoading: false, error: 'chunk', onRetry: () => window.location.reload() })),
)

export function lazy(load: () => Promise<{ default: Component }>): Component {
  return defineAsyncComponent({ loader: load, loadingComponent: Waiting, errorComponent: Failed, delay: 100, timeout: 30_000 })
}
