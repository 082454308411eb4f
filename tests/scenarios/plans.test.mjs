// Plans: every clause with its state and what says so; what units write of a clause changes it, is kept, and can be ended.
// Scores: how centres stand by measures weighed together, and bulletins.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { askUntil, attempt, newId, parseLines } from "../support/county.mjs";
import { sheetsOf, tableOf, textOfPdf } from "../support/files.mjs";
import { databases, logIn, makeCounty, root, startServer } from "../support/server.mjs";

const COUNTS = { grassroots_2023: 143, paired_areas: 31, public_health_quality: 45, merged_townships: 37, quality_2023: 84 };

/** The clauses that the county answers: "plan clause" and the rest of its line. */
const ledger = readFileSync(`${root}/tests/scenarios/plans_answered.tsv`, "utf8").trim().split("\n").slice(1).map((line) => {
  const [id, clause, ...said] = line.split("\t");
  return [`${id} ${clause}`, said.join("\t")];
});

/** What the ledger says of a clause, or nothing where the county does not answer it. Numbers in force count only where nothing else is asked. */
function ledgerLine({ state, is_partly: isPartly, answers }) {
  if (state === "unanswered" || state === "no_data") return undefined;
  const others = answers.filter(({ by }) => by !== "policy");
  const counting = others.length > 0 ? others : answers;
  return [`${state}${isPartly ? " in_part" : ""}`, ...counting.map((answer) => `${answer.by} ${answer.id} ${answer.state} ${answer.reason}`)].join("\t");
}

/** Workbooks hold 16 digits. */
const isNear = (a, b) => Math.abs(a - b) < 1e-9;

