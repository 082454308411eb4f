import { expect, test } from 'vitest'
import { addMonths, ageOn, Copy, stateOn } from './copy'
import { DeltaReader, readDelta, type Head, type Person } from './wire'

const word = (text: string) => ({ zh: text, en: text })
const head: Head = {
  sequence: 3, whole: true, on: '2025-06-30', now: '2025-06-30T01:00:00.000Z', account: 'a', people: 2, facility: { code: 'V', name: 'V' },
  forms: [{ id: 'visit', version: '1', title: word('Visit'), summary: ['sbp'] }],
  programs: [{ id: 'htn', title: word('Hypertension'), tag: word('H') }],
  rules: [
    { key: 1, program: 'htn', obligation: 'visit', title: word('Visit'), form: 'visit', notice_days: 14, is_alone: false },
    { key: 2, program: 'htn', obligation: 'exam', title: word('Exam'), form: 'exam', notice_days: 30, is_alone: false, items: [{ id: 'x', title: word('Exam X') }] },
  ],
}
const wang: Person = {
  id: 'w', resident: { id: 'w', name: 'Wang Guiying', sex: '2', birth_date: '1954-07-01', area: '441322100001', area_name: 'A', id_number_masked: '9966**********0024', phone_masked: '139****8001', initials: ['wgy'] },
  programs: [{ id: 'htn', enrolled_on: '2024-01-01' }],
  obligations: [
    { rule: 1, opens_on: '2025-04-01', due_on: '2025-06-20', closes_on: '2025-07-31' },
    { rule: 1, opens_on: '2025-08-01', due_on: '2025-09-20', closes_on: '2025-10-31' },
    { rule: 2, item: 'x', opens_on: '2025-01-01', due_on: '2025-07-10' },
  ],
  records: [{ id: 'r1', form: 'visit', form_version: '1', happened_on: '2025-03-02', recorded_at: '2025-03-02T02:00:00Z', facility: 'V', answers: { sbp: 150 } }],
}
const li: Person = { id: 'l', resident: { ...wang.resident, id: 'l', name: 'Li Fugui', area: '441322100002', id_number_masked: '9966**********011X', phone_masked: '', initials: ['lfg'] } }

function filled(): Copy {
  const copy = new Copy()
  copy.take({ head, people: [wang, li], drops: [] })
  return copy
}
const waiting = (more = {}) => [{ id: 'n', form: 'visit', form_version: '1', subject: 'w', happened_on: '2025-06-30', made_at: '2025-06-30T03:00:00Z', answers: { sbp: 140 }, ...more }]

test('a state follows from dates and the day, as the server has it', () => {
  const kept = { rule: 1, opens_on: '2025-04-01', due_on: '2025-06-20', closes_on: '2025-06-30' }
  const on = (day: string, more = {}) => stateOn({ ...kept, ...more }, 14, day)
  expect(['2025-03-31', '2025-04-01', '2025-06-05', '2025-06-06', '2025-06-20', '2025-06-21', '2025-06-30', '2025-07-01'].map((day) => on(day)))
    .toEqual(['closed', 'open', 'open', 'due', 'due', 'overdue', 'overdue', 'missed'])
  expect(on('2026-01-01', { closes_on: undefined })).toBe('overdue')
  expect([on('2025-05-01', { met_on: '2025-05-01' }), on('2025-04-30', { met_on: '2025-05-01' })]).toEqual(['met', 'open'])
  expect([on('2025-05-01', { waived_on: '2025-05-01' }), on('2025-03-01', { spared_on: '2025-03-01' })]).toEqual(['waived', 'waived'])
})

test('an age turns on the birthday', () => {
  expect([ageOn('1954-07-01', '2025-06-30'), ageOn('1954-07-01', '2025-07-01')]).toEqual([70, 71])
})

