/* Which forms are for somebody, by the packs' own conditions: the server sends them as a form without fields, a check for each form,
 * and the form module answers, also without a network (src/pack/offers.h). What is not for him stays within reach. */
import { parseDeclaration } from '../../core/form-declaration'
import { openFormModule, type RunResult } from '../../core/form-module'
import type { FormBrief, FormList, ResidentPage } from '../../core/types'

export interface OfferedForms {
  fitting: FormBrief[]
  others: FormBrief[]
}

/* Checks that fail name the forms that are not for him. */
export function splitForms(forms: readonly FormBrief[], { issues }: Pick<RunResult, 'issues'>): OfferedForms {
  const excluded = new Set(issues.map(({ key }) => key))
  return { fitting: forms.filter(({ id }) => !excluded.has(id)), others: forms.filter(({ id }) => excluded.has(id)) }
}

export async function offeredForms({ forms, offers }: FormList, { resident, programs }: ResidentPage, day: string): Promise<OfferedForms> {
  const about = forms.filter((form) => form.subject === 'resident')
  if (!offers) return { fitting: about, others: [] }
  try {
    const declaration = parseDeclaration(offers)
    const module = await openFormModule()
    return splitForms(about, module.run(module.load(offers), declaration, {
      happenedOn: day, today: day, sex: resident.sex, birthDate: resident.birth_date, programs: programs.map(({ id }) => id),
      previousHappenedOn: '', previous: {}, answers: {}, confirmed: [],
    }))
  } catch {
    return { fitting: about, others: [] } /* the choice is a help: without it every form can be chosen, and is checked when it is sent */
  }
}
