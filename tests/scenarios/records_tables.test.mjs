// A form's records as a table and as CSV: who sees which, filters and pages, what a spreadsheet gets.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { askUntil, attempt, followup, submit, wholeList } from "../support/county.mjs";
import { textOfPdf } from "../support/files.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const FORM = "hypertension_followup";

/** What a reader of the PDF finds when he searches it. */
/** Rows of cells; the quoting of RFC 4180. */
function cellsOf(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}

for (const [name, makeDatabase] of databases) {
  describe(`tables of records, on ${name}`, () => {
    let options, server, doctor, clinician, county, people, mine;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician, county] = await Promise.all(["doctor", "clinician", "county"].map((login) => logIn(server, login)));
      people = [...new Map((await wholeList(doctor)).map(({ resident }) => [resident.id, resident])).values()];
      mine = followup(people[0].id, { symptoms: ["3", "4"] });
      assert.equal((await submit(doctor, mine)).status, 201);
    });
    after(() => server?.stop());

    const page = async (client, query = "") => {
      const answer = await client.fetch(`/api/forms/${FORM}/records?limit=40${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };
    const whole = async (client, query = "") => {
      const records = [];
      for (let after = ""; ;) {
        const { records: more, next } = await page(client, query + after);
        records.push(...more);
        if (!next) return records;
        after = `&after=${next}`;
      }
    };

    it("gives the current records of a form newest first, each once, over pages", async () => {
      const records = await whole(doctor);
      assert.ok(records.length > 40);
      assert.equal(new Set(records.map(({ id }) => id)).size, records.length);
      const days = records.map(({ happened_on }) => happened_on);
      assert.deepEqual(days, [...days].sort().reverse());
      const found = records.find(({ id }) => id === mine.id);
      assert.equal(found.resident.name, people[0].name);
      assert.deepEqual([...found.answers.symptoms].sort(), ["3", "4"]);
      assert.equal(found.answers.sbp, 128);
      const second = { ...followup(people[0].id, { sbp: 131 }), amends: mine.id, reason: "录错" };
      assert.equal((await submit(doctor, second)).status, 201);
      const after = await whole(doctor);
      assert.ok(!after.some(({ id }) => id === mine.id) && after.some(({ id }) => id === second.id), "only what is current");
      mine = second;
    });

    it("is limited to the areas in sight and narrowed by days, facility and area", async () => {
      const own = await whole(doctor), all = await whole(clinician);
      assert.ok(all.length > own.length);
      const ids = new Set(all.map(({ id }) => id));
      assert.ok(own.every(({ id }) => ids.has(id)));
      const areas = new Set(own.map(({ resident }) => resident.area));
      assert.ok(all.some(({ resident }) => !areas.has(resident.area)));
      const june = await whole(clinician, "&from=2025-06-01&until=2025-06-30");
      assert.deepEqual(june.map(({ id }) => id), all.filter(({ happened_on }) => happened_on >= "2025-06-01").map(({ id }) => id));
      const [area] = areas;
      const there = await whole(clinician, `&area=${area}`);
      assert.deepEqual(there.map(({ id }) => id), all.filter(({ resident }) => resident.area === area).map(({ id }) => id));
      const { facility } = all[0];
      const served = await whole(clinician, `&facility=${facility}`);
      assert.deepEqual(served.map(({ id }) => id), all.filter((one) => one.facility === facility).map(({ id }) => id));
      assert.equal((await doctor.fetch(`/api/forms/nothing/records`)).status, 404);
      assert.equal((await doctor.fetch(`/api/forms/${FORM}/records?after=x`)).status, 422);
      assert.equal((await doctor.fetch(`/api/forms/${FORM}/records?from=x`)).status, 422);
    });

    it("counts the work of each doctor and day as the table has it, and opens it by doctor", async () => {
      const between = "from=2025-06-16&until=2025-06-30";
      const { days } = (await clinician.fetch(`/api/work?${between}`)).body;
      const rows = await whole(clinician, `&${between}`);
      const counted = {};
      for (const { performed_by, facility, happened_on } of rows) {
        const key = `${performed_by} ${facility} ${happened_on}`;
        counted[key] = (counted[key] ?? 0) + 1;
      }
      const told = days.flatMap((day) => day.forms.filter(({ id }) => id === FORM).map(({ n }) => [`${day.performer} ${day.facility} ${day.on}`, n]));
      assert.deepEqual(Object.fromEntries(told), counted);
      for (const day of days) {
        assert.equal(day.forms.reduce((sum, { n }) => sum + n, 0), day.records);
        assert.equal(day.areas.reduce((sum, { n }) => sum + n, 0), day.records);
        assert.ok(day.people >= 1 && day.people <= day.records && day.same_day <= day.records && day.late <= day.records);
      }
      assert.ok(days.some(({ met }) => met > 0), "records met what was owed");
      const one = rows[0].performed_by;
      assert.deepEqual((await whole(clinician, `&${between}&performer=${one}`)).map(({ id }) => id), rows.filter((row) => row.performed_by === one).map(({ id }) => id));
      const { id: account } = (await doctor.fetch("/api/session")).body.account;
      const earlier = (await doctor.fetch("/api/work?from=2025-06-26")).body.days.find(({ performer }) => performer === account);
      const late = followup(people[2].id, { next_followup_on: "2025-09-01" }, { happened_on: "2025-06-26" });
      assert.equal((await submit(doctor, late)).status, 201);
      const later = (await doctor.fetch("/api/work?from=2025-06-26")).body.days.find(({ performer }) => performer === account);
      assert.deepEqual([later.records - (earlier?.records ?? 0), later.same_day - (earlier?.same_day ?? 0), later.lag_most], [1, 0, 4]);
      const own = (await doctor.fetch(`/api/work?${between}`)).body.days;
      assert.ok(own.length > 0 && own.reduce((sum, { records }) => sum + records, 0) < days.reduce((sum, { records }) => sum + records, 0), "in sight only");
      const rowsOnly = (await county.fetch(`/api/work?${between}`)).body.days;
      assert.ok(rowsOnly.length > 0 && rowsOnly.every(({ areas }) => areas.length === 0));
      assert.equal((await county.fetch(`/api/forms/${FORM}/records?performer=${one}`)).status, 422);
      assert.equal((await clinician.fetch("/api/work?from=2025-05-01&until=2025-06-30")).status, 422);
      assert.equal((await (await logIn(server, "admin")).fetch("/api/work")).status, 403);
    });

    it("gives who sees no persons codes and numbers of townships, and nothing that tells who it is", async () => {
      const records = await whole(county);
      assert.ok(records.length > 0);
      const answer = await county.fetch(`/api/forms/${FORM}/records?limit=100`);
      for (const { id, name: of } of people) assert.ok(!answer.text.includes(id) && !answer.text.includes(of));
      for (const record of records.slice(0, 50)) {
        assert.deepEqual(Object.keys(record).sort(), ["answers", "facility", "happened_on", "resident"]);
        assert.deepEqual(Object.keys(record.resident).sort(), ["age_group", "area", "sex"]);
        assert.equal(record.resident.area.length, 9);
        assert.ok(Object.values(record.answers).every((value) => typeof value === "number" || /^\d+$/.test([value].flat().join(""))), JSON.stringify(record.answers));
      }
      assert.equal((await county.fetch(`/api/forms/${FORM}/records?area=${people[0].area}`)).status, 422);
      const { text } = await county.fetch(`/api/forms/${FORM}/records.csv`);
      for (const { id, name: of } of people) assert.ok(!text.includes(id) && !text.includes(of));
      assert.equal((await doctor.fetch(`/api/forms/${FORM}/records.csv`)).status, 403, "a village doctor exports nothing");
      assert.equal((await (await logIn(server, "admin")).fetch(`/api/forms/${FORM}/records`)).status, 403);
    });

    it("exports what the table shows as CSV for spreadsheets, codes with labels, no formula", async () => {
      const evil = followup(people[1].id, { symptoms: ["3"], symptoms_other: "=HYPERLINK(\"x\"),\"1\"" });
      const sent = await submit(clinician, evil);
      if (sent.status !== 201) assert.fail(sent.text);
      const answer = await clinician.fetch(`/api/forms/${FORM}/records.csv`, { headers: { cookie: `${clinician.cookie}; lang=zh` } });
      assert.equal(answer.status, 200, answer.text.slice(0, 300));
      assert.match(answer.headers.get("content-type"), /^text\/csv/);
      assert.match(answer.headers.get("content-disposition"), /^attachment; filename="hypertension_followup-2025-06-30\.csv"$/);
      const bytes = Buffer.from(await (await fetch(`${server.url}/api/forms/${FORM}/records.csv`, { headers: { cookie: clinician.cookie } })).arrayBuffer());
      assert.equal(bytes.subarray(0, 3).toString("hex"), "efbbbf");
      const [head, ...rows] = cellsOf(answer.text.replace(/^\ufeff/, ""));
      const records = await whole(clinician);
      assert.equal(rows.length, records.length);
      assert.deepEqual(rows.map((row) => row[1]), records.map(({ id }) => id));
      assert.ok(rows.every((row) => row.length === head.length));
      assert.equal(head[0], "服务日期");
      assert.equal(rows[0][2], records[0].resident.name);
      const sbp = head.findIndex((title) => /收缩压.*mmHg/.test(title));
      assert.deepEqual(rows.map((row) => row[sbp]), records.map(({ answers }) => String(answers.sbp ?? "")));
      const at = rows.findIndex((row) => row[1] === mine.id);
      assert.ok(rows[at].some((cell) => /^1 \S+/.test(cell)), "codes with their labels");
      const line = rows.find((row) => row[1] === evil.id);
      assert.ok(line.includes("'=HYPERLINK(\"x\"),\"1\""), line.join("|"));
      const { account } = (await clinician.fetch("/api/session")).body;
      const admin = await logIn(server, "admin");
      const told = await askUntil(() => admin.fetch(`/api/audit?account=${account.id}`), (answer) => answer.text.includes("export.records"));
      assert.match(told.text, /"export\.records".*form=hypertension_followup from=/);
    });

    it("prints a record as the form on paper, with the visits before it, and a blank one", async () => {
      const visits = (await doctor.fetch(`/api/residents/${people[2].id}/records?form=${FORM}`)).body.records;
      assert.ok(visits.length >= 2);
      const print = async (path, lang = "zh") => {
        const answer = await fetch(server.url + path, { headers: { cookie: `${doctor.cookie}; lang=${lang}` } });
        assert.equal(answer.status, 200, path);
        assert.equal(answer.headers.get("content-type"), "application/pdf");
        return textOfPdf(Buffer.from(await answer.arrayBuffer()));
      };
      const text = await print(`/api/records/${visits[0].id}/print`);
      assert.ok(text.includes("高血压患者随访服务记录表"));
      assert.ok(text.includes(people[2].name) && text.includes(visits[0].id));
      for (const { happened_on } of visits.slice(0, 4)) assert.ok(text.includes(happened_on), happened_on);
      const { answers } = (await doctor.fetch(`/api/records/${visits[0].id}`)).body;
      for (const field of ["sbp", "dbp", "weight"]) if (answers[field]) assert.ok(text.includes(String(answers[field])), field);
      const one = await print(`/api/records/${visits[0].id}/print?visits=1`, "en");
      assert.ok(one.includes("Hypertension follow-up") && one.includes(visits[0].happened_on));
      assert.ok(!one.includes(visits[1].happened_on));
      const blank = await print(`/api/forms/${FORM}/print`);
      assert.ok(blank.includes("居民（家属）签名") && blank.includes("空白表"));
      assert.ok(!blank.includes("是否达标"), "what is worked out is not on paper");
      assert.equal((await doctor.fetch("/api/forms/nothing/print")).status, 404);
      assert.equal((await doctor.fetch(`/api/records/${visits[0].id}/print?visits=9`)).status, 422);
      const admin = await logIn(server, "admin");
      const { account } = (await doctor.fetch("/api/session")).body;
      const told = await askUntil(() => admin.fetch(`/api/audit?account=${account.id}`), (answer) => answer.text.includes("record.print"));
      assert.match(told.text, /"record\.print"/);
    });

    it("exports the same from the command line", async () => {
      const { code, out, err } = attempt("records", "export", ...options, "--form", FORM, "--from", "2025-06-01", "--to", "2025-06-30");
      assert.equal(code, 0, err);
      const [head, ...rows] = cellsOf(out.replace(/^\ufeff/, ""));
      const june = await whole(clinician, "&from=2025-06-01&until=2025-06-30");
      const ids = rows.map((row) => row[1]);
      assert.ok(june.every(({ id }) => ids.includes(id)) && ids.length >= june.length);
      assert.ok(rows.every((row) => row.length === head.length && row[0] >= "2025-06-01" && row[0] <= "2025-06-30"));
      assert.notEqual(attempt("records", "export", ...options, "--form", "nothing").code, 0);
      assert.notEqual(attempt("records", "export", ...options, "--form", FORM, "--from", "June").code, 0);
    });
  });
}