for (const [name, makeDatabase] of databases) {
  describe(`plans on ${name}`, () => {
    let server, options, county, doctor;
    const plan = async (id) => (await county.fetch(`/api/plans/${id}`)).body;
    const file = async (path, who = county, lang = "zh") => {
      const answer = await fetch(server.url + path, { headers: { cookie: `${who.cookie}; lang=${lang}` } });
      assert.equal(answer.status, 200, path);
      return { bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
    };
    const clauses = (body) => body.sections.flatMap((section) => section.clauses);
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [county, doctor] = await Promise.all(["county", "doctor"].map((login) => logIn(server, login)));
    });
    after(() => server?.stop());

    it("lists the five plans with all their clauses, and the states add up", async () => {
      const { items } = (await county.fetch("/api/plans")).body;
      assert.deepEqual(Object.fromEntries(items.map(({ id, clauses: n }) => [id, n])), COUNTS);
      for (const item of items) {
        const body = await plan(item.id);
        const all = clauses(body);
        assert.equal(all.length, COUNTS[item.id]);
        assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
        assert.equal(Object.values(item.states).reduce((sum, n) => sum + n, 0), item.clauses);
        for (const clause of all) {
          assert.ok(clause.title.zh && clause.title.en && clause.text.zh && clause.text.en && clause.owners.length > 0, `${item.id} ${clause.id}`);
          assert.ok(clause.answers.length > 0);
        }
      }
    });

    it("the clauses that the county answers are those of the ledger, each with its state, with what says so and why", async () => {
      attempt("plan", "coverage", ...options); // counts what is not counted yet
      await new Promise((resolve) => setImmediate(resolve)); // connections that the server has closed meanwhile are noticed
      const wanted = new Map(ledger);
      const found = new Map();
      assert.equal(wanted.size, ledger.length, "a clause has one line");
      for (const id of Object.keys(COUNTS)) {
        const body = await plan(id);
        const lines = clauses(body).map((clause) => [`${id} ${clause.id}`, ledgerLine(clause)]).filter(([, line]) => line !== undefined);
        assert.equal(lines.length, body.answered + body.partly, id);
        for (const [clause, line] of lines) found.set(clause, line);
      }
      const wrong = [...new Set([...wanted.keys(), ...found.keys()])].filter((clause) => wanted.get(clause) !== found.get(clause));
      assert.equal(wrong.length, 0, wrong.map((clause) => `${clause}\n  ledger: ${wanted.get(clause)}\n  county: ${found.get(clause)}`).join("\n"));
    });

    it("says by the command what the page says: clauses, answered, and which engine the others wait for", async () => {
      const lines = parseLines(attempt("plan", "coverage", "--json", ...options).out);
      await new Promise((resolve) => setImmediate(resolve)); // connections that the server has closed meanwhile are noticed
      const { items } = (await county.fetch("/api/plans")).body;
      for (const item of items) {
        const line = lines.find(({ plan: id }) => id === item.id);
        assert.deepEqual([line.clauses, line.answered, line.partly, line.states], [item.clauses, item.answered, item.partly, item.states]);
        const waiting = Object.values(line.waiting_for).reduce((sum, n) => sum + n, 0);
        assert.equal(waiting, item.states.unanswered + item.partly);
      }
    });

    it("a clause that organisations' duties answer counts what is overdue of what is owed", async () => {
      const answers = clauses(await plan("public_health_quality")).flatMap((clause) => clause.answers).filter(({ by, of }) => by === "obligation" && of > 0);
      assert.ok(answers.length > 0);
      for (const { number, of, state } of answers) {
        assert.ok(number <= of);
        assert.equal(state, number > 0 ? "behind" : "on_track");
      }
    });

    it("a measure's own page knows where each plan wants it: stages with a line between, steps above the year before, and nothing of what no plan asks", async () => {
      const paths = async (query) => (await county.fetch(`/api/measures/${query}`)).body.paths.map(({ plan: id, clause, shape, points }) => [id, clause, shape, points.map(({ expected }) => expected ?? null)]);
      assert.deepEqual(await paths("public_clinic_share/paths?from=2022&until=2026"), [["grassroots_2023", "27", "stages", [null, 85, 87.5, 90, 90]]]);
      const [last] = (await county.fetch("/api/measures/contract_coverage?from=2024&until=2024&unit=441322")).body.values;
      const [[, , shape, steps]] = await paths("contract_coverage/paths?from=2023&until=2025");
      assert.deepEqual([shape, steps.slice(0, 2)], ["a_year", [null, null]]);
      assert.ok(isNear(steps[2], (last.numerator * 100) / last.denominator + 1));
      assert.deepEqual(await paths("recruits_hired/paths"), []);
      assert.equal((await county.fetch("/api/measures/public_clinic_share/paths?from=2025-01&until=2025-02")).status, 422);
      assert.equal((await doctor.fetch("/api/measures/public_clinic_share/paths")).status, 403);
    });

    it("a clause that a measure answers shows the measure's own number, by page and by command", async () => {
      const { on } = await plan("public_health_quality");
      const period = on.slice(0, 4);
      const lines = parseLines(attempt("measure", "--plan", "public_health_quality", "--period", period, "--unit", "441322", ...options).out);
      const answers = clauses(await plan("public_health_quality")).flatMap((clause) => clause.answers.filter(({ by }) => by === "measure").map((answer) => ({ ...answer, clause: clause.id })));
      assert.ok(lines.length > 0 && answers.length >= lines.length);
      for (const line of lines) {
        const answer = answers.find(({ clause, id }) => clause === line.clause && id === line.measure);
        if (answer.judged_on) {
          /* its own day decides; what it is now stands beside it */
          assert.ok(answer.judged_on < on && /_on_day$/.test(answer.reason));
          assert.deepEqual([answer.now?.numerator, answer.now?.denominator, answer.now?.value], [line.numerator, line.denominator, line.value], `${line.clause} ${line.measure}`);
          continue;
        }
        assert.deepEqual(
          [answer.value ?? null, answer.numerator ?? line.numerator, answer.denominator ?? line.denominator, answer.state, answer.reason],
          [line.value, line.numerator, line.denominator, line.state, line.reason],
          `${line.clause} ${line.measure}`,
        );
        const { values } = (await county.fetch(`/api/measures/${line.measure}?from=${answer.period ?? period}&until=${answer.period ?? period}`)).body;
        const whole = values.find(({ unit }) => unit === "441322");
        if (answer.period) assert.deepEqual([whole.numerator, whole.denominator], [answer.numerator, answer.denominator]);
      }
    });

    it("what no number answers is refused by the option that is wrong, in the language asked for, never with silence", () => {
      const refused = (...more) => attempt("measure", ...more, "--lang", "zh", ...options);
      for (const [more, said] of [
        [["--plan", "grassroots_2023", "--period", "2099"], /2099/],
        [["--plan", "grassroots_2023", "--period", "1800"], /1800/],
        [["--plan", "grassroots_2023", "--period", "2025", "--unit", "999"], /999/],
        [["--measure", "hypertension_norm_rate", "--period", "2025", "--on", "2099-01-01"], /2025-06-30/],
        [["--measure", "hypertension_norm_rate", "--period", "x"], /同一种周期/],
      ]) {
        const answer = refused(...more);
        assert.ok(answer.code !== 0 && answer.out === "" && said.test(answer.err), `${more.join(" ")}: ${answer.code} ${answer.err}`);
      }
    });

    it("clauses about residents' records stand where the records of the county say", async () => {
      const said = parseLines(attempt("measure", "--plan", "public_health_quality", "--period", "2025", "--unit", "441322", ...options).out);
      for (const [clause, measure, state, reason] of [
        ["06", "record_completeness_rate", "watched", "watched"],
        ["27", "key_groups_record_rate", "behind", "target_not_met"],
        ["28", "health_record_rate", "watched", "watched"],
      ]) {
        const line = said.find((one) => one.clause === clause && one.measure === measure);
        assert.deepEqual([line?.state, line?.reason], [state, reason], `${clause} ${measure}`);
      }
    });

    it("reports of institutions and of the county answer the public-health clauses that no record answers yet", () => {
      const said = parseLines(attempt("measure", "--plan", "public_health_quality", "--period", "2025", "--unit", "441322", ...options).out);
      for (const [clause, measure, state, reason] of [
        ["01", "areas_in_grid_share", "behind", "target_not_met"],
        ["02", "institutions_with_free_services_share", "met", "target_met"],
        ["03", "higher_plan_goals_met_share", "watched", "watched"],
        ["04", "resident_satisfaction_share", "watched", "watched"],
        ["04", "staff_satisfaction_share", "watched", "watched"],
        ["05", "plan_measures_done", "behind", "target_not_met"],
        ["08", "hypertension_norm_rate", "watched", "watched"],
        ["08", "diabetes_norm_rate", "watched", "watched"],
        ["08", "elderly_exam_rate", "watched", "watched"],
        ["08", "child_management_rate", "watched", "watched"],
        ["14", "townships_with_block_hospital_share", "met", "target_met"],
        ["14", "block_hospitals_named", "behind", "target_not_met"],
        ["15", "block_help_hours", "watched", "watched"],
        ["17", "in_house_trainings", "watched", "watched"],
        ["18", "performance_pay_share", "watched", "watched"],
        ["19", "record_authenticity_share", "watched", "watched"],
        ["20", "resident_satisfaction_share", "watched", "watched"],
        ["21", "institutions_with_leader_share", "met", "target_met"],
        ["23", "subsidy_payment_days", "watched", "watched"],
        ["24", "township_health_spending", "watched", "watched"],
        ["26", "institutions_with_free_services_share", "met", "target_met"],
        ["29", "health_education_activities", "watched", "watched"],
        ["30", "vaccination_coverage", "watched", "watched"],
        ["32", "maternal_management_share", "watched", "watched"],
        ["35", "severe_mental_management_share", "watched", "watched"],
        ["36", "tuberculosis_management_share", "watched", "watched"],
        ["37", "disease_report_in_time_share", "watched", "watched"],
        ["38", "tcm_management_share", "watched", "watched"],
        ["39", "supervision_reports_closed_share", "watched", "watched"],
        ["40", "contraceptives_given", "watched", "watched"],
        ["41", "health_literacy_share", "watched", "watched"],
        ["43", "prevention_and_care_staff_share", "watched", "watched"],
      ]) {
        const line = said.find((one) => one.clause === clause && one.measure === measure);
        assert.deepEqual([line?.state, line?.reason], [state, reason], `${clause} ${measure}`);
      }
    });

    it("the fourteen indicators of close medical communities have their numbers, and premature mortality is that of the worked case", () => {
      const of = (measure, period = "2025") => parseLines(attempt("measure", "--measure", measure, "--period", period, "--unit", "441322", ...options).out)[0];
      const whole = ["unified_resources_share", "democratic_decision_share", "service_linkage_share", "posted_physicians_per_ten_thousand", "remote_imaging_reports", "remote_ecg_reports", "village_ecg_share", "primary_income_ratio",
        "primary_visit_share", "in_county_fund_share", "primary_fund_share", "inpatient_cost_per_person", "inpatient_cost_against_last_year", "inpatient_flow_in_county_share", "tcm_service_volume_share", "chronic_admission_rate", "premature_mortality"];
      const numbers = Object.fromEntries(whole.map((measure) => [measure, of(measure)]));
      for (const measure of whole) assert.ok(numbers[measure].denominator > 0 && numbers[measure].numerator > 0, measure);
      /* 20, 35, 60, 110, 190, 310, 520 and 900 deaths of 100,000 from 30 to 69 make 10.1707 % */
      assert.equal(numbers.premature_mortality.value.toFixed(4), "10.1707");
      const { numerator: posted, denominator: residents, value, value_unit: unit } = numbers.posted_physicians_per_ten_thousand;
      assert.ok(isNear(value, (posted * 10000) / residents) && unit === "‱");
      /* what a person costs this year, against the year before */
      const [then, now, against] = [of("inpatient_cost_per_person", "2023"), of("inpatient_cost_per_person", "2024"), of("inpatient_cost_against_last_year", "2024")];
      assert.ok(then.value > 1000 && now.value > 1000 && Math.abs(against.value - (now.value * 100) / then.value) < 2);
      assert.equal(of("primary_income_ratio").value_unit, "%");
    });

    it("the grid and the health-management centres stand where the registers say", () => {
      const said = parseLines(attempt("measure", "--plan", "public_health_quality", "--period", "2025", "--unit", "441322", ...options).out);
      for (const [clause, measure, number, state, reason] of [
        ["01", "grid_centres", 22, "met", "target_met"],
        ["01", "grid_clinics", 343, "met", "target_met"],
        ["09", "management_centres_registered", 1, "behind", "target_not_met"],
      ]) {
        const line = said.find((one) => one.clause === clause && one.measure === measure);
        assert.deepEqual([line?.value, line?.state, line?.reason], [number, state, reason], `${clause} ${measure}`);
      }
    });

    it("standards of facilities, staff and villages answer the clauses of the three-year plan, met and missed", () => {
      const lines = parseLines(attempt("measure", "--plan", "grassroots_2023", "--period", "2025", "--unit", "441322", ...options).out);
      const told = (clause, measure) => lines.find((line) => line.clause === clause && line.measure === measure);
      for (const [clause, measure, state, reason] of [
        ["03", "township_hire_share", "not_due", "target_not_met"],
        ["05", "digital_use_share", "met", "target_met"],
        ["05", "tcm_service_share", "not_due", "target_not_met"],
        ["08", "townships_with_one_centre", "behind", "target_not_met"],
        ["11", "villages_with_clinic", "behind", "target_not_met"],
        ["12", "facility_licence_share", "behind", "target_not_met"],
        ["13", "new_clinics_in_village_centre_share", "behind", "target_not_met"],
        ["16", "clinic_staffing_share", "behind", "target_not_met"],
        ["17", "community_centres_fitting_share", "behind", "target_not_met"],
        ["18", "community_centres", "behind", "target_not_met"],
        ["20", "standard_clinic_share", "behind", "target_not_met"],
        ["21", "clinics_free_of_rent_share", "behind", "target_not_met"],
        ["142", "clinics_in_village_centre_share", "watched", "watched"],
        ["23", "villages_without_service", "behind", "target_not_met"],
        ["25", "clinics_built", "met", "target_met"],
        ["26", "public_clinic_share", "met", "target_met"],
        ["27", "public_clinic_share", "met", "target_met"],
        ["28", "clinics_evaluated", "not_due", "target_not_met"],
        ["28", "clinic_basic_standard_share", "not_due", "target_not_met"],
        ["29", "clinic_disease_share", "not_due", "target_not_met"],
        ["30", "clinic_tcm_technique_share", "not_due", "target_not_met"],
        ["31", "township_bed_standard_share", "behind", "target_not_met"],
        ["33", "community_area_standard_share", "behind", "target_not_met"],
        ["34", "community_area_standard_share", "behind", "target_not_met"],
        ["35", "fever_room_share", "behind", "target_not_met"],
        ["36", "new_clinic_area_share", "met", "target_met"],
        ["38", "seven_room_share", "behind", "target_not_met"],
        ["39", "six_unity_share", "behind", "target_not_met"],
        ["143", "clinic_equipment_share", "met", "target_met"],
        ["40", "central_centre_building_share", "met", "target_met"],
        ["40", "central_centre_ct_share", "watched", "watched"],
        ["41", "central_centre_conditional_share", "watched", "watched"],
        ["44", "centres_with_posted_leaders_share", "behind", "target_not_met"],
        ["46", "clinics_managed_by_centre_share", "watched", "watched"],
        ["51", "remote_centre_coverage", "behind", "target_not_met"],
        ["60", "centre_basic_standard_share", "behind", "target_not_met"],
        ["62", "centre_disease_share", "behind", "target_not_met"],
        ["63", "recommended_units_new", "on_track", "met_last_period"],
        ["64", "sub_centres_built", "behind", "below_path"],
        ["68", "model_sites", "met", "target_met"],
        ["138", "centres_with_three_fields_share", "watched", "watched"],
        ["83", "centres_with_personal_package_share", "met", "target_met"],
        ["83", "centres_with_home_visits_share", "met", "target_met"],
        ["91", "institutions_with_tcm_staff_share", "not_due", "target_not_met"],
        ["92", "tcm_hall_share", "met", "target_met"],
        ["92", "model_tcm_hall_share", "not_due", "target_not_met"],
        ["93", "tcm_clinic_share", "not_due", "target_not_met"],
        ["94", "township_remote_service_share", "behind", "target_not_met"],
        ["94", "village_remote_service_share", "behind", "target_not_met"],
        ["95", "diagnosis_aid_share", "behind", "target_not_met"],
        ["97", "township_hire_share", "behind", "target_not_met"],
        ["102", "township_hire_institution_share", "met", "target_met"],
        ["103", "centres_with_three_physicians_share", "not_due", "target_not_met"],
        ["104", "qualified_village_doctor_share", "not_due", "target_not_met"],
      ]) {
        const line = told(clause, measure);
        assert.ok(line, `${clause} ${measure}`);
        assert.deepEqual([line.state, line.reason], [state, reason], `${clause} ${measure}`);
      }
    });

    it("reports and books of townships, institutions and doctors answer the clauses of the three-year plan, met and missed", () => {
      const lines = parseLines(attempt("measure", "--plan", "grassroots_2023", "--period", "2025", "--unit", "441322", ...options).out);
      for (const [clause, measure, state, reason] of [
        ["01", "in_county_visit_share", "not_due", "target_not_met"],
        ["02", "primary_visit_share", "met", "target_met"],
        ["137", "minor_illness_township_share", "watched", "watched"],
        ["137", "serious_illness_county_share", "watched", "watched"],
        ["04", "first_visit_primary_share", "watched", "watched"],
        ["09", "kept_township_centres", "met", "target_met"],
        ["19", "stations_licensed_share", "not_due", "target_not_met"],
        ["32", "township_area_standard_share", "behind", "target_not_met"],
        ["37", "clinic_land_free_share", "behind", "target_not_met"],
        ["45", "centres_with_unified_matters_share", "behind", "target_not_met"],
        ["51", "centres_with_remote_centres_share", "behind", "target_not_met"],
        ["54", "in_county_visit_share", "watched", "watched"],
        ["54", "inpatient_flow_in_county_share", "watched", "watched"],
        ["55", "in_county_fund_share", "watched", "watched"],
        ["55", "primary_fund_share", "watched", "watched"],
        ["57", "direct_report_complete_share", "behind", "target_not_met"],
        ["59", "common_disease_county_inpatient_share", "watched", "watched"],
        ["69", "model_sites_complete_share", "behind", "target_not_met"],
        ["70", "scope_registered_share", "watched", "watched"],
        ["71", "routine_operations", "watched", "watched"],
        ["73", "clinic_subjects_checked_share", "not_due", "target_not_met"],
        ["74", "risk_cover_share", "watched", "watched"],
        ["75", "first_visit_team_share", "watched", "watched"],
        ["76", "centres_with_basic_package_share", "behind", "target_not_met"],
        ["77", "first_visit_team_share", "watched", "watched"],
        ["78", "insured_share", "watched", "watched"],
        ["78", "admission_share", "watched", "watched"],
        ["78", "referral_share", "watched", "watched"],
        ["78", "primary_visit_share", "watched", "watched"],
        ["80", "teams_with_hospital_physician_share", "watched", "watched"],
        ["81", "effective_contract_share", "watched", "watched"],
        ["141", "contracted_with_record_share", "watched", "watched"],
        ["84", "key_group_contract_coverage", "watched", "watched"],
        ["85", "contract_satisfaction_share", "watched", "watched"],
        ["86", "teams_trained_at_base", "behind", "target_not_met"],
        ["87", "teams_trained_on_site_share", "at_risk", "not_met_last_period"],
        ["88", "contract_coverage", "met", "target_met"],
        ["88", "key_group_contract_coverage", "at_risk", "below_path"],
        ["89", "tcm_promotion_sessions", "watched", "watched"],
        ["90", "tcm_training_persons", "watched", "watched"],
        ["135", "western_doctors_tcm_trained", "watched", "watched"],
        ["96", "townships_with_hire_round_share", "on_track", "met_last_period"],
        ["99", "village_doctor_allowance_share", "behind", "target_not_met"],
        ["100", "physician_examinations_passed", "watched", "watched"],
        ["105", "staff_trained_share", "at_risk", "not_met_last_period"],
        ["106", "village_doctors_trained_share", "at_risk", "not_met_last_period"],
        ["107", "placement_persons", "watched", "watched"],
        ["114", "budget_share", "behind", "target_not_met"],
        ["115", "rural_health_increment_share", "watched", "watched"],
        ["117", "contract_subsidy_paid_share", "on_track", "met_last_period"],
        ["136", "subsidy_payment_share", "behind", "target_not_met"],
        ["119", "purchases_by_procurement_share", "behind", "target_not_met"],
        ["120", "clinics_with_full_subsidy_share", "behind", "not_met_last_period"],
        ["121", "clinics_with_full_subsidy_share", "at_risk", "not_met_last_period"],
        ["122", "running_subsidy_first_use_share", "watched", "watched"],
        ["128", "townships_with_leading_body_share", "met", "target_met"],
        ["130", "townships_assessed_share", "watched", "watched"],
        ["131", "townships_with_years_in_a_row", "watched", "watched"],
        ["132", "townships_below_target", "watched", "watched"],
        ["133", "primary_honours_share", "watched", "watched"],
        ["11", "natural_villages_with_clinic", "behind", "target_not_met"],
        ["12", "licences_ending_soon", "watched", "watched"],
        ["14", "villages_with_clinic", "watched", "watched"],
        ["14", "seat_villages_without_clinic", "watched", "watched"],
        ["24", "property_bond_fund_share", "watched", "watched"],
        ["47", "communities_with_prepayment_share", "met", "target_met"],
        ["47", "prepayment_use_share", "watched", "watched"],
        ["48", "communities_with_shared_centres_share", "met", "target_met"],
        ["50", "result_recognition_share", "watched", "watched"],
        ["58", "deviations_corrected_share", "watched", "watched"],
        ["72", "restricted_techniques_filed", "watched", "watched"],
        ["98", "hired_doctors_pension_share", "behind", "target_not_met"],
        ["101", "graduates_registered", "watched", "watched"],
        ["108", "rounds_within_posts_share", "met", "target_met"],
        ["110", "rounds_with_pass_score_share", "met", "target_met"],
        ["116", "bond_land_fund_share", "watched", "watched"],
        ["140", "training_budget_use_share", "watched", "watched"],
        ["123", "centres_with_pay_policies_share", "behind", "target_not_met"],
        ["134", "village_doctor_income", "watched", "watched"],
      ]) {
        const line = lines.find((one) => one.clause === clause && one.measure === measure);
        assert.deepEqual([line?.state, line?.reason], [state, reason], `${clause} ${measure}`);
      }
    });

    it("the same reports and registers answer clauses of the city's, the merged townships' and the paired areas' plans", () => {
      for (const [plan, expected] of Object.entries({
        quality_2023: [
          ["01", "plan_tasks_done_share", "watched", "watched"],
          ["02", "five_year_goals_met_share", "not_due", "target_not_met"],
          ["03", "beds_per_thousand_residents", "watched", "watched"],
          ["03", "staff_per_thousand_residents", "watched", "watched"],
          ["06", "hospitals_building_grade_three", "behind", "target_not_met"],
          ["08", "area_centres_grade_two_passed", "behind", "target_not_met"],
          ["09", "township_grade_two_passed", "behind", "target_not_met"],
          ["10", "township_grade_two_building", "behind", "target_not_met"],
          ["12", "institutions_with_leader_share", "met", "target_met"],
          ["13", "reward_certified_share", "met", "target_met"],
          ["14", "projects_with_approvals_share", "behind", "target_not_met"],
          ["15", "budget_share", "watched", "watched"],
          ["15", "subsidy_payment_share", "watched", "watched"],
          ["16", "staff_with_pension_share", "watched", "watched"],
          ["16", "recruits_hired", "watched", "watched"],
          ["17", "townships_with_duty_evidence_share", "behind", "target_not_met"],
          ["18", "health_spending_growth", "on_track", "met_last_period"],
          ["19", "priority_project_funding_share", "watched", "watched"],
          ["20", "reward_money_paid", "watched", "watched"],
          ["22", "development_fund_income", "watched", "watched"],
          ["23", "private_approval_days", "watched", "watched"],
          ["84", "townships_with_health_plan_share", "behind", "target_not_met"],
          ["27", "community_hospitals_building", "met", "target_met"],
          ["29", "double_standard_share", "behind", "target_not_met"],
          ["30", "primary_basic_standard_share", "behind", "target_not_met"],
          ["31", "recommended_standard_share", "watched", "watched"],
          ["32", "clinic_batches_finished", "on_track", "met_last_period"],
          ["32", "clinics_reached_standard", "watched", "watched"],
          ["83", "hospitals_with_partner_forms_share", "watched", "watched"],
          ["34", "staff_days_sent_down", "watched", "watched"],
          ["35", "hospitals_with_featured_specialty_share", "met", "target_met"],
          ["36", "elderly_agreements", "watched", "watched"],
          ["40", "clinical_service_centres_open", "behind", "target_not_met"],
          ["41", "emergency_centres_open", "behind", "target_not_met"],
          ["44", "primary_specialties", "watched", "watched"],
          ["45", "research_projects", "watched", "watched"],
          ["46", "new_techniques_introduced", "watched", "watched"],
          ["47", "provincial_specialties_added", "not_due", "target_not_met"],
          ["48", "prefecture_specialties_added", "not_due", "target_not_met"],
          ["50", "infectious_wards", "met", "target_met"],
          ["50", "public_health_clinical_centres_open", "behind", "target_not_met"],
          ["52", "hospitals_ready_share", "watched", "watched"],
          ["53", "talent_teams_hired", "met", "target_met"],
          ["53", "visiting_experts_hired", "met", "target_met"],
          ["54", "discipline_leaders_trained", "behind", "target_not_met"],
          ["54", "specialty_teams_trained", "met", "target_met"],
          ["55", "high_level_talents_added", "behind", "target_not_met"],
          ["56", "home_experts_listed", "watched", "watched"],
          ["58", "county_managed_staff", "watched", "watched"],
          ["59", "recruits_hired", "watched", "watched"],
          ["61", "technique_staff_trained", "met", "target_met"],
          ["61", "backbone_staff_trained", "met", "target_met"],
          ["62", "village_training_sessions", "watched", "watched"],
          ["63", "county_recruited_village_doctors", "watched", "watched"],
          ["64", "villages_served_share", "watched", "watched"],
          ["65", "villages_without_service", "behind", "target_not_met"],
          ["66", "village_doctors_covered_share", "watched", "watched"],
          ["67", "manager_reserve", "watched", "watched"],
          ["68", "away_training_batches", "met", "target_met"],
          ["69", "managers_trained", "watched", "watched"],
          ["71", "tcm_studios_open", "met", "target_met"],
          ["71", "tcm_masters_teaching", "met", "target_met"],
          ["73", "tcm_service_share", "watched", "watched"],
          ["73", "tcm_technique_services", "watched", "watched"],
          ["76", "western_doctors_tcm_trained", "watched", "watched"],
          ["79", "projects_started", "watched", "watched"],
          ["80", "beds_per_thousand_residents", "not_due", "target_not_met"],
          ["81", "culture_activities", "watched", "watched"],
        ],
        merged_townships: [
          ["01", "villages_with_standard_clinic", "watched", "watched"],
          ["01", "township_area_standard_share", "watched", "watched"],
          ["01", "qualified_village_doctor_share", "watched", "watched"],
          ["01", "contract_satisfaction_share", "watched", "watched"],
          ["02", "townships_with_one_centre", "watched", "watched"],
          ["02", "townships_with_duty_evidence_share", "watched", "watched"],
          ["02", "primary_visit_share", "watched", "watched"],
          ["02", "budget_share", "watched", "watched"],
          ["06", "townships_with_one_centre", "behind", "target_not_met"],
          ["08", "kept_centre_standing_share", "met", "target_met"],
          ["10", "integrated_centre_share", "behind", "target_not_met"],
          ["11", "sub_centres_built", "behind", "target_not_met"],
          ["13", "sub_centre_funding_share", "watched", "watched"],
          ["14", "sub_centre_standard_share", "met", "target_met"],
          ["15", "villages_with_standard_clinic", "behind", "target_not_met"],
          ["16", "service_points_kept", "watched", "watched"],
          ["17", "beds_per_thousand_residents", "watched", "watched"],
          ["17", "staff_per_thousand_residents", "watched", "watched"],
          ["18", "improved_centre_share", "watched", "watched"],
          ["19", "centre_area_standard_share", "behind", "target_not_met"],
          ["22", "private_community_institutions", "watched", "watched"],
          ["24", "sub_centres_with_imaging_share", "behind", "target_not_met"],
          ["26", "rounds_held", "watched", "watched"],
          ["29", "staff_days_sent_down", "watched", "watched"],
          ["30", "paired_institution_share", "behind", "target_not_met"],
          ["31", "community_hospitals", "watched", "watched"],
          ["32", "hospitals_cooperating_share", "watched", "watched"],
        ],
        paired_areas: [
          ["01", "recipient_visits_change", "watched", "watched"],
          ["04", "recipients_with_posted_staff_share", "behind", "target_not_met"],
          ["05", "recipients_with_rules_share", "watched", "watched"],
          ["09", "posting_compliance_share", "watched", "watched"],
          ["11", "techniques_introduced", "watched", "watched"],
          ["17", "trainees_assessed_share", "behind", "target_not_met"],
          ["30", "recipient_diseases_treated", "watched", "watched"],
          ["18", "recipient_staff_recruited", "watched", "watched"],
          ["18", "recipient_staff_trained", "watched", "watched"],
          ["25", "assistance_visits_with_logistics_share", "watched", "watched"],
        ],
      })) {
        const lines = parseLines(attempt("measure", "--plan", plan, "--period", "2025", "--unit", "441322", ...options).out);
        assert.deepEqual(lines.map(({ clause, measure, state, reason }) => [clause, measure, state, reason]), expected, plan);
      }
    });

    it("a register answers a clause while it holds something in force", async () => {
      for (const [id, clause] of [["grassroots_2023", "42"], ["grassroots_2023", "43"], ["quality_2023", "43"], ["merged_townships", "20"], ["merged_townships", "21"], ["merged_townships", "27"]]) {
        const answer = clauses(await plan(id)).find((one) => one.id === clause).answers.find(({ by }) => by === "register");
        assert.deepEqual([answer.state, answer.reason, answer.number > 0], ["on_track", "registered", true], `${id} ${clause}`);
      }
    });

    it("every state has a clause of the three-year plan", async () => {
      assert.deepEqual(new Set(clauses(await plan("grassroots_2023")).map(({ state }) => state)), new Set(["met", "on_track", "at_risk", "behind", "not_due", "no_data", "watched", "unanswered"]));
    });

    it("a clause is answered in part where forms say a part of it only, and a year's target reads that year's buildings, whatever the forms of later years say", async () => {
      const all = clauses(await plan("grassroots_2023"));
      const kinds = ({ answers }) => new Set(answers.map(({ state }) => state === "unanswered"));
      for (const clause of all.filter(({ is_partly: is }) => is)) assert.equal(kinds(clause).size, 2, clause.id);
      const plans = (await Promise.all(Object.keys(COUNTS).map(plan))).flatMap(clauses);
      assert.deepEqual(plans.flatMap(({ answers }) => answers).filter(({ by, target }) => by === "measure_wanted" && target).map(({ id }) => id), [], "no number of a plan waits for a measure");
      /* watched is no verdict: it stands only where nothing else is judged */
      for (const { id, state, answers } of plans.filter((clause) => clause.state === "watched")) assert.ok(answers.every((one) => ["watched", "unanswered"].includes(one.state) || one.by === "policy"), `${id} ${state}`);
      const value = (measure, period) => parseLines(attempt("measure", "--measure", measure, "--period", period, "--unit", "441322", ...options).out)[0].numerator;
      assert.equal(value("clinics_built", "2025"), value("clinics_built", "2024"));
      assert.ok(value("recommended_units_new", "2025") < value("recommended_units_new", "2024"));
    });

    it("lists what is required of each facility and what it has, to whoever sees the numbers", async () => {
      const { cases, units } = (await county.fetch("/api/measures/clinic_staffing_share/cases?period=2025&in=rest&limit=200")).body;
      assert.equal(cases.length, 0);
      assert.ok(units.length > 0 && units.every(({ code, name, required, actual, in_numerator: is }) => code && name.zh && actual < required && !is));
      const { values } = (await county.fetch("/api/measures/clinic_staffing_share?from=2025&by=area")).body;
      const whole = values.find(({ unit }) => unit === "441322");
      assert.equal(units.length, whole.denominator - whole.numerator);
      assert.equal((await county.fetch("/api/measures/clinics_built?from=2025")).body.value_is, "count");
    });

    it("says how a standard is reckoned with the numbers in force in the period, and in which unit", async () => {
      const area = (await county.fetch("/api/measures/community_area_standard_share?from=2025")).body;
      assert.deepEqual(area.required_unit, { zh: "m²", en: "m²" });
      assert.match(area.formula.filled.zh, /50000 人及以下 1400 m².*每张床位另加 25 m²/);
      assert.ok(!area.formula.filled.en.includes("$") && area.formula.text.en.includes("$community_area_per_bed"));
      assert.deepEqual(area.formula.parameters.map(({ id }) => id).sort(), [...area.formula.text.zh.matchAll(/\$([a-z_]+)/g)].map(([, id]) => id).sort());
      const subsidy = async (year) => (await county.fetch(`/api/measures/clinics_with_full_subsidy_share?from=${year}`)).body.formula.filled.en;
      assert.match(await subsidy(2023), /4500 yuan/);
      assert.match(await subsidy(2024), /6000 yuan/);
      const [row] = parseLines(attempt("measure", "--measure", "township_bed_standard_share", "--period", "2025", "--list", ...options).out);
      assert.equal(row.required_unit, "张");
      assert.equal((await county.fetch("/api/measures/clinics_built?from=2025")).body.formula, undefined);
    });

    const DAY = "2025-03-29"; /* no end of a month, which the server keeps by itself */
    it("a past day is being counted when somebody asks for it first, and then is what the records known on its evening say, by page and by command", async () => {
      const first = (await county.fetch(`/api/plans/public_health_quality?on=${DAY}`)).body;
      assert.ok(first.made < first.wanted && first.on === DAY && first.today === "2025-06-30");
      const shown = attempt("plan", "show", "--plan", "public_health_quality", "--on", DAY, ...options);
      assert.equal(shown.code, 0, shown.err);
      const lines = parseLines(shown.out);
      const then = (await county.fetch(`/api/plans/public_health_quality?on=${DAY}`)).body;
      assert.equal(then.made, then.wanted);
      assert.deepEqual(clauses(then).map(({ id, state }) => [id, state]), lines.map(({ clause, state }) => [clause, state]));
      const answers = clauses(then).flatMap((clause) => clause.answers).filter(({ by, value }) => by === "measure" && value !== undefined);
      assert.ok(answers.length >= 3);
      for (const { id, period, denominator, numerator } of answers.slice(0, 3)) {
        const [cold] = parseLines(attempt("measure", "--measure", id, "--period", period, "--unit", "441322", "--on", DAY, ...options).out);
        assert.deepEqual([denominator, numerator], [cold.denominator, cold.numerator], id);
      }
      const owed = clauses(then).flatMap((clause) => clause.answers).filter(({ by, of }) => by === "obligation" && of > 0);
      assert.ok(owed.length > 0);
      const all = (await county.fetch(`/api/plans?on=${DAY}`)).body;
      const coverage = parseLines(attempt("plan", "coverage", "--on", DAY, ...options).out);
      for (const item of all.items) assert.deepEqual(coverage.find(({ plan: id }) => id === item.id).states, item.states);
      assert.equal((await county.fetch("/api/plans?on=2025-07-01")).status, 422);
      const file = await county.fetch(`/api/plans/public_health_quality/file?as=xlsx&on=${DAY}`);
      assert.match(file.headers.get("content-disposition"), new RegExp(`public_health_quality-${DAY}`));
      assert.equal((await county.fetch("/api/plans?on=soon")).status, 422);
    });

    it("whoever sees a part of the county sees its numbers of the past day", async () => {
      const director = await logIn(server, "director");
      const whole = clauses((await county.fetch(`/api/plans/public_health_quality?on=${DAY}`)).body).flatMap((clause) => clause.answers);
      const part = clauses((await director.fetch(`/api/plans/public_health_quality?on=${DAY}`)).body).flatMap((clause) => clause.answers);
      const { denominator } = part.find(({ id }) => id === "health_record_rate");
      assert.ok(denominator > 0 && denominator < whole.find(({ id }) => id === "health_record_rate").denominator);
      /* A count is asked of the whole county: its part has neither target nor path. */
      const trendOf = async (who) => (await who.fetch("/api/plans/grassroots_2023/clauses/25/trend")).body.trends.find((trend) => trend.is_judged);
      const [all, some] = [await trendOf(county), await trendOf(director)];
      assert.ok(all.points.every(({ low }) => low > 0), JSON.stringify(all));
      for (const { expected, low, is_met: isMet } of some.points) assert.deepEqual([expected, low, isMet], [undefined, undefined, undefined]);
    });

    it("a measure's own page shows a past day as the command does, by area and by facility, and waits for what nobody asked for before", async () => {
      const [id, on] = ["hypertension_recheck_rate", "2025-05-13"];
      const ask = async (query, who = county) => (await who.fetch(`/api/measures/${id}?on=${on}${query}`)).body;
      const first = await ask("");
      assert.deepEqual([first.on, first.today, first.is_complete, first.is_early, first.values], [on, "2025-06-30", false, false, []]);
      assert.ok(first.people > 0 && first.counted >= 0 && first.counted <= first.people);
      await ask("&from=2025Q2");
      const told = (kind) => askUntil(() => ask(kind), ({ is_complete: isMade }) => isMade);
      for (const [period, by] of [["2025", "area"], ["2024", "facility"], ["2025Q1", "area"]]) {
        const page = await told(`&from=${period}&by=${by}`);
        const cold = parseLines(attempt("measure", "--measure", id, "--period", period, "--by", by, "--on", on, ...options).out);
        const numbers = (list) => list.map(({ unit, period: of, denominator, numerator }) => [unit, of, denominator, numerator]);
        assert.ok(cold.length > 3, `${period} ${by}`);
        assert.deepEqual(numbers(page.values), numbers(cold), `${period} ${by}`);
      }
      const [now] = parseLines(attempt("measure", "--measure", id, "--period", "2025", "--unit", "441322", ...options).out);
      assert.notEqual((await ask("")).values.find(({ unit }) => unit === "441322").denominator, now.denominator);
      /* Who sees a part is told the parts that he sees whole, as today. */
      const director = await logIn(server, "director");
      for (const by of ["area", "facility"]) {
        const part = (await ask(`&by=${by}`, director)).values.map(({ unit }) => unit);
        assert.deepEqual(part, (await director.fetch(`/api/measures/${id}?by=${by}`)).body.values.map(({ unit }) => unit), by);
        assert.ok(part.length > 0 && !part.includes("441322"), by);
      }
      /* Before the first record nothing was known, and nothing is counted. */
      const early = (await county.fetch(`/api/measures/${id}?on=1999-03-04`)).body;
      assert.deepEqual([early.is_complete, early.is_early, early.values], [true, true, []]);
      for (const [query, where] of [["on=2025-07-01", "on"], ["on=soon", "on"], [`on=${on}&from=2023`, "from"], [`on=${on}&from=2025H1&until=2025H1`, "period"]]) {
        const refused = await county.fetch(`/api/measures/${id}?${query}`);
        assert.deepEqual([refused.status, refused.body.problems?.[0].where ?? refused.body.problems], [422, where], query);
      }
    });

    it("the file of a measure's past day names the day and holds that day's numbers", async () => {
      const [id, on] = ["hypertension_recheck_rate", "2025-05-13"];
      const { bytes, headers } = await file(`/api/measures/${id}/file?as=xlsx&on=${on}&from=2025`);
      assert.match(headers.get("content-disposition"), new RegExp(`${id}-${on}`));
      const { values } = (await county.fetch(`/api/measures/${id}?on=${on}&from=2025`)).body;
      const text = sheetsOf(bytes).map((sheet) => JSON.stringify(sheet)).join();
      assert.ok(text.includes(on) && text.includes("补记"));
      assert.ok(text.includes(String(values.find(({ unit }) => unit === "441322").denominator)));
      assert.match(textOfPdf((await file(`/api/measures/${id}/file?as=pdf&on=${on}&from=2025`)).bytes), new RegExp(on));
    });

    it("a clause whose day has passed is judged by the number of that day, and says what it is now", async () => {
      const { clause } = (await county.fetch("/api/plans/grassroots_2023/clauses/102")).body;
      const [answer] = clause.answers;
      assert.deepEqual([answer.state, answer.reason, answer.judged_on, answer.period], ["met", "met_on_day", "2023-12-31", "2023"]);
      assert.equal(answer.now.period, "2025");
      const [cold] = parseLines(attempt("measure", "--measure", answer.id, "--period", "2023", "--unit", "441322", "--on", "2023-12-31", ...options).out);
      assert.deepEqual([answer.numerator, answer.denominator], [cold.numerator, cold.denominator]);
    });

    it("the trend of a clause ends in its number, its closed periods are the measure's, and a met one meets the target unrounded", async () => {
      const path = "/api/plans/public_health_quality/clauses/27";
      const [line] = parseLines(attempt("plan", "trend", "--plan", "public_health_quality", "--clause", "27", ...options).out);
      const { trends } = (await county.fetch(`${path}/trend`)).body;
      const [answer] = (await county.fetch(path)).body.clause.answers;
      const judged = trends.find((trend) => trend.is_judged);
      assert.ok(judged.is_complete && judged.points.length > 2);
      assert.deepEqual(judged.points, line.points);
      const last = judged.points.at(-1);
      assert.deepEqual([last.value, last.period, last.is_running], [answer.value, answer.period, true]);
      const [closed] = parseLines(attempt("measure", "--measure", judged.id, "--period", "2024", "--unit", "441322", ...options).out);
      assert.deepEqual([judged.points.at(-2).numerator, judged.points.at(-2).denominator], [closed.numerator, closed.denominator]);
      for (const { value, low, is_met: isMet } of judged.points) assert.equal(isMet, value === undefined ? undefined : value >= low);
      assert.equal((await county.fetch("/api/plans/public_health_quality/clauses/999/trend")).status, 404);
    });

    it("two days stand side by side, what got worse first, by page and by command", async () => {
      const order = ["worse", "number_worse", "unknown", "same", "number_better", "better"];
      const body = (await county.fetch(`/api/plans/public_health_quality/changes?with=${DAY}`)).body;
      assert.deepEqual([body.then.on, body.now.on, body.clauses.length], [DAY, "2025-06-30", COUNTS.public_health_quality]);
      const places = body.clauses.map(({ change }) => order.indexOf(change));
      assert.deepEqual(places, places.toSorted((a, b) => a - b));
      assert.ok(new Set(places).size >= 3);
      for (const clause of body.clauses) {
        if (clause.then.state === clause.now.state) assert.ok(!["worse", "better"].includes(clause.change), clause.id);
        for (const { number_then: then, number_now: now, difference } of clause.answers) assert.equal(difference, then === undefined || now === undefined ? undefined : now - then);
      }
      const lines = parseLines(attempt("plan", "changes", "--plan", "public_health_quality", "--with", DAY, ...options).out);
      assert.deepEqual(lines.map(({ clause, change }) => [clause, change]), body.clauses.map(({ id, change }) => [id, change]));
      for (const days of ["with=2026-01-01", `with=2025-06-30&on=${DAY}`]) {
        const refused = await county.fetch(`/api/plans/public_health_quality/changes?${days}`);
        assert.deepEqual([refused.status, refused.body.problems[0].where], [422, "with"], days);
      }
      assert.equal((await county.fetch(`/api/plans/public_health_quality/changes?on=${DAY}`)).body.then.on, "2025-01-01");
    });

    it("what is written today changes no day before", async () => {
      const entry = { id: newId(), clause: "22", kind: "progress", happened_on: "2025-03-01", note: "方案已起草" };
      assert.equal((await county.fetch("/api/plans/public_health_quality/entries", { method: "POST", body: entry })).status, 200);
      const path = "/api/plans/public_health_quality/clauses/22";
      assert.equal((await county.fetch(path)).body.entries.length, 1);
      assert.equal((await county.fetch(`${path}?on=${DAY}`)).body.entries.length, 0);
    });

    it("a milestone is met once somebody says so with evidence, and no longer when that was an error", async () => {
      const withMilestone = clauses(await plan("quality_2023")).find((clause) => clause.answers.length === 1 && clause.answers[0].by === "milestone" && clause.state !== "met");
      const milestone = withMilestone.answers[0].id;
      const entry = { id: newId(), clause: withMilestone.id, kind: "milestone", milestone, happened_on: "2025-06-20", evidence: "县卫健〔2025〕8号" };
      const post = (body) => county.fetch("/api/plans/quality_2023/entries", { method: "POST", body });
      assert.equal((await post({ ...entry, evidence: "" })).status, 422);
      assert.equal((await post({ ...entry, happened_on: "2025-07-01" })).status, 422);
      const early = await post({ ...entry, happened_on: "1825-06-20" });
      assert.deepEqual([early.status, early.body.problems[0].where], [422, "/happened_on"], "a slip of the hand");
      assert.equal((await post({ ...entry, milestone: "no_such" })).status, 422);
      assert.equal((await post(entry)).status, 200);
      assert.equal((await post(entry)).status, 200);
      const path = `/api/plans/quality_2023/clauses/${withMilestone.id}`;
      const met = (await county.fetch(path)).body;
      assert.deepEqual([met.clause.state, met.clause.answers[0].reached_on, met.clause.entry_n], ["met", "2025-06-20", 1]);
      assert.deepEqual(met.entries.map(({ kind, evidence, written_on }) => [kind, evidence, written_on]), [["milestone", entry.evidence, "2025-06-30"]]);
      assert.equal((await county.fetch(`/api/plans/entries/${entry.id}/end`, { method: "POST", body: { reason: "" } })).status, 422);
      assert.equal((await county.fetch(`/api/plans/entries/${entry.id}/end`, { method: "POST", body: { reason: "记错了条款" } })).status, 204);
      const ended = (await county.fetch(path)).body;
      assert.equal(ended.clause.state, withMilestone.state);
      assert.deepEqual(ended.entries.map(({ ended_on, end_reason }) => [ended_on, end_reason]), [["2025-06-30", "记错了条款"]]);
    });

    it("the months of a plan say what falls due by which day and whether it is done, by page, file and command", async () => {
      const { dues, dated, clauses: all, on } = (await county.fetch("/api/plans/paired_areas/months")).body;
      const told = (list) => list.map(({ clause, day, state, owed, done }) => [clause, day, state, owed ?? null, done ?? null]);
      assert.deepEqual(dues, dues.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)));
      const of = (clause, day) => told(dues.filter((due) => due.clause === clause && due.day === day));
      /* A report's own day, not the end of the half-year; three of four agreements filed it. */
      assert.deepEqual(of("27", "2025-06-20"), [["27", "2025-06-20", "overdue", 4, 3]]);
      assert.deepEqual(of("27", "2025-12-20"), [["27", "2025-12-20", "later", 4, 0]]);
      assert.deepEqual(of("07", "2024-12-31").map(([, , state]) => state), ["missed"]);
      assert.deepEqual(of("07", on).map(([, , state]) => state), ["soon"]);
      assert.deepEqual(of("23", "2024-12-31").map(([, , state]) => state), ["overdue"]);
      assert.ok(dues.some(({ state }) => state === "done"));
      assert.equal(dated, new Set(dues.map(({ clause }) => clause)).size);
      assert.ok(dated < all);
      const lines = parseLines(attempt("plan", "months", "--plan", "paired_areas", ...options).out);
      assert.deepEqual(told(lines), told(dues));
      const bureaus = parseLines(attempt("plan", "months", "--plan", "paired_areas", "--owner", "county_bureaus", ...options).out);
      assert.deepEqual(told(bureaus), told(dues.filter(({ owners }) => owners.some(({ id }) => id === "county_bureaus"))));
      const [sheet] = sheetsOf((await file("/api/plans/paired_areas/months/file")).bytes);
      const rows = tableOf(sheet).lines;
      assert.equal(rows.length, dues.length);
      const [ofBureaus] = sheetsOf((await file("/api/plans/paired_areas/months/file?owner=county_bureaus")).bytes);
      assert.ok(bureaus.length > 0 && bureaus.length < dues.length);
      assert.equal(tableOf(ofBureaus).lines.length, bureaus.length);
      assert.deepEqual(rows.slice(0, 3).map((line) => line["进展"]), ["逾期", "逾期", "逾期"]);
      assert.match(textOfPdf((await file("/api/plans/paired_areas/months/file?as=pdf")).bytes), /逾期/);
      const of2023 = (await county.fetch("/api/plans/grassroots_2023/months")).body.dues.filter(({ clause }) => clause === "120");
      assert.deepEqual(of2023.map(({ day }) => day), ["2023-12-31"]); // asked of one year alone
      assert.equal((await county.fetch("/api/plans/no_such/months")).status, 404);
      assert.equal((await doctor.fetch("/api/plans/paired_areas/months")).status, 403);
    });

    it("what a post owes is named to it when it logs in, what is done no more, and nothing of others' plans", async () => {
      const reminders = async (who = county) => (await who.fetch("/api/reminders")).body;
      const before = await reminders();
      assert.deepEqual([before.dues.filter(({ state }) => state === "overdue").length, before.dues.filter(({ state }) => state === "soon").length], [before.overdue, before.soon]);
      assert.ok(before.dues.every(({ is_own: is, plan: id }) => is && id !== "grassroots_2023"));
      assert.deepEqual(before.dues.filter(({ plan: id }) => id === "paired_areas").map(({ clause, day }) => [clause, day]), [["26", "2025-06-20"], ["27", "2025-06-20"]]);
      const late = before.dues.find(({ plan: id, clause }) => id === "quality_2023" && clause === "70");
      assert.deepEqual([late.day, late.state], ["2023-12-31", "overdue"]);
      const { answers } = clauses(await plan("quality_2023")).find(({ id }) => id === "70");
      const entry = { id: newId(), clause: "70", kind: "milestone", milestone: answers[0].id, happened_on: "2025-06-25", evidence: "评审通过通知" };
      assert.equal((await county.fetch("/api/plans/quality_2023/entries", { method: "POST", body: entry })).status, 200);
      assert.equal((await reminders()).overdue, before.overdue - 1);
      assert.equal((await county.fetch(`/api/plans/entries/${entry.id}/end`, { method: "POST", body: { reason: "只是测试" } })).status, 204);
      assert.equal((await reminders()).overdue, before.overdue);
      assert.ok((await reminders(await logIn(server, "director"))).dues.every(({ owners }) => owners.some(({ id }) => /centres$/.test(id))));
      assert.equal((await doctor.fetch("/api/reminders")).status, 403);
    });

    it("what recurs is reached anew in each period", async () => {
      const clause = async () => (await county.fetch("/api/plans/public_health_quality/clauses/22")).body.clause;
      const year = async (period) => (await county.fetch("/api/plans/public_health_quality/months")).body.dues.find((due) => due.clause === "22" && due.period === period).state;
      const write = async (happened_on) => {
        const id = newId();
        assert.equal((await county.fetch("/api/plans/public_health_quality/entries", { method: "POST", body: { id, clause: "22", kind: "milestone", milestone: "yearly_programme_plan", happened_on, evidence: "博卫〔2024〕3号" } })).status, 200);
        return id;
      };
      assert.deepEqual([(await clause()).state, await year("2024"), await year("2025")], ["not_due", "overdue", "later"]);
      const last = await write("2024-05-06");
      assert.deepEqual([(await clause()).state, await year("2024"), await year("2025")], ["not_due", "done", "later"]);
      const now = await write("2025-05-06");
      assert.deepEqual([(await clause()).state, await year("2024"), await year("2025")], ["met", "done", "done"]);
      for (const id of [last, now]) await county.fetch(`/api/plans/entries/${id}/end`, { method: "POST", body: { reason: "只是测试" } });
    });

    it("ranks the health centres by their totals as they are shown, ties sharing a rank, and says what costs each most", () => {
      const rows = parseLines(attempt("score", "show", "--score", "public_health_work", "--period", "2024", ...options).out);
      assert.ok(rows.length >= 20);
      const shown = (row) => Math.round((row.total + Number.EPSILON) * 100) / 100;
      for (const row of rows) {
        assert.equal(row.rank, 1 + rows.filter((other) => shown(other) > shown(row)).length, row.unit);
        const told = row.parts.filter(({ points }) => points !== null);
        const weights = told.reduce((sum, { weight }) => sum + weight, 0);
        assert.ok(Math.abs(row.total - told.reduce((sum, { weight, points }) => sum + weight * points, 0) / weights) < 1e-9);
        assert.ok(Math.abs(100 - row.total - told.reduce((sum, { lost }) => sum + lost, 0)) < 1e-9);
        for (const { measure, denominator, numerator, floor, target, points } of told) {
          const share = (numerator * 100) / denominator;
          assert.ok(Math.abs(points - Math.max(0, Math.min(100, (100 * (share - floor)) / (target - floor)))) < 1e-9, measure);
        }
      }
      assert.ok(new Set(rows.map(shown)).size > 5, "centres differ");
    });

    it("leaves out of a running year what tells at its end only, and asks the days' share of what grows evenly", async () => {
      attempt("score", "show", "--score", "public_health_work", ...options);
      const { units, on } = { on: "2025-06-30", ...(await county.fetch("/api/scores/public_health_work")).body };
      const parts = units.flatMap((unit) => unit.parts);
      assert.ok(parts.filter(({ measure }) => measure === "hypertension_norm_rate").every(({ points }) => points == null));
      const { target } = parts.find(({ measure }) => measure === "elderly_exam_rate");
      assert.ok(Math.abs(target - (70 * 181) / 365) < 1e-9, `${on}: ${target}`);
    });

    it("freezes a bulletin that later records and another freezing do not change", async () => {
      const id = newId();
      const freeze = (body, who = county) => who.fetch("/api/scores/public_health_work/bulletins", { method: "POST", body });
      assert.equal((await freeze({ id, period: "2024", note: "年度通报" }, doctor)).status, 403);
      assert.equal((await freeze({ id, period: "2024-01" })).status, 422);
      for (const wrong of ["measures/elderly_exam_rate/cases?in=all", "measures/elderly_exam_rate/cases?period=2024-01"])
        assert.equal((await county.fetch(`/api/${wrong}`)).status, 422, wrong);
      assert.equal((await freeze({ id, period: "2099" })).status, 422, "what has not begun has no ranking");
      assert.equal((await freeze({ id, period: "2024", note: "年度通报" })).status, 200);
      const frozen = (await county.fetch(`/api/scores/bulletins/${id}`)).body;
      assert.deepEqual([frozen.period, frozen.note, frozen.frozen_on, frozen.is_ranked], ["2024", "年度通报", "2025-06-30", true]);
      const now = (await county.fetch("/api/scores/public_health_work?period=2024")).body;
      const withheld = ({ denominator, numerator, value, points, lost, ...rest }) => rest;
      const shown = (total) => Math.round((total + Number.EPSILON) * 100) / 100;
      const toldUnits = frozen.units.filter(({ is_held: isHeld }) => !isHeld);
      assert.deepEqual(frozen.units.map(({ unit }) => unit).toSorted(), now.units.map(({ unit }) => unit).toSorted());
      for (const { parts, ...unit } of frozen.units) {
        const { parts: then, ...same } = now.units.find((other) => other.unit === unit.unit);
        const few = then.filter(({ denominator }) => denominator > 0 && denominator < frozen.few_below);
        const others = parts.filter((part) => part.few === "with_others");
        const scored = then.filter(({ points }) => points !== undefined);
        const hasFew = few.some(({ points }) => points !== undefined);
        const { rank, total, is_held: isHeld, quarter, quality, ...rest } = unit;
        assert.deepEqual(rest, { unit: same.unit, name: same.name });
        assert.deepEqual(parts.filter((part) => part.few === "all").map(({ measure }) => measure), few.map(({ measure }) => measure), "numbers of few people are not published");
        if (hasFew && scored.length - few.length < 2) assert.ok(isHeld, "nor the total of a unit whose other parts are too few to hide them");
        if (isHeld) assert.deepEqual([hasFew, total, rank, others], [true, undefined, undefined, []]);
        else {
          assert.equal(total, hasFew ? shown(same.total) : same.total);
          assert.equal(rank, 1 + toldUnits.filter((other) => shown(other.total) > shown(total)).length);
          assert.ok(parts.some((part) => !part.few && part.points !== undefined));
        }
        for (const [i, part] of parts.entries()) assert.deepEqual(part, part.few ? { ...withheld(then[i]), few: part.few } : then[i]);
      }
      assert.ok(frozen.units.some(({ parts }) => parts.some(({ few }) => few)) && frozen.units.some(({ parts }) => parts.every(({ few }) => !few)));
      assert.equal((await freeze({ id, period: "2024", note: "别的" })).status, 409);
      assert.equal((await freeze({ id: newId(), period: "2024", note: "补发" })).status, 200);
      assert.deepEqual((await county.fetch(`/api/scores/bulletins/${id}`)).body, frozen);
      const { items } = (await county.fetch("/api/scores/bulletins?score=public_health_work")).body;
      assert.deepEqual(items.slice(0, 2).map(({ note }) => note), ["补发", "年度通报"]);
      const rows = parseLines(attempt("score", "bulletin", "--bulletin", id, ...options).out).filter(({ parts }) => parts);
      assert.deepEqual(rows.map(({ unit, rank }) => [unit, rank]), frozen.units.map(({ unit, rank }) => [unit, rank ?? null]));
      const { lines } = tableOf(sheetsOf((await file(`/api/scores/bulletins/${id}/file`)).bytes)[0]);
      assert.deepEqual(lines.map((line) => [line["代码"], line["名次"], line["总分"]]), frozen.units.map(({ unit, rank, total, is_held: isHeld }) => (isHeld ? [unit, "*", "*"] : [unit, rank ?? undefined, total ?? undefined])));
      const text = textOfPdf((await file(`/api/scores/bulletins/${id}/file?as=pdf`)).bytes).replace(/\s/g, "");
      const tied = toldUnits.filter(({ rank }) => toldUnits.filter((other) => other.rank === rank).length > 1);
      for (const { rank, name, total } of frozen.units) assert.ok(text.includes(name.zh.replace(/\s/g, "").slice(0, 8)) && (total === undefined || text.includes(total.toFixed(2))), `${rank}`);
      for (const { rank } of tied) assert.ok(text.includes(`${rank}（并列）`));
      assert.ok(text.includes("年度通报") && text.includes("发布：2025-06-30"));
      const heldN = frozen.units.length - toldUnits.length;
      assert.equal(text.includes(`因人数少不公布的${heldN}行不参加`), heldN > 0, "the file says who takes no part in its ranks");
      const ranking = tableOf(sheetsOf((await file("/api/scores/public_health_work/file?period=2024")).bytes)[0]);
      for (const [i, line] of ranking.lines.entries()) assert.deepEqual(line, Object.fromEntries(Object.keys(line).map((key) => [key, lines[i][key]])), "but for the note on the data");
      assert.equal((await doctor.fetch(`/api/scores/bulletins/${newId()}/file`)).status, 404);
    });

    it("gives a plan's board as a workbook whose lines are those of the page: numbers as numbers, days as days, no formula", async () => {
      const body = await plan("public_health_quality");
      const { bytes, headers } = await file("/api/plans/public_health_quality/file");
      assert.equal(headers.get("content-disposition"), 'attachment; filename="public_health_quality-2025-06-30.xlsx"');
      const [board, about] = sheetsOf(bytes);
      assert.deepEqual([board.name, about.name], ["条款", "说明"]);
      assert.match(board.rows[0][0].value, /截至 2025-06-30  演示数据$/);
      assert.match(board.xml, /<pane [^>]*ySplit="2"[^>]*state="frozen"/);
      const facts = new Map(about.rows.filter((row) => row?.[1]).map(([label, value]) => [label?.value, value.value]));
      assert.deepEqual([facts.get("依据"), facts.get("截至"), /^plan-public-health \d/.test(facts.get("规则包"))], [body.source.zh, "2025-06-30", true]);
      const all = clauses(body);
      const grassroots = { of: clauses(await plan("grassroots_2023")), table: tableOf(sheetsOf((await file("/api/plans/grassroots_2023/file")).bytes)[0]) };
      let [numbers, days] = [0, 0];
      for (const { of, table: { lines, cells, titles } } of [{ of: all, table: tableOf(board) }, grassroots]) for (const [at, clause] of of.entries()) {
        assert.equal(lines[at]["序号"], clause.id);
        const answer = clause.answers.find(({ state }) => state === clause.state) ?? clause.answers[0];
        const line = lines[at];
        assert.deepEqual([line["条款"], line["要求"], line["看什么"], line["说明"]], [clause.title.zh, clause.text.zh, answer.title.zh, answer.why.zh]);
        const number = answer.value ?? answer.number;
        assert.ok(number === undefined ? line["数值"] === undefined : isNear(line["数值"], number), clause.id);
        assert.ok(cells[at].every((cell) => !cell?.isFormula));
        const format = (title) => cells[at][titles.indexOf(title)]?.format;
        if (answer.unit === "%" && answer.value !== undefined) numbers += format("数值") === '0.00"%"';
        if (clause.due) {
          assert.equal(line["期限"], Date.parse(clause.due) / 86400000 + 25569);
          days += format("期限") === "yyyy-mm-dd";
        }
      }
      assert.ok(numbers > 3 && days > 3, `${numbers} ${days}`);
      const behind = tableOf(sheetsOf((await file("/api/plans/public_health_quality/file?state=behind&text=%3D1%2B1")).bytes)[0]);
      assert.equal(behind.lines.length, 0);
      const filtered = sheetsOf((await file("/api/plans/public_health_quality/file?state=behind", county, "en")).bytes);
      assert.deepEqual(tableOf(filtered[0]).lines.map((line) => line["No."]), all.filter(({ state }) => state === "behind").map(({ id }) => id));
      assert.match(filtered[0].rows[0][0].value, /Demo data$/);
      const searched = sheetsOf((await file("/api/plans/public_health_quality/file?text=%3D1%2B1")).bytes)[1].rows.flat().filter(Boolean);
      assert.ok(searched.some(({ value, isFormula }) => value === "=1+1" && !isFormula), "what looks like a formula is a text");
    });

    it("gives a plan's board as pages with every clause, and files only to who may see the page, each in the audit", async () => {
      const body = await plan("grassroots_2023");
      const text = textOfPdf((await file("/api/plans/grassroots_2023/file?as=pdf")).bytes).replace(/\s/g, "");
      for (const { title } of body.sections) assert.ok(text.includes(title.zh.replace(/\s/g, "")), title.zh);
      for (const { id, title } of clauses(body)) assert.ok(text.includes(title.zh.replace(/\s/g, "").slice(0, 6)), id);
      assert.ok(text.includes("演示数据") && text.includes("截至：2025-06-30") && /第1页，共\d+页/.test(text));
      assert.equal((await doctor.fetch("/api/plans/grassroots_2023/file")).status, 403);
      assert.equal((await county.fetch("/api/plans/nothing/file")).status, 404);
      assert.equal((await county.fetch("/api/plans/grassroots_2023/file?as=doc")).status, 422);
      const { account } = (await county.fetch("/api/session")).body;
      const admin = await logIn(server, "admin");
      const told = await askUntil(() => admin.fetch(`/api/audit?account=${account.id}`), (answer) => answer.text.includes("plan=grassroots_2023 as=pdf n=143"));
      assert.match(told.text, /"export\.plan"/);
    });

    it("gives a measure's units and the rows behind it as files: names to who may take tables away, none to others", async () => {
      const id = "hypertension_norm_rate";
      const { values } = (await county.fetch(`/api/measures/${id}?from=2024`)).body;
      const { lines, cells, titles } = tableOf(sheetsOf((await file(`/api/measures/${id}/file?from=2024`)).bytes)[0]);
      assert.ok(values.length > 20);
      const isFew = ({ denominator }) => denominator > 0 && denominator < 5;
      for (const [at, value] of values.entries()) {
        const { 代码: code, 分子: some, 分母: all } = lines[at];
        const isHeld = typeof all !== "number";
        assert.deepEqual([code, isHeld || some, isHeld || all], [value.unit, isHeld || value.numerator, isHeld || value.denominator]);
        if (isHeld) assert.deepEqual([all, some, lines[at]["数值"]], [isFew(value) ? "<5" : "*", "*", "*"]);
        else assert.ok(!isFew(value));
      }
      for (const town of values.filter(({ level }) => level === 4)) { /* no sum gives away what is held back of its villages */
        const below = values.filter(({ level, unit }) => level === 5 && unit.startsWith(town.unit));
        const held = below.filter(({ unit }) => typeof lines.find((line) => line["代码"] === unit)["分母"] !== "number");
        const isTold = typeof lines.find((line) => line["代码"] === town.unit)["分母"] === "number";
        assert.ok(!isTold || held.length === 0 || held.length === below.length || (held.length > 1 && held.reduce((sum, { denominator }) => sum + denominator, 0) >= 5), town.unit);
      }
      const share = lines.findIndex((line) => line["数值"] > 0 && line["数值"] < 100);
      assert.ok(isNear(lines[share]["数值"], (values[share].numerator * 100) / values[share].denominator));
      assert.equal(cells[share][titles.indexOf("数值")].format, '0.00"%"');
      const towns = values.filter(({ level }) => level === 4);
      const ranks = towns.filter(({ unit }) => typeof lines.find((line) => line["代码"] === unit)["分母"] === "number");
      assert.ok(ranks.length > 1);
      for (const { unit, value } of ranks) assert.equal(lines.find((line) => line["代码"] === unit)["名次（同级同期）"], 1 + ranks.filter((other) => other.value > value).length);
      const rows = tableOf(sheetsOf((await file(`/api/measures/${id}/cases/file?period=2024`)).bytes)[0]);
      assert.deepEqual(rows.titles, ["性别", "年龄段", "居住地或所在地", "计入分子"]);
      const clinician = await logIn(server, "clinician");
      const { cases } = (await clinician.fetch(`/api/measures/${id}/cases?period=2024&limit=200`)).body;
      const named = tableOf(sheetsOf((await file(`/api/measures/${id}/cases/file?period=2024`, clinician)).bytes)[0]);
      assert.ok(cases.length > 5);
      assert.deepEqual(named.lines.slice(0, 200).map((line) => [line["姓名"], line["计入分子"]]), cases.map(({ resident, in_numerator }) => [resident.name, in_numerator ? "是" : "否"]));
      assert.equal((await doctor.fetch(`/api/measures/${id}/cases/file?period=2024`)).status, 403, "a village doctor has no files of persons");
      const [sheet, about] = sheetsOf((await file("/api/measures/clinic_staffing_share/cases/file?period=2025")).bytes);
      const units = tableOf(sheet);
      assert.ok(units.lines.length > 5 && units.lines.every((line) => line["单位"] && line["代码"] && line["应有（人）"] > 0));
      assert.match(about.rows.find((row) => row?.[0]?.value === "应有怎样算")[1].value, /再乘以 1 人/);
    });

    it("shows a centre its own score, and no rank", async () => {
      const township = await logIn(server, "director");
      const { units } = (await township.fetch("/api/scores/public_health_work?period=2024")).body;
      assert.equal(units.length, 1);
      assert.ok(units[0].total > 0 && units[0].rank == null);
    });

    it("ranks clinics against clinics: a centre those below it, a village doctor sees his own line and the people behind what it lacks", async () => {
      const director = await logIn(server, "director");
      const told = async (client) => (await client.fetch("/api/scores/clinic_work?period=2024")).body;
      const [whole, part, own] = [await told(county), await told(director), await told(doctor)];
      assert.deepEqual([whole.level, whole.is_whole, part.is_whole, part.is_ranked], [5, true, false, true]);
      assert.ok(part.units.length > 1 && part.units.length < whole.units.length);
      assert.deepEqual(part.units.filter(({ rank }) => rank).map(({ rank, total }) => [rank, total]), part.units.filter(({ total }) => total !== undefined).map(({ total }) => [1 + part.units.filter((other) => Math.round(other.total * 100) > Math.round(total * 100)).length, total]));
      assert.equal(own.units.length, 1);
      const [mine] = own.units;
      const seen = whole.units.find(({ unit }) => unit === mine.unit);
      assert.deepEqual([mine.rank, mine.total, mine.parts.map(({ points }) => points)], [undefined, seen.total, seen.parts.map(({ points }) => points)]);
      const worst = mine.parts.filter(({ direction }) => direction === "up").sort((a, b) => b.lost - a.lost)[0];
      const { cases } = (await doctor.fetch(`/api/measures/${worst.measure}/cases?period=2024&facility=${mine.unit}&in=rest&limit=200`)).body;
      assert.equal(cases.length, worst.denominator - worst.numerator);
      assert.ok(worst.lost > 0 && cases.every(({ resident }) => resident.id && resident.name));
    });

    it("gives plans to those who may read them, and lets write only who may", async () => {
      assert.equal((await doctor.fetch("/api/plans")).status, 403);
      const director = await logIn(server, "director");
      assert.equal((await director.fetch("/api/plans/grassroots_2023")).status, 200);
      const body = { id: newId(), clause: "01", kind: "progress", happened_on: "2025-06-30", note: "已部署" };
      assert.equal((await director.fetch("/api/plans/grassroots_2023/entries", { method: "POST", body })).status, 403);
      assert.equal((await county.fetch("/api/plans/no_such_plan")).status, 404);
      assert.equal((await county.fetch("/api/plans/grassroots_2023/clauses/999")).status, 404);
    });
  });
}