test('the list is sorted by day, counts by program, goes by pages, and moves with the phone\'s day', () => {
  const copy = filled()
  const list = copy.dueList('2025-06-30', {})
  expect(list.items.map(({ title, state, days_late }) => [title.en, state, days_late])).toEqual([['Visit', 'overdue', 10], ['Exam X', 'due', 0]])
  expect(list.counts).toEqual({ overdue: 1, due: 1, open: 0, waiting: 0 })
  expect(list.by_program).toMatchObject([{ program: 'htn', overdue: 1, due: 1 }])
  expect(list.visits).toMatchObject([{ resident: 'w', items: [{ form: 'visit' }, { form: 'exam' }] }])
  expect(list.items.every((item) => item.visit === 2 && item.resident!.age === 70)).toBe(true)
  const first = copy.dueList('2025-06-30', { limit: 1 })
  expect([first.items.length, first.next]).toEqual([1, '1'])
  expect(copy.dueList('2025-06-30', { limit: 1, after: '1' })).toMatchObject({ items: [{ obligation: 'exam' }], next: null })
  expect(copy.dueList('2025-06-30', { state: 'due' }).items.length).toBe(1)
  expect(copy.dueList('2025-06-30', { area: '441322100002' }).items.length).toBe(0)
  expect(copy.dueList('2025-08-02', {}).items.map(({ state }) => state)).toEqual(['overdue', 'open'])
})

test('what was filled in here is done and waiting in the list, on the page and in the timeline, and the last values are its own', () => {
  const copy = filled()
  copy.waiting = waiting()
  const list = copy.dueList('2025-06-30', {})
  expect(list.items.map(({ state }) => state)).toEqual(['waiting', 'due'])
  expect(list.counts).toMatchObject({ overdue: 0, due: 1, waiting: 1 })
  expect(list.visits).toEqual([])
  expect(copy.page('w', '2025-06-30')?.records.map(({ id, is_waiting }) => [id, is_waiting])).toEqual([['n', true], ['r1', false]])
  expect(copy.record('n')).toMatchObject({ answers: { sbp: 140 }, subject: 'w' })
  expect(copy.context('visit', 'w', '2025-07-01', {})?.previous).toMatchObject({ id: 'n' })
  copy.waiting = waiting({ happened_on: '2025-02-01' })
  expect(copy.dueList('2025-06-30', {}).counts).toMatchObject({ overdue: 1, waiting: 0 })
})

test('an amendment that waits stands in the place of what it amends', () => {
  const copy = filled()
  copy.waiting = waiting({ amends: 'r1', happened_on: '2025-03-02' })
  expect(copy.timeline('w', {})?.records.map(({ id }) => id)).toEqual(['n'])
  expect(copy.dueList('2025-06-30', {}).counts.overdue).toBe(1)
})

test('a record sent and amended before the next copy stands once, whether the amendment waits or was sent too', () => {
  const copy = filled()
  const [amendment] = waiting({ id: 'm', amends: 'n', answers: { sbp: 138 } })
  const shown = () => copy.timeline('w', {})?.records.map(({ id }) => id)
  copy.sent = [...waiting(), amendment!]
  expect(shown()).toEqual(['m', 'r1'])
  copy.sent = waiting()
  copy.waiting = [amendment!]
  expect(shown()).toEqual(['m', 'r1'])
})

test('people are found by name, part of it, initials, the last four of number and phone', () => {
  const copy = filled()
  const found = (words: string) => copy.search(words, '2025-06-30').items.map(({ id }) => id).join()
  expect(['Wang', 'guiy', 'wg', '0024', '8001', '011x', '9966', '', 'zz'].map(found)).toEqual(['w', 'w', 'w', 'w', 'w', 'l', '', '', ''])
})

test('the page tells the next closed window of a rule only where nothing of it is open', () => {
  const copy = filled()
  const states = (day: string) => copy.page('w', day)!.obligations.map(({ obligation, state }) => `${obligation} ${state}`)
  expect(states('2025-06-30')).toEqual(['visit overdue', 'exam due'])
  expect(states('2025-03-01')).toEqual(['visit closed', 'exam open'])
  expect(copy.page('nobody', '2025-06-30')).toBeUndefined()
})

test('what the form reads of before is the latest record by the day', () => {
  const copy = filled()
  expect(copy.context('visit', 'w', '2025-06-30', {})).toMatchObject({
    happened_on: '2025-06-30', subject: { sex: '2', birth_date: '1954-07-01', programs: ['htn'] }, previous: { id: 'r1', answers: { sbp: 150 } },
  })
  expect(copy.context('visit', 'w', '2025-06-30', { on: '2025-03-01' })?.previous).toBeNull()
  expect(copy.context('visit', 'w', '2025-06-30', { amends: 'r1' })).toMatchObject({ happened_on: '2025-03-02', previous: null })
  expect(copy.knownOn('w', 'visit', '2025-03-02')).toEqual(['r1'])
})

/* ---- What the server sends ---- */

