/* What is owed in my villages: pages of the list, counts, filters. Shared by phone and desk. */
import { reactive } from 'vue'
import { api } from '../../core/session'
import type { Counts, DueItem, DueList, ObligationState, Visit } from '../../core/types'

export type StateFilter = ObligationState | 'all'

export interface DueGroup {
  state: ObligationState
  items: DueItem[]
}

const STATES: readonly StateFilter[] = ['all', 'overdue', 'due', 'open']
const NONE: Counts = { overdue: 0, due: 0, open: 0 }

export function createDueList(limit: number) {
  let turn = 0
  const list = reactive({
    state: 'all' as StateFilter,
    program: '',
    area: '',
    on: '',
    counts: { ...NONE },
    programs: [] as DueList['by_program'],
    items: [] as DueItem[],
    visits: [] as Visit[],
    next: null as string | null,
    isLoading: true,
    isLoadingMore: false,
    isStale: true,
    error: null as unknown,
    moreError: null as unknown,
  })

  let shown = ''

  function query(after?: string): Promise<DueList> {
    return api.get<DueList>('/obligations', {
      state: list.state === 'all' ? 'overdue,due,open' : list.state,
      program: list.program,
      area: list.area,
      after,
      limit,
    })
  }

  async function load(): Promise<void> {
    const mine = ++turn
    list.isLoading = true
    list.error = list.moreError = null
    try {
      const page = await query()
      if (mine === turn) show(page)
    } catch (error) {
      if (mine === turn) list.error = error
    } finally {
      if (mine === turn) list.isLoading = false
    }
  }

  function show(page: DueList): void {
    shown = JSON.stringify(page)
    list.on = page.on
    list.counts = page.counts
    list.programs = page.by_program
    list.items = page.items
    list.visits = page.visits
    list.next = page.next
    list.isStale = false
  }

  /* Reads the first page again without a word; what is on the screen stays when nothing changed or no answer came. */
  async function refresh(): Promise<void> {
    if (list.isLoading || list.isLoadingMore) return
    const mine = turn
    try {
      const page = await query()
      if (mine !== turn || JSON.stringify(page) === shown) return
      turn++
      show(page)
    } catch {
      /* the next request tells */
    }
  }

  async function more(): Promise<void> {
    if (!list.next || list.isLoadingMore) return
    const mine = turn
    list.isLoadingMore = true
    list.moreError = null
    try {
      const page = await query(list.next)
      if (mine !== turn) return
      list.items.push(...page.items)
      list.visits.push(...page.visits)
      list.next = page.next
    } catch (error) {
      if (mine === turn) list.moreError = error
    } finally {
      list.isLoadingMore = false
    }
  }

  function choose(filter: Partial<Pick<typeof list, 'state' | 'program' | 'area'>>): Promise<void> {
    Object.assign(list, filter)
    return load()
  }

  /* What an address asks for: "#/due?area=441322100001&state=overdue". Nothing is read again for the same. */
  async function follow(query: Readonly<Record<string, string>>): Promise<void> {
    const state = STATES.find((one) => one === query['state']) ?? list.state
    const next = { area: query['area'] ?? '', state, program: query['program'] ?? list.program }
    if (next.area !== list.area || next.state !== list.state || next.program !== list.program) await choose(next)
  }

  return { list, load, more, choose, refresh, follow }
}

/* Runs of one state, in the order of the list. */
export function groupByState(items: readonly DueItem[]): DueGroup[] {
  const groups: DueGroup[] = []
  for (const state of ['overdue', 'due', 'open', 'waiting'] as const) {
    const members = items.filter((item) => item.state === state)
    if (members.length > 0) groups.push({ state, items: members })
  }
  return groups
}
