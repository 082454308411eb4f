// What the county's measures, plans and scores must be able to say, as the systems of the catalogue (SYS) ask for it, of
// townships made for it, when the year is over. What falls short is written and looked at, then what is enough: twice for all
// sentences together, for each look makes every measure anew.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, newId, parseLines, submit } from "../support/county.mjs";
import { sheetsOf, tableOf } from "../support/files.mjs";
import { databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const packs = ["--packs", join(root, "packs")];
const TOWN = "441322901"; // 69 clinics and ten centres
const FEW = "441322902"; // ten clinics
const CLINICS = { [TOWN]: 69, [FEW]: 10 };
const CENTRES = 10;
const HOSPITAL = "441322H90";

for (const [name, makeDatabase] of databases) {
  describe(`scoreboards on ${name}`, () => {
    let options, server, county, officer, short, enough, already;
    const command = (words, ...more) => {
      const { code, out, err } = attempt(...words.split(" "), ...more, ...options, ...packs);
      assert.equal(code, 0, err);
      return out;
    };
    const sheet = (words, rows, ...more) => {
      const file = join(temporaryFolder(), "sheet.csv");
      writeFileSync(file, `${rows.join("\n")}\n`);
      return command(words, file, ...more);
    };
    /** The three physicians of the first centre; how the practitioner studied is what the register of staff says now. */
    const employ = (education) => sheet("staff import", [
      "code,name,facility,post,valid_from,qualification,education",
      `${centre(1)}-1,试验甲,${centre(1)},general_practitioner,2025-01-01,physician,${education}`,
      `${centre(1)}-2,试验乙,${centre(1)},tcm_physician,2025-01-01,physician,`,
      `${centre(1)}-3,试验丙,${centre(1)},public_health,2025-01-01,assistant_physician,`,
    ], "--passwords", join(temporaryFolder(), "passwords.csv"));
    /** Facilities and areas have the id that follows from their kind and code. */
    const subject = (code) => {
      const bytes = createHash("sha256").update(`441322\n${code.length === 9 ? "area" : "facility"}\n${code}\n`).digest().subarray(0, 16);
      bytes[6] = 0x80 | (bytes[6] & 0x0f);
      bytes[8] = 0x80 | (bytes[8] & 0x3f);
      return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    };
    const say = async (form, code, answers, happened_on = "2025-12-30") => {
      const answer = await submit(officer, { id: newId(), form, subject: subject(code), happened_on, answers, confirmed: [] });
      assert.equal(answer.status, 201, `${form} ${code}: ${answer.text}`);
    };
    /** How plans and units stand now: `judged` by clause and measure in a unit, `rows` of a measure by unit's code. */
    const look = async (asked, measures) => {
      const lines = new Map();
      for (const [plan, unit] of asked)
        for (const line of parseLines(command("measure", "--plan", plan, "--period", "2025", "--unit", unit))) lines.set(`${unit} ${line.clause} ${line.measure}`, line);
      const cases = new Map();
      for (const id of measures) {
        const asks = [TOWN, FEW].map((area) => county.fetch(`/api/measures/${id}/cases?period=2025&limit=200&area=${area}`));
        cases.set(id, (await Promise.all(asks)).flatMap(({ body }) => body.units));
      }
      return {
        judged: (unit, clause, measure) => lines.get(`${unit} ${clause} ${measure}`) ?? assert.fail(`nothing of ${unit} ${clause} ${measure}`),
        lists: (id) => cases.has(id),
        row: (id, code) => {
          const { required, actual, in_numerator } = cases.get(id).find((unit) => unit.code === code) ?? assert.fail(`${id} does not list ${code}`);
          return [required, actual, in_numerator];
        },
        ranking: command("score", "show", "--score", "contract_work", "--period", "2025"),
        communities: Object.fromEntries(["2024", "2025"].map((period) => [period, byCommunity("contract_coverage", period)])),
        visits: byCommunity("in_county_visit_share", "2025"),
      };
    };
    const LISTED = ["clinic_disease_share", "community_area_standard_share", "seven_room_share", "clinic_staffing_share", "centres_with_three_physicians_share", "townships_with_one_centre", "townships_with_years_in_a_row", "townships_below_target", "hospitals_with_featured_specialty_share"];
    const clinic = (town, n) => `${town}V${String(n).padStart(3, "0")}`;
    const centre = (n) => `${TOWN}C${String(n).padStart(2, "0")}`;
    const rooms = ["consultation", "treatment", "observation", "pharmacy", "tcm", "public_health", "duty"];
    const visits = { residents: 100000, visits: 1000, visits_primary: 600 };
    const evaluate = (n, level = "basic", on = "2025-12-30") => say("facility_capability", clinic(TOWN, n), { level, evaluated_on: "2025-12-01" }, on);

    const discipline = newId();
    const sayDiscipline = async (discipline_class, happened_on = "2025-12-30") => {
      const answers = { discipline_name: "试验专科", discipline_no: "SY-1", discipline_class, unit: HOSPITAL, starts_on: "2025-01-01" };
      const answer = await submit(officer, { id: newId(), form: "discipline", subject: discipline, happened_on, answers, confirmed: [] });
      assert.equal(answer.status, 201, answer.text);
    };

    const communities = [newId(), newId()];
    /** Two communities, the hospital's and that of the centre of the second township; `rows` are members besides. */
    const unite = async (i, rows, happened_on) => {
      const answers = { community_name: `试验医共体${i + 1}`, community_no: `SY-${i + 1}`, lead: [HOSPITAL, `${FEW}C01`][i], starts_on: "2024-01-01", membership: rows };
      const answer = await submit(officer, { id: newId(), form: "medical_community", subject: communities[i], happened_on, answers, confirmed: [] });
      assert.equal(answer.status, 201, answer.text);
    };
    const byCommunity = (measure, period) => new Map(parseLines(command("measure", "--measure", measure, "--period", period, "--by", "community")).map((line) => [line.unit, [line.denominator, line.numerator]]));

    const fallShort = async () => {
      await unite(0, [{ member: centre(1), joined_on: "2024-01-01" }], "2025-12-30");
      await unite(1, [], "2025-12-30");
      await say("facility_capability", clinic(FEW, 1), { diseases: 19, level: "basic" });
      await say("contract_report", centre(1), { residents: 1000, contracted: 400, effective: 300 }, "2024-12-31");
      await say("contract_report", centre(1), { residents: 1000, contracted: 409, effective: 300 });
      for (let n = 1; n < 9; n++) if (n !== 4) await say("facility_premises", centre(n), { served_population: 20000, tcm_hall: n <= 2 ? "model" : "hall" });
      await say("facility_premises", centre(10), { served_population: 40000, beds: 10, building_area: 1649, business_area: 1649, tcm_hall: "hall" });
      await say("facility_premises", centre(9), { served_population: 62000, beds: 20, building_area: 2200, business_area: 2200, tcm_hall: "hall" });
      for (const [town, last] of [[TOWN, 62], [FEW, 9]])
        for (let n = 1; n <= last; n++) await say("facility_premises", clinic(town, n), { served_population: n === 3 ? 1001 : 900, property: "public", rooms: rooms.slice(1) });
      for (let n = 1; n <= 284 - already; n++) await evaluate(n);
      await say("facility_premises", centre(4), { served_population: 20000, tcm_hall: "hall", beds: 519 });
      await say("facility_staffing", clinic(FEW, 3), { workers: 1 });
      employ("bachelor_part_time");
      await say("visit_report", TOWN, { ...visits, visits_county: 899 });
      for (const town of [TOWN, FEW])
        for (const year of [2023, 2024, 2025]) {
          const answers = [town === FEW && year === 2024 ? "1" : "2", town === FEW && year === 2024 ? "2" : "1"]; /* put right a day later */
          for (const [i, is_met] of answers.entries()) await say("township_assessment", town, { assessed_year: year, score: 90, is_met }, `${year}-12-${30 + i}`);
        }
      await sayDiscipline("featured");
    };
    const doEnough = async () => {
      const on = "2025-12-31";
      await say("facility_capability", clinic(FEW, 1), { diseases: 20, level: "basic" }, on);
      await say("contract_report", centre(1), { residents: 1000, contracted: 410, effective: 301, with_record: 400 }, on);
      await say("facility_premises", centre(3), { served_population: 20000, tcm_hall: "model" }, on);
      await say("centre_condition", centre(2), { is_kept: "1" }, on);
      await say("facility_premises", centre(10), { served_population: 40000, beds: 10, building_area: 1650, business_area: 1650, tcm_hall: "hall" }, on);
      await say("facility_premises", clinic(FEW, 2), { served_population: 900, property: "public", rooms }, on);
      await evaluate(285 - already, "none", on);
      await say("facility_premises", centre(4), { served_population: 20000, tcm_hall: "hall", beds: 520 }, on);
      await say("facility_staffing", clinic(FEW, 3), { workers: 2 }, on);
      employ("bachelor_full_time");
      await say("visit_report", TOWN, { ...visits, visits_county: 900 }, on);
      await sayDiscipline("primary", on);
      await unite(0, [{ member: centre(1), joined_on: "2024-01-01", left_on: "2025-12-30" }], on);
      await unite(1, [{ member: centre(1), joined_on: on }], on);
    };

    before(async () => {
      options = makeCounty(makeDatabase, { on: "2026-01-31", residents: 1000 });
      const places = Object.entries(CLINICS).flatMap(([town, n]) => Array.from({ length: n }, (_, i) => ({ town, n: i + 1 })));
      sheet("areas import", [
        "code,parent,level,name,name_en,kind,valid_from,valid_to,succeeds",
        ...[TOWN, FEW].map((code, i) => `${code},441322,4,试验镇${i + 1},Trial Town ${i + 1},,2020-01-01,,`),
        ...places.map(({ town, n }) => `${town}${String(n).padStart(3, "0")},${town},5,试验村${n},Trial Village ${n},,2020-01-01,,`),
      ]);
      sheet("facilities import", [
        "code,name,name_en,kind,level,parent,area,ownership,valid_from",
        `${HOSPITAL},试验医院,Trial Hospital,county_hospital,3,441322G01,${TOWN},government,2020-01-01`,
        `${FEW}C01,试验卫生院,Trial Centre,township_centre,4,441322G01,${FEW},government,2020-01-01`,
        ...Array.from({ length: CENTRES }, (_, i) => `${centre(i + 1)},试验卫生院${i + 1},Trial Centre ${i + 1},${i >= 8 ? "community_centre" : "township_centre"},4,441322G01,${TOWN},${i < 2 ? "government" : "private"},2020-01-01`),
        ...places.map(({ town, n }) => `${clinic(town, n)},试验卫生室${n},Trial Clinic ${n},village_clinic,5,${town}C01,${town}${String(n).padStart(3, "0")},government,2020-01-01`),
      ]);
      server = await startServer(options);
      county = await logIn(server, "county");
      officer = await logIn(server, "reporter");
      already = parseLines(command("measure", "--measure", "clinics_evaluated", "--period", "2025", "--unit", "441322"))[0].numerator;
      assert.ok(already < 284 && already + CLINICS[TOWN] > 286, `${already}`);
      await fallShort();
      short = await look([["grassroots_2023", TOWN], ["grassroots_2023", FEW], ["quality_2023", TOWN], ["grassroots_2023", "441322"]], LISTED);
      short.again = command("score", "show", "--score", "contract_work", "--period", "2025");
      const [{ bulletin }] = parseLines(command("score", "freeze", "--score", "contract_work", "--period", "2025", "--note", "年度通报"));
      short.circular = command("score", "bulletin", "--bulletin", bulletin);
      await doEnough();
      enough = await look([["grassroots_2023", TOWN], ["quality_2023", TOWN], ["grassroots_2023", "441322"]], LISTED);
      enough.circular = command("score", "bulletin", "--bulletin", bulletin);
    });
    after(() => server?.stop());

    it("SYS-02: a clinic with 19 diseases is unmet at 19 of 20, and the twentieth turns it to met", () => {
      const stands = (then) => then.row("clinic_disease_share", clinic(FEW, 1));
      assert.deepEqual([stands(short), stands(enough)], [[20, 19, false], [20, 20, true]]);
    });

    it("SYS-05: coverage of 40.0 % that rises to 40.9 % is unmet, to 41.0 % met; a contract without service is not effective", () => {
      const coverage = (then) => then.judged(TOWN, "88", "contract_coverage");
      assert.deepEqual([coverage(short).value, coverage(short).reason, coverage(enough).value, coverage(enough).reason], [40.9, "below_path", 41, "target_met"]);
      const effective = short.judged(TOWN, "81", "effective_contract_share");
      assert.deepEqual([effective.denominator, effective.numerator], [409, 300]);
    });

    it("SYS-15: ten centres that all have a hall are met with three model halls, unmet with two", () => {
      const stands = (then) => ["tcm_hall_share", "model_tcm_hall_share"].map((id) => then.judged(TOWN, "92", id).reason);
      assert.deepEqual([stands(short), stands(enough)], [["target_met", "target_not_met"], ["target_met", "target_met"]]);
    });

    it("SYS-47: a township with two government centres is flagged, unless the second is on the kept list", () => {
      const stands = (then) => then.row("townships_with_one_centre", TOWN)[2];
      assert.deepEqual([stands(short), stands(enough)], [false, true]);
    });

    it("SYS-48: a community centre of 40,000 people with 10 beds needs 1,650 m²; a clinic with six of seven rooms fails", () => {
      const area = (then) => then.row("community_area_standard_share", centre(10));
      assert.deepEqual([area(short), area(enough)], [[1650, 1649, false], [1650, 1650, true]]);
      assert.deepEqual(short.row("community_area_standard_share", centre(9)), [2200, 2200, true]);
      const stands = (then) => then.row("seven_room_share", clinic(FEW, 2))[2];
      assert.deepEqual([stands(short), stands(enough)], [false, true]);
    });

    it("SYS-49: a public share of 89.9 % fails in 2025, 90.0 % passes", () => {
      const [most, nine] = [TOWN, FEW].map((town) => short.judged(town, "27", "public_clinic_share"));
      assert.deepEqual([most.value.toFixed(1), most.reason, nine.value, nine.reason], ["89.9", "target_not_met", 90, "target_met"]);
    });

    it("SYS-50: 284 clinics evaluated are unmet, 285 met; one that is evaluated below basic fails the hundred per cent", () => {
      const evaluated = (then) => then.judged("441322", "28", "clinics_evaluated");
      assert.deepEqual([evaluated(short).value, evaluated(short).reason, evaluated(enough).value, evaluated(enough).reason], [284, "target_not_met", 285, "target_met"]);
      const stands = (then) => then.judged(TOWN, "28", "clinic_basic_standard_share").reason;
      assert.deepEqual([stands(short), stands(enough)], ["target_met", "target_not_met"]);
    });

    it("SYS-54: 5.49 beds of a thousand residents fail and 5.50 pass", () => {
      const beds = (then) => then.judged(TOWN, "80", "beds_per_thousand_residents");
      assert.deepEqual([beds(short).value, beds(short).reason, beds(enough).value, beds(enough).reason], [5.49, "target_not_met", 5.5, "target_met"]);
    });

    it("SYS-55: 1,001 people need two workers, and a general practitioner with a part-time degree is none of the three physicians", () => {
      const workers = (then) => then.row("clinic_staffing_share", clinic(FEW, 3));
      assert.deepEqual([workers(short), workers(enough)], [[2, 1, false], [2, 2, true]]);
      const physicians = (then) => then.row("centres_with_three_physicians_share", centre(1))[2];
      assert.deepEqual([physicians(short), physicians(enough)], [false, true]);
    });

    it("an organisation's own page says of each standard what the list behind the measure says, what is not met first", async () => {
      const of = async (code) => (await county.fetch(`/api/subjects/facility/${code}/standards?on=2025-12-31`)).body;
      const page = await of(clinic(FEW, 3));
      const standard = page.standards.find(({ measure }) => measure === "clinic_staffing_share");
      assert.deepEqual([standard.period, standard.required, standard.actual, standard.is_met, standard.is_final], ["2025", 2, 2, true, true]);
      assert.equal(page.met, page.standards.filter(({ is_met: is }) => is).length);
      assert.deepEqual(page.standards.map(({ is_met: is }) => is), page.standards.map(({ is_met: is }) => is).sort((a, b) => a - b));
      assert.ok(page.standards.every(({ measure }) => !["clinics_evaluated", "village_doctors_trained_share", "contract_coverage"].includes(measure)), "what is only counted, staff and amounts are no standards of it");
      const asked = (await of(centre(1))).standards;
      for (const { measure, is_met: is, required, actual } of asked.filter(({ measure }) => enough.lists(measure))) assert.deepEqual([required, actual, is], enough.row(measure, centre(1)), measure);
      assert.ok(asked.some(({ measure }) => measure === "centres_with_three_physicians_share"));
      assert.ok(page.years.includes(2025) && page.years.every((year, at) => at === 0 || year === page.years[at - 1] - 1), "the years that are kept, the running one first");
      assert.equal((await county.fetch(`/api/subjects/facility/${clinic(FEW, 3)}x/standards`)).status, 404);
    });

    it("SYS-75: 89.9 % of visits within the county fail and 90 % pass; the same data give the same ranking, and the circular is frozen", () => {
      const stands = (then) => then.judged(TOWN, "01", "in_county_visit_share");
      assert.deepEqual([stands(short).value, stands(short).reason, stands(enough).value, stands(enough).reason], [89.9, "target_not_met", 90, "target_met"]);
      assert.equal(short.again, short.ranking);
      assert.notEqual(enough.ranking, short.ranking);
      assert.equal(enough.circular, short.circular);
    });

    it("SYS-75: numbers add up to communities by who was a member on the period's last day, and what a centre did before it changed stays", async () => {
      const told = (then, period) => ["SY-1", "SY-2"].map((code) => then.communities[period].get(code));
      assert.deepEqual([told(short, "2024"), told(enough, "2024")], [[[1000, 400], undefined], [[1000, 400], undefined]]);
      assert.deepEqual([told(short, "2025"), told(enough, "2025")], [[[1000, 409], undefined], [undefined, [1000, 410]]]);
      assert.deepEqual([short, enough].map(({ visits }) => [visits.get("SY-1"), visits.get("SY-2")]), [[[1000, 899], undefined], [undefined, [1000, 900]]], "a township's report counts for the community of its centre");
      const { body } = await county.fetch("/api/measures/contract_coverage?from=2025&by=community");
      assert.deepEqual(body.values.filter(({ unit }) => unit === "SY-2").map(({ name, denominator, numerator }) => [name.zh, denominator, numerator]), [["试验医共体2", 1000, 410]]);
      assert.equal((await county.fetch("/api/measures/contract_coverage?by=discipline")).status, 422, "who has no members groups nothing");
    });

    it("SYS-75: communities are ranked by their core indicators, and the circular of it is frozen", async () => {
      const show = () => parseLines(command("score", "show", "--score", "community_core", "--period", "2025"));
      const [, mine, ...theirs] = show().map(({ unit, rank }) => [unit, rank]).sort();
      assert.deepEqual([mine, theirs.map(([, rank]) => rank)], [["SY-2", null], [null, null]], "of four communities one has no numbers: nobody is ranked");
      const report = await submit(officer, { id: newId(), form: "community_report", subject: communities[0], happened_on: "2025-12-31", answers: { residents: 100000, posted: 10 }, confirmed: [] });
      assert.equal(report.status, 201, report.text);
      const units = show();
      assert.deepEqual(units.map(({ unit, rank }) => [unit.slice(0, 3), rank]), [["SY-", 1], ["SY-", 1], ["YGT", 3], ["YGT", 4]]);
      const [first] = units.find(({ unit }) => unit === "SY-2").parts;
      assert.deepEqual([first.measure, first.denominator, first.numerator, first.points], ["in_county_visit_share", 1000, 900, 100]);
      assert.equal((await county.fetch("/api/scores/community_core?period=2025")).body.by, "community");
      const [{ bulletin }] = parseLines(command("score", "freeze", "--score", "community_core", "--period", "2025", "--note", "医共体通报"));
      const frozen = command("score", "bulletin", "--bulletin", bulletin);
      assert.ok(frozen.includes("试验医共体2"));
      await say("visit_report", TOWN, { ...visits, visits_county: 700 }, "2025-12-31");
      assert.notDeepEqual(show(), units);
      assert.equal(command("score", "bulletin", "--bulletin", bulletin), frozen);
    });

    it("SYS-79: who met 2023, 2024 and 2025 is on the reward list, who missed 2024 is not", () => {
      const stands = (town) => short.row("townships_with_years_in_a_row", town);
      assert.deepEqual([stands(TOWN), stands(FEW)], [[3, 3, true], [3, 2, false]]);
      const missed = [TOWN, FEW].map((town) => short.row("townships_below_target", town)[2]);
      assert.deepEqual(missed, [false, false], "the newest assessment of the year decides");
    });

    it("a hospital has a featured specialty by its newest entry, not by one that was put right since", () => {
      const stands = (then) => then.row("hospitals_with_featured_specialty_share", HOSPITAL)[2];
      assert.deepEqual([stands(short), stands(enough)], [true, false]);
    });

    it("an amount that nobody reported is not nought: the centre is left out of the share", () => {
      assert.throws(() => short.judged(TOWN, "141", "contracted_with_record_share"), /nothing of/);
      const { denominator, numerator } = enough.judged(TOWN, "141", "contracted_with_record_share");
      assert.deepEqual([denominator, numerator], [410, 400]);
    });

    it("SYS-73: a threshold that one county changes is in force from its day, and the old one stays with its own", () => {
      command("policy set", "--parameter", "in_county_visit_share", "--from", "2026-03-01", "--value", "92", "--source", "县卫健〔2026〕1号");
      const value = (on) => Number(parseLines(command("policy list", "--on", on)).find(({ parameter }) => parameter === "in_county_visit_share").value);
      assert.deepEqual([value("2026-02-28"), value("2026-03-01")], [90, 92]);
      assert.ok(command("policy history").includes("县卫健〔2026〕1号"));
    });

    it("counts the years in a row in which a centre met a score's line, up to the last one that is over, and names the year without data", async () => {
      const told = (period, unit) => parseLines(command("score", "show", "--score", "contract_work", "--period", period)).find((line) => line.unit === unit).in_a_row;
      const met = { line: "at_least", years: 2, of: 3, gap: "2023", then: "" };
      assert.deepEqual(told("2025", centre(1)), [met], "2025 by its bulletin, 2024 as it is known");
      assert.deepEqual(told("2026", centre(1)), [met], "a year that still runs does not count");
      assert.deepEqual(told("2025", `${FEW}C01`).map(({ years, gap }) => [years, gap]), [[0, "2025"]]);
      const { body } = await county.fetch("/api/scores/contract_work?period=2026");
      assert.deepEqual([body.in_a_row.to, body.in_a_row.lines.map(({ line, at, years }) => [line, at, years])], ["2025", [["at_least", 60, 3]]]);
      assert.deepEqual(body.units.find(({ unit }) => unit === centre(1)).in_a_row, [{ years: 2, is_reached: false, gap: "2023" }]);
      const [ranking, about] = sheetsOf(Buffer.from(await (await fetch(`${server.url}/api/scores/contract_work/file?period=2025`, { headers: { cookie: `${county.cookie}; lang=zh` } })).arrayBuffer()));
      const line = tableOf(ranking).lines.find((one) => one["代码"] === centre(1));
      assert.equal(line["连续达标（年）"], "2（2023 年没有数据）");
      assert.match(about.rows.find((row) => row?.[0]?.value === "连续达标（年）")[1].value, /连续 3 年总分不低于当年的线（2025 年为 60 分）：列入表彰奖励名单/);
    });

    it("weighs a score's items by parameters of the period's first day, which a county changes from a day on", () => {
      const parts = (period) => parseLines(command("score", "show", "--score", "contract_work", "--period", period))[0].parts.map(({ weight }) => weight);
      assert.deepEqual(parts("2025"), [30, 30, 25, 15]);
      for (const [from, value] of [["2026-02-01", "50"], ["2027-01-01", "60"]])
        command("policy set", "--parameter", "weight_contract_coverage", "--from", from, "--value", value, "--source", "县卫健〔2026〕2号");
      assert.deepEqual(["2025", "2026", "2027"].map((period) => parts(period)), [[30, 30, 25, 15], [30, 30, 25, 15], [60, 30, 25, 15]]);
    });
  });
}
