/* The phone's one list: kept while other pages are open; a sent record makes it stale. */
import { createDueList } from './due-list'

export const dueList = createDueList(50)
