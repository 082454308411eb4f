// What those see who may see no persons: numbers by area for the county, the state of the system for its administrator.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, followup, parseLines, submit } from "../support/county.mjs";
import { sheetsOf, tableOf } from "../support/files.mjs";
import { databases, logIn, makeCounty, run, startServer } from "../support/server.mjs";

const states = ["overdue", "due", "open"];
const sums = (rows) => states.map((state) => rows.reduce((sum, row) => sum + row[state], 0));

for (const [name, makeDatabase] of databases) {
  describe(`numbers by area on ${name}`, () => {
    let options, server, county, director, doctor, admin;
    before(async () => {
      options = makeCounty(makeDatabase);
      // The server makes them too, but not in its first minute.
      for (const measure of ["hypertension_norm_rate", "quality_visit_duplicate"]) run("measure", "--measure", measure, "--period", "2025", ...options);
      server = await startServer(options);
      [county, director, doctor, admin] = await Promise.all(["county", "director", "doctor", "admin"].map((login) => logIn(server, login)));
    });
    after(() => server?.stop());
    const overview = async (client, area = "") => {
      const answer = await client.fetch(`/api/overview${area && `?area=${area}`}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };

    it("shows the county every township, and the villages of each add up to it", async () => {
      const { areas, programs } = await overview(county);
      assert.ok(areas.length >= 17);
      assert.ok(sums(areas)[0] > 0);
      for (const town of areas.slice(0, 4)) {
        const within = await overview(county, town.code);
        assert.equal(within.area.name, town.name);
        assert.deepEqual(sums(within.areas), sums([town]));
        assert.equal(Math.max(...within.areas.map((village) => village.days_late_most)), town.days_late_most);
        assert.ok(within.areas.every((village) => village.code.startsWith(town.code) && village.facilities.length > 0));
        assert.deepEqual(sums(town.by_program), sums([town]));
        assert.deepEqual(town.by_program.map(({ program }) => program), programs.map(({ program }) => program));
      }
    });

    it("gives the same numbers as the list to those who see persons", async () => {
      for (const client of [director, doctor]) {
        const { counts } = (await client.fetch("/api/obligations")).body;
        const { areas } = await overview(client);
        assert.deepEqual(sums(areas), states.map((state) => counts[state]));
      }
    });

    const measured = async (client, path) => {
      const answer = await client.fetch(path);
      assert.equal(answer.status, 200, answer.text);
      if ("is_complete" in answer.body) assert.ok(answer.body.is_complete, path);
      return answer;
    };
    const allCases = async (client, id, query) => {
      const cases = [];
      for (let next = ""; next !== null; ) {
        const { status, body, text } = await client.fetch(`/api/measures/${id}/cases?${query}&limit=50${next && `&after=${encodeURIComponent(next)}`}`);
        assert.equal(status, 200, text);
        cases.push(...body.cases);
        next = body.next;
      }
      return cases;
    };

    it("gives measures of which the list behind a number is as long as it says", async () => {
      const { body } = await measured(county, "/api/measures/hypertension_norm_rate?from=2024");
      const [whole] = body.values.filter(({ level }) => level === 3);
      const towns = body.values.filter(({ level }) => level === 4);
      assert.ok(whole.denominator > 50 && whole.numerator > 0 && whole.numerator < whole.denominator);
      assert.equal(whole.value, whole.numerator / whole.denominator);
      for (const number of ["denominator", "numerator"]) assert.equal(towns.reduce((sum, town) => sum + town[number], 0), whole[number]);
      const rows = await allCases(county, "hypertension_norm_rate", `period=2024&area=${towns[0].unit}`);
      assert.deepEqual([rows.length, rows.filter((row) => row.in_numerator).length], [towns[0].denominator, towns[0].numerator]);
      assert.ok(rows.every(({ resident }) => resident.age_group && !("name" in resident) && resident.area.length === 9));
      const mine = (await measured(director, "/api/measures?period=2024")).body.measures.find(({ id }) => id === "hypertension_norm_rate");
      assert.equal((await allCases(director, mine.id, "period=2024")).length, mine.denominator);
      const later = (await measured(director, "/api/measures?period=2025&earlier=1")).body.measures.find(({ id }) => id === mine.id);
      assert.deepEqual(later.earlier, [{ period: "2024", denominator: mine.denominator, numerator: mine.numerator, value: mine.value }]);
      assert.equal((await director.fetch("/api/measures?earlier=12")).status, 422);
      assert.ok((await director.fetch(`/api/measures/${mine.id}?from=2024`)).body.values.every(({ level }) => level === 5));
      assert.ok(mine.denominator < whole.denominator);
      assert.equal((await director.fetch("/api/measures/nothing")).status, 404);
      assert.equal((await director.fetch("/api/measures/hypertension_norm_rate?from=2024Q1")).status, 422);
      assert.equal((await admin.fetch("/api/measures")).status, 403);
    });

    it("lets a hit of a data-quality rule be found right once, for a reason, and keeps the number", async () => {
      const rule = "quality_visit_duplicate";
      const { items } = (await doctor.fetch("/api/obligations?state=overdue,due,open")).body;
      const { resident } = items.find((item) => item.program === "hypertension" && item.obligation === "followup");
      for (let visit = 0; visit < 2; visit++) assert.equal((await submit(doctor, followup(resident.id))).status, 201);
      const total = async () => (await director.fetch("/api/measures?period=2025")).body.measures.find(({ id }) => id === rule);
      const hits = await allCases(director, rule, "period=2025&in=numerator&checked=no");
      const { numerator, is_complete: isComplete } = await total();
      assert.ok(isComplete && hits.length === numerator);
      const [hit] = hits.filter((one) => one.resident.id === resident.id);
      assert.deepEqual([hit.form, hit.happened_on, hit.resident.name], ["hypertension_followup", "2025-06-30", resident.name]);
      assert.ok(hit.performed_by_name && hit.facility);
      const check = (client, id, body) => client.fetch(`/api/measures/${id}/checks`, { method: "POST", body });
      const { record } = hit;
      assert.equal((await check(director, rule, { record, reason: " " })).status, 422);
      assert.equal((await check(director, "quality_exam_incomplete", { record, reason: "不是" })).status, 404);
      assert.equal((await check(county, rule, { record, reason: "看过" })).status, 403);
      for (let again = 0; again < 2; again++) assert.ok((await check(director, rule, { record, reason: "上午下午各测一次" })).status < 300);
      assert.equal((await check(director, rule, { record, reason: "别的理由" })).status, 409);
      assert.equal((await allCases(director, rule, "period=2025&in=numerator&checked=no")).length, numerator - 1);
      const [checked] = await allCases(director, rule, "period=2025&checked=yes");
      assert.deepEqual([checked.record, checked.reason, checked.checked_on], [record, "上午下午各测一次", "2025-06-30"]);
      assert.equal((await total()).numerator, numerator);
      const byFacility = async (client) => (await measured(client, `/api/measures/${rule}?from=2025&by=facility`)).body.values;
      const all = new Map((await byFacility(county)).map((value) => [value.unit, value]));
      const mine = await byFacility(director);
      assert.ok(mine.length > 1 && mine.length < all.size && all.size > 20);
      assert.equal(Math.max(...mine.map((value) => value.denominator)), (await total()).denominator);
      for (const value of mine) {
        assert.deepEqual(value, all.get(value.unit));
        const listed = async (checked) => (await allCases(director, rule, `period=2025&in=numerator&facility=${value.unit}&checked=${checked}`)).length;
        assert.equal((await listed("no")) + (await listed("yes")), value.numerator, value.unit);
      }
      const [whole] = [...all.values()].sort((a, b) => b.numerator - a.numerator);
      assert.equal((await allCases(county, rule, `period=2025&in=numerator&facility=${whole.unit}`)).length, whole.numerator);
      assert.equal((await county.fetch(`/api/measures/hypertension_norm_rate/cases?period=2024&facility=${whole.unit}`)).status, 422);
      const audited = (await admin.fetch(`/api/audit?person=${resident.id}`)).body.items;
      assert.equal(audited.filter(({ action }) => action === "measure.check").length, 1);
    });

    it("freezes with a bulletin how good its data were, rule by rule and unit by unit, and later data do not change it", async () => {
      const rule = "quality_visit_duplicate";
      const freeze = async (note) => {
        const { code, out, err } = attempt("score", "freeze", "--score", "public_health_work", "--period", "2025", "--note", note, ...options);
        assert.equal(code, 0, err);
        const [{ bulletin: id }] = parseLines(out);
        return { id, read: async () => (await county.fetch(`/api/scores/bulletins/${id}`)).body };
      };
      const first = await freeze("上半年");
      const bulletin = await first.read();
      const of = (body) => body.quality.find(({ measure }) => measure === rule);
      const { numerator, denominator } = (await county.fetch(`/api/measures/${rule}?from=2025`)).body.values.find(({ level }) => level === 3);
      assert.deepEqual([of(bulletin).hits, of(bulletin).checked, of(bulletin).records, of(bulletin).is_complete], [numerator, 1, denominator, true]);
      assert.ok(bulletin.quality.some(({ measure }) => measure === "quality_no_document"), "the score reads personal information forms");
      assert.match(bulletin.frozen_at, /^2025-06-30T/);
      const at = bulletin.quality.findIndex(({ measure }) => measure === rule);
      const told = bulletin.units.map(({ quality }) => quality[at]).filter(({ few }) => !few);
      assert.ok(told.length > 0 && told.some(({ checked }) => checked === 1));
      assert.ok(told.reduce((sum, { hits }) => sum + hits, 0) <= numerator);
      const { items } = (await doctor.fetch("/api/obligations?state=overdue,due,open")).body;
      const { resident } = items.find((item) => item.program === "hypertension" && item.obligation === "followup");
      for (let visit = 0; visit < 2; visit++) assert.equal((await submit(doctor, followup(resident.id))).status, 201);
      assert.ok(of(await (await freeze("补发")).read()).hits >= numerator + 2);
      assert.deepEqual(await first.read(), bulletin);
      const file = await fetch(`${server.url}/api/scores/bulletins/${first.id}/file`, { headers: { cookie: `${county.cookie}; lang=zh` } });
      const [sheet, about] = sheetsOf(Buffer.from(await file.arrayBuffer()));
      const note = about.rows.map((row) => row?.map((cell) => cell?.value)).filter((row) => row?.[0] === "数据质量");
      assert.equal(note.length, bulletin.quality.length);
      assert.ok(note.some(([, said]) => said.includes(`${denominator} 条记录中有疑点 ${numerator} 条，其中已核对 1 条`)));
      const { lines } = tableOf(sheet);
      assert.ok(lines.every((line) => "待核对的疑点" in line && `${of(bulletin).title.zh}：待核对` in line));
      const listed = parseLines(attempt("score", "bulletin", "--bulletin", first.id, ...options).out).find((line) => line.quality === rule && !line.unit);
      assert.deepEqual([listed.hits, listed.checked, listed.records], [numerator, 1, denominator]);
    });

    it("ends at the sight of the asker", async () => {
      const { areas } = await overview(director);
      assert.equal(areas.length, 1);
      const other = (await overview(county)).areas.find(({ code }) => code !== areas[0].code);
      for (const area of [other.code, "999999999", "x"]) assert.equal((await director.fetch(`/api/overview?area=${area}`)).status, 404, area);
    });

    it("shows nothing of a person to those who may see none", async () => {
      const list = (await county.fetch("/api/obligations")).body;
      assert.ok(list.items.length > 0);
      const people = list.items.filter(({ resident }) => resident);
      assert.ok(people.length > 0);
      assert.ok(people.every(({ resident }) => !("name" in resident) && !("birth_date" in resident) && resident.area.length === 9));
      assert.equal((await county.fetch("/api/residents?q=x")).status, 403);
      const person = (await doctor.fetch("/api/obligations?limit=1")).body.items[0].resident;
      const { text } = await county.fetch(`/api/overview?area=${person.area}`);
      assert.ok(!text.includes(person.id) && !text.includes(`"${person.name}"`));
    });

    it("tells the state of the system to its administrator alone", async () => {
      for (const client of [county, director, doctor]) assert.equal((await client.fetch("/api/system")).status, 403);
      assert.equal((await admin.fetch("/api/overview")).status, 403);
      const { body } = await admin.fetch("/api/system");
      assert.equal(body.place.code, "441322");
      assert.equal(body.database.engine, name);
      assert.ok(body.database.bytes > 100000 && body.database.migration >= 7);
      const packs = body.packs.map(({ pack }) => pack);
      assert.deepEqual(["assistance", "county", "national-2017"].filter((pack) => !packs.includes(pack)), []);
      assert.ok(body.packs.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
      const roles = Object.fromEntries(body.accounts.map(({ role, accounts }) => [role, accounts]));
      assert.equal(roles.administrator, 1);
      assert.ok(roles.village_doctor > 300);
      assert.equal(body.work.stale_subjects, 0);
      assert.ok(body.work.sessions >= 4);
      assert.ok(body.audit.entries > 0 && body.audit.chains >= 1);
    });
  });
}