const LINES = [
  { kind: 'head', ...head }, { kind: 'subject', ...wang }, { kind: 'subject', ...li }, { kind: 'drop', id: 'x', why: 'moved' },
  { kind: 'end', sequence: 3, subjects: 2, drops: 1 },
].map((line) => JSON.stringify(line))

function read(lines: readonly string[]) {
  const reader = new DeltaReader()
  lines.forEach((line) => reader.add(line))
  return reader.end()
}

test('a delta is read whole, wherever its bytes are cut', async () => {
  const bytes = new TextEncoder().encode(LINES.join('\n') + '\n')
  for (const size of [1, 7, 1000, bytes.length]) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    const { people, drops } = await readDelta(stream)
    expect([people.map(({ id }) => id), drops.length]).toEqual([['w', 'l'], 1])
  }
})

test('a delta that is cut off, miscounted or out of order changes nothing', () => {
  expect(() => read(LINES.slice(0, -1))).toThrow('cut off')
  expect(() => read([])).toThrow('cut off')
  expect(() => read([...LINES.slice(0, 2), ...LINES.slice(3)])).toThrow('cut off')
  expect(() => read(LINES.slice(1))).toThrow('head')
  expect(() => read([...LINES, LINES[1]!])).toThrow('after the end')
  expect(() => read([LINES[0]!.slice(0, 40)])).toThrow()
})

test('a delta adds, replaces and drops; a whole one begins anew', () => {
  const copy = filled()
  copy.take({ head: { ...head, whole: false }, people: [{ ...wang, obligations: [] }], drops: [{ id: 'l', why: 'moved' }] })
  expect([...copy.people.keys()]).toEqual(['w'])
  expect(copy.dueList('2025-06-30', {}).items).toEqual([])
  copy.take({ head, people: [li], drops: [] })
  expect([...copy.people.keys()]).toEqual(['l'])
})

test('charts are made of the records here, those that wait among them, with the limits of the age and the band of the sex', () => {
  const copy = filled()
  const charts = [
    { id: 'bp', title: word('BP'), unit: word('mmHg'), lines: [{ title: word('S'), fields: [['visit', 'none'], ['visit', 'sbp']] as [string, string][] }],
      limits: [{ title: word('Younger'), value: 140, age_from: 0, age_before: 65 }, { title: word('Elder'), value: 150, age_from: 65, age_before: 151 }] },
    { id: 'w', title: word('W'), unit: word('kg'), lines: [{ title: word('W'), fields: [['visit', 'weight']] as [string, string][] }], limits: [], band: { 2: [[0, 2, 4], [1, 3, 5]] as [number, number, number][] } },
  ]
  copy.setHead({ ...head, charts })
  copy.waiting = waiting()
  const found = copy.charts('w', '2025-06-30')!.charts
  expect(found.map(({ id }) => id)).toEqual(['bp'])
  expect(found[0]!.lines[0]!.values.map(({ on, value }) => [on, value])).toEqual([['2025-03-02', 150], ['2025-06-30', 140]])
  expect(found[0]!.limits.map(({ value }) => value)).toEqual([150])
  copy.waiting = waiting({ answers: { weight: 3.5 } })
  expect(copy.charts('w', '2025-06-30')!.charts[1]!.band).toEqual([{ on: '1954-07-01', low: 2, high: 4 }, { on: '1954-08-01', low: 3, high: 5 }])
  expect(copy.charts('nobody', '2025-06-30')).toBeUndefined()
  expect([addMonths('2024-01-31', 1), addMonths('2023-12-15', 13)]).toEqual(['2024-02-29', '2025-01-15'])
})

test('what was sent and is newer than the copy is met, in the timeline, and not waiting; the next copy has it once', () => {
  const copy = filled()
  copy.sent = waiting()
  expect(copy.dueList('2025-06-30', {}).items.map(({ obligation }) => obligation)).toEqual(['exam'])
  const page = copy.page('w', '2025-06-30')!
  expect(page.obligations.find(({ obligation }) => obligation === 'visit')!.state).toBe('met')
  expect(page.records.map(({ id, is_waiting }) => [id, is_waiting])).toEqual([['n', false], ['r1', false]])
  copy.take({ head: { ...head, whole: false }, people: [{ ...wang, records: [{ ...wang.records![0]!, id: 'n', happened_on: '2025-06-30' }, wang.records![0]!] }], drops: [] })
  expect(copy.page('w', '2025-06-30')!.records.map(({ id }) => id)).toEqual(['n', 'r1'])
})
