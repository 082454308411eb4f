// Why something is owed to a resident by a rule, and why not: over HTTP and on the command line.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { followup, lines, newId, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`explaining a rule on ${name}`, () => {
    let options, server, doctor, clinician, line;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      line = (await wholeList(doctor)).find(({ program, obligation, state, closes_on }) => program === "hypertension" && obligation === "followup" && state === "overdue" && closes_on === "2025-06-30");
    });
    after(() => server?.stop());

    const explain = async (rule, query = "", resident = line.resident.id) => {
      const answer = await doctor.fetch(`/api/residents/${resident}/obligations/explain?rule=${rule}${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };
    const of = ({ records }, id) => records.find((record) => record.id === id);

    it("tells which rules there are to ask about, each once, and each is explained", async () => {
      const { rules } = (await doctor.fetch("/api/obligation-rules")).body;
      const names = rules.map(({ program, obligation }) => `${program}/${obligation}`);
      assert.ok(names.includes("hypertension/followup") && rules.every(({ title, program_title: of }) => title.en && of.en));
      assert.equal(new Set(names).size, names.length);
      for (const name of names) assert.ok((await explain(name)).verdict.zh, name);
    });

    it("says who is in, what is owed, and what each record did", async () => {
      const found = await explain("hypertension/followup");
      assert.ok(found.is_member);
      assert.match(found.verdict.zh, /已逾期/);
      assert.match(found.verdict.en, /overdue/);
      assert.ok(found.member[0].text.en.startsWith("In "));
      assert.ok(found.editions.some(({ is_in_force }) => is_in_force));
      assert.ok(found.records.some(({ counts, text }) => counts && text.en === "enters the program"));
      assert.ok(found.records.every(({ text }) => text.zh && text.en));
    });

    it("names the condition that a record fails, in words, and what it still does", async () => {
      const visit = followup(line.resident.id, { mode: "3", next_followup_on: "2025-07-20" });
      assert.equal((await submit(doctor, visit)).status, 201);
      const dated = of(await explain("hypertension/followup"), visit.id);
      assert.ok(dated.counts === true ? /2025-07-20/.test(dated.text.zh) : /随访方式 3/.test(dated.text.zh), dated.text.zh);
      assert.equal((await clinician.fetch(`/api/records/${visit.id}/void`, { method: "POST", body: { reason: "录入错误" } })).status, 200);
      const ended = of(await explain("hypertension/followup"), visit.id);
      assert.equal(ended.counts, false);
      assert.match(ended.text.en, /amended or voided/);
    });

    it("says which record met it", async () => {
      const visit = followup(line.resident.id);
      assert.equal((await submit(doctor, visit)).status, 201);
      const found = await explain("hypertension/followup");
      const told = of(found, visit.id);
      assert.equal(told.counts, true);
      assert.match(told.text.en, /^meets/);
      assert.match(found.verdict.en, /met on 2025-06-30/);
      const before = await explain("hypertension/followup", "&on=2025-06-29");
      assert.equal(of(before, visit.id), undefined);
      assert.equal((await clinician.fetch(`/api/records/${visit.id}/void`, { method: "POST", body: { reason: "录入错误" } })).status, 200);
    });

    it("says why nothing is owed to who is not in the program", async () => {
      const child = await explain("child/infant_exam");
      assert.equal(child.is_member, false);
      assert.match(child.verdict.en, /^Not in/);
      assert.ok(child.member.some(({ text }) => /\d{4}-\d{2}-\d{2}/.test(text.en)), JSON.stringify(child.member));
      const other = await explain("diabetes/followup");
      if (!other.is_member) assert.ok(other.member.some(({ text }) => /No record of the form/.test(text.en)));
    });

    it("says who spared it, why and until when", async () => {
      const body = { id: newId(), program: "hypertension", obligation: "followup", covers: "rule", reason: "away", until: "2025-07-31" };
      const path = `/api/residents/${line.resident.id}/waivers`;
      assert.equal((await doctor.fetch(path, { method: "POST", body })).status, 201);
      const found = await explain("hypertension/followup");
      assert.match(found.verdict.en, /waived/);
      assert.match(found.waivers[0].text.zh, /外出.*2025-07-31/);
      const [object] = lines("obligations explain", options, "--resident", line.resident.id, "--rule", "hypertension/followup", "--json");
      assert.equal(object.obligation, "followup");
      assert.equal(object.waivers.length, 1);
      assert.equal((await doctor.fetch(`${path}/${body.id}/end`, { method: "POST", body: { reason: "已回村" } })).status, 200);
    });

    it("knows no other rule, and nobody out of sight", async () => {
      assert.equal((await doctor.fetch(`/api/residents/${line.resident.id}/obligations/explain?rule=hypertension/nothing`)).status, 404);
      assert.equal((await doctor.fetch(`/api/residents/${line.resident.id}/obligations/explain?rule=followup`)).status, 422);
      assert.equal((await doctor.fetch(`/api/residents/${newId()}/obligations/explain?rule=hypertension/followup`)).status, 404);
    });

    it("reads a parameter in a condition as the place has it", async () => {
      await server.stop();
      const packs = join(temporaryFolder(), "packs");
      cpSync(join(root, "packs"), packs, { recursive: true });
      const path = join(packs, "national-2017", "programs", "hypertension.yaml");
      const text = readFileSync(path, "utf8").replace("AND lost_reason IS NULL\"}", "AND lost_reason IS NULL AND sbp < $hypertension_emergency_sbp\"}");
      assert.match(text, /\$hypertension_emergency_sbp"\}/);
      writeFileSync(path, text);
      server = await startServer(options, "--packs", packs);
      doctor = await logIn(server, "doctor");
      const [meets, again] = [followup(line.resident.id), followup(line.resident.id)];
      for (const visit of [meets, again]) assert.equal((await submit(doctor, visit)).status, 201);
      const found = await explain("hypertension/followup");
      const texts = [meets, again].map(({ id }) => of(found, id).text.en);
      assert.ok(texts.some((one) => one.startsWith("meets")), texts.join("\n"));
      for (const one of texts) assert.doesNotMatch(one, /sbp|128/);
    });
  });
}
