// The health officer adds a field as the guide says, on a database that is in use: table, API and records have
// it. Mistakes are named at their place, and what would break stored records is refused at start.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { attempt, attemptInChinese, followup, lines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const form = "national-2017/forms/hypertension_followup.yaml";

/** The guide's own text: the field, and the test of it. */
function guideBlocks() {
  const guide = readFileSync(join(root, "docs/guide/packs.md"), "utf8");
  const section = guide.slice(guide.indexOf("## Add a field in five minutes"), guide.indexOf("## YAML"));
  return [...section.matchAll(/^ {3}```yaml\n(.*?)^ {3}```/gms)].map(([, block]) => block.replaceAll(/^ {3}/gm, ""));
}

function copyPacks() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  return folder;
}

function edit(folder, file, from, to) {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  assert.ok(from instanceof RegExp ? from.test(text) : text.includes(from), `${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to instanceof Function ? to : () => to));
}

function addField(folder) {
  const [field, test] = guideBlocks();
  edit(folder, form, "      - id: heart_rate\n", `${field}      - id: heart_rate\n`);
  edit(folder, "national-2017/pack.yaml", "version: 1.0.0", "version: 1.1.0");
  appendFileSync(join(folder, "national-2017/tests/hypertension_followup.yaml"), test);
}

/** Tests of the field would be found wrong before the database is asked. */
function dropTest(folder) {
  const file = "national-2017/tests/hypertension_followup.yaml";
  copyFileSync(join(root, "packs", file), join(folder, file));
}

/** What the published view of the form says about a record. */
async function column(options, field, id) {
  const url = options[1];
  const query = `SELECT ${field} FROM v_hypertension_followup WHERE record_id = `;
  if (url.startsWith("postgresql:")) {
    return execFileSync("psql", [url, "-At", "-c", `${query}'${id}'`], { encoding: "utf8" }).trim();
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(url, { readOnly: true });
  const row = database.prepare(`${query} ?`).get(Buffer.from(id.replaceAll("-", ""), "hex"));
  database.close();
  return String(Object.values(row)[0]);
}

function testsPassed(folder) {
  const { code, out, err } = attempt("pack", "test", "--packs", folder);
  assert.equal(code, 0, out + err);
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(out);
  assert.equal(failed, "0");
  return Number(passed);
}

for (const [name, makeDatabase] of databases) {
  describe(`a field added to a form in use, on ${name}`, () => {
    const options = [];
    const packs = copyPacks();
    let resident, before;

    /** Serves with the changed packs. */
    async function serve(t, folder = packs) {
      const server = await startServer(options, "--packs", folder);
      t.after(() => server.stop());
      return logIn(server, "doctor");
    }

    it("begins with records of the form as it was", async (t) => {
      options.push(...makeCounty(makeDatabase));
      const client = await serve(t);
      resident = (await wholeList(client))[0].resident.id;
      before = followup(resident, {}, { form_version: "1.0.0" });
      assert.equal((await submit(client, before)).status, 201);
      const unknown = await submit(client, followup(resident, { waist: 88.5 }));
      assert.equal(unknown.body.problems[0].where, "/answers/waist");
    });

    it("is checked and tested as the guide says", () => {
      const passed = testsPassed(packs);
      addField(packs);
      const { code, err } = attempt("pack", "check", "--packs", packs);
      assert.equal(code, 0, err);
      assert.match(err, /national-2017 1\.1\.0: no mistakes/);
      assert.equal(testsPassed(packs), passed + 1);
    });

    it("is in table, API and records after a restart, and older records stay as they were", async (t) => {
      const client = await serve(t);
      const { body } = await client.fetch("/api/forms/hypertension_followup");
      assert.equal(body.version, "1.1.0");
      const waist = body.definition.fields.find(({ id }) => id === "waist");
      assert.deepEqual([waist.type, waist.places, waist.unit, waist.range, waist.usual], ["decimal", 1, { zh: "cm", en: "cm" }, [30, 200], [55, 120]]);
      assert.deepEqual(waist.label, { zh: "腰围", en: "Waist" });
      assert.match(body.wire, /waist/);
      const record = followup(resident, { waist: 88.5 }, { form_version: "1.1.0" });
      const stored = await submit(client, record);
      assert.equal(stored.status, 201, stored.text);
      assert.equal((await client.fetch(`/api/records/${record.id}`)).body.answers.waist, 88.5);
      assert.equal(await column(options, "waist", record.id), "88.5");
      const refused = await submit(client, followup(resident, { waist: 29.9 }));
      assert.equal(refused.status, 422);
      assert.equal(refused.body.problems[0].where, "/answers/waist");
      const unusual = await submit(client, followup(resident, { waist: 125 }));
      assert.equal(unusual.body.problems[0].confirm, "waist:usual");
      const { body: old } = await client.fetch(`/api/records/${before.id}`);
      assert.equal(old.form_version, "1.0.0");
      assert.equal("waist" in old.answers, false);
      assert.equal(old.answers.sbp, before.answers.sbp);
      const again = await submit(client, before);
      assert.equal(again.status, 200, "a device that heard no answer may send it again");
      assert.equal(again.body.was_known, true);
      const late = await submit(client, followup(resident, { next_followup_on: "2025-09-29" }, { form_version: "1.0.0", happened_on: "2025-06-29" }));
      assert.equal(late.status, 201, "a form that was open over the upgrade is taken");
      assert.equal((await client.fetch(`/api/records/${late.body.id}`)).body.form_version, "1.1.0");
      const never = await submit(client, followup(resident, {}, { form_version: "1.0.5" }));
      assert.equal(never.status, 422);
      assert.equal(never.body.problems[0].where, "/form_version");
      const { body: older } = await client.fetch("/api/forms/hypertension_followup?version=1.0.0");
      assert.deepEqual([older.version, older.is_version_asked], ["1.1.0", false]);
    });

    it("leaves every list as it was, by recomputation", () => {
      const [result] = lines("obligations verify", options, "--packs", packs);
      assert.equal(result.written + result.deleted, 0);
    });

    it("refuses another type or unit, and computing what was entered or the other way round, for what is stored, and serves the old pack as before", async (t) => {
      for (const [from, to, said] of [
        ["type: decimal\n        places: 1\n        label: {zh: 腰围", "type: integer\n        label: {zh: 腰围", /waist.*stored as decimal.*cannot become integer.*retire it/],
        ["places: 1\n        label: {zh: 腰围, en: Waist}\n        unit: cm\n        range: [30, 200]\n        usual: [55, 120]", "places: 1\n        label: {zh: 腰围, en: Waist}\n        unit: cm\n        computed: weight / 2", /waist.*was entered and cannot become computed.*new id/],
        [/ {6}- id: bmi\n(?: {8}.*\n)*/, (field) => field.replace(/ {8}computed: .*\n/, ""), /bmi.*was computed and cannot become entered.*new id/],
        ["unit: cm\n        range: [30, 200]", "unit: mm\n        range: [30, 200]", /waist.*stored in the unit "cm".*cannot become "mm".*retire it/],
      ]) {
        const changed = join(temporaryFolder(), "packs");
        cpSync(packs, changed, { recursive: true });
        edit(changed, form, from, to);
        dropTest(changed);
        const { code, err } = attempt("serve", ...options, "--packs", changed, "--port", "0");
        assert.equal(code, 65, err);
        assert.match(err, said);
      }
      const client = await serve(t);
      const { records } = (await client.fetch(`/api/residents/${resident}`)).body;
      assert.equal((await client.fetch(`/api/records/${records[0].id}`)).body.answers.waist, 88.5);
    });

    it("keeps what was recorded when the field is retired, and asks no more", async (t) => {
      const retired = join(temporaryFolder(), "packs");
      cpSync(packs, retired, { recursive: true });
      edit(retired, form, "      - id: waist\n", "      - id: waist\n        retired: true\n");
      dropTest(retired);
      const { code, err } = attempt("pack", "check", "--packs", retired);
      assert.equal(code, 0, err);
      const client = await serve(t, retired);
      const { records } = (await client.fetch(`/api/residents/${resident}`)).body;
      assert.equal((await client.fetch(`/api/records/${records[0].id}`)).body.answers.waist, 88.5);
      const { body } = await client.fetch("/api/forms/hypertension_followup");
      assert.equal(body.definition.fields.find(({ id }) => id === "waist")?.retired ?? true, true);
    });
  });
}

describe("a mistake in a pack", () => {
  const placeOf = (folder, needle) => {
    const rows = readFileSync(join(folder, form), "utf8").split("\n");
    const line = rows.findIndex((row) => row.includes(needle));
    return { line: line + 1, column: [...rows[line].slice(0, rows[line].indexOf(needle))].length + 1 };
  };

  it("is named with file, line, column and remedy, and nothing starts with it", () => {
    const packs = copyPacks();
    addField(packs);
    edit(packs, form, "label: {zh: 腰围", "lable: {zh: 腰围");
    const { line, column } = placeOf(packs, "lable");
    const options = makeCounty(undefined, { residents: 1000 });
    for (const words of [["pack", "check"], ["pack", "test"], ["serve", ...options, "--port", "0"], ["due", ...options]]) {
      const { code, out, err } = attempt(...words, "--packs", packs);
      assert.equal(code, 65, words[0] + err);
      assert.ok(err.includes(`${form}:${line}:${column}: there is no key lable here (write label)`), err);
      assert.doesNotMatch(out, /listening/);
    }
  });

  it("is reported beside the others, all at once and in order", () => {
    const packs = copyPacks();
    edit(packs, form, "range: [40, 300]", "range: [300, 40]");
    edit(packs, form, "codes: followup_mode", "codes: followup_moed");
    edit(packs, form, 'fails_when: "sbp <= dbp"', 'fails_when: "sbp <= dpb"');
    const { code, err } = attempt("pack", "check", "--packs", packs);
    assert.equal(code, 65);
    const said = err.trim().split("\n");
    assert.equal(said.length, 3, err);
    const lineNumbers = said.map((text) => Number(/hypertension_followup\.yaml:(\d+):\d+: /.exec(text)[1]));
    assert.deepEqual(lineNumbers, [...lineNumbers].sort((a, b) => a - b));
    for (const text of said) assert.match(text, /\(.+\)$/, "says what to write instead");
  });

  it("is said in Chinese where the machine speaks Chinese", () => {
    const packs = copyPacks();
    edit(packs, form, "    unit: mmHg", "    unti: mmHg");
    const { err } = attemptInChinese("pack", "check", "--packs", packs);
    assert.match(err, /[\u4e00-\u9fff]/);
    assert.match(err, /unti/);
  });
});
