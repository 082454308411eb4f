// Residents over time over HTTP: registered without a card, moved out of sight, merged and taken apart, a record filed
// anew; whoever is out of sight is not found.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, controlled, followup, lines, newId, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`residents over time, on ${name}`, () => {
    let options, server, doctor, clinician, area, elsewhere;
    const post = (client, path, body) => client.fetch(path, { method: "POST", body });
    const open = (client, id) => client.fetch(`/api/residents/${id}`);

    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      const [{ resident }] = await wholeList(doctor);
      area = resident.area;
      const { areas } = (await doctor.fetch("/api/areas")).body;
      const seen = new Set((await wholeList(doctor)).map((line) => line.resident.area));
      elsewhere = areas.find(({ level, code }) => level === 5 && !seen.has(code) && code.slice(0, 9) !== area.slice(0, 9)).code;
    });
    after(() => server?.stop());

    async function register(more, client = doctor) {
      const body = { id: newId(), area, sex: "2", birth_date: "1960-05-06", ...more };
      const answer = await post(client, "/api/residents", body);
      assert.equal(answer.status, 201, answer.text);
      return answer.body;
    }

    it("registers a newborn by the mother's name, and finds it by name and by record number", async () => {
      const body = { id: newId(), area, sex: "2", birth_date: "2025-06-29", mother_name: "麦麦提·测试" };
      const [first, second] = [await post(doctor, "/api/residents", body), await post(doctor, "/api/residents", body)];
      assert.deepEqual([first.status, second.status], [201, 200], second.text);
      assert.equal(first.body.name, "麦麦提·测试之女");
      for (const q of ["麦麦提·测试之女", first.body.record_number]) {
        const { items } = (await doctor.fetch(`/api/residents?q=${encodeURIComponent(q)}`)).body;
        assert.deepEqual(items.map(({ id }) => id), [body.id], q);
      }
    });

    it("says at which field a number is wrong, and registers nobody elsewhere", async () => {
      const wrong = await post(doctor, "/api/residents", { id: newId(), area, sex: "1", name: "测试", id_type: "06", id_number: "X1" });
      assert.equal(wrong.status, 422);
      assert.equal(wrong.body.problems[0].where, "/id_number");
      const away = await post(doctor, "/api/residents", { id: newId(), area: elsewhere, sex: "1", name: "测试" });
      assert.equal(away.status, 403, away.text);
    });

    it("asks where an identity card says otherwise, registers once that is confirmed, and writes it down (WC-08)", async () => {
      const register_ = (more) => post(doctor, "/api/residents", { id: newId(), area, name: "身份测试", id_type: "01", ...more });
      const asked = ({ status, body }) => [status, ...body.problems.map(({ code, where, soft, confirm }) => [code, where, soft, confirm])];
      const birth = ["RESIDENT_CARD_BIRTH", "/birth_date", true, "birth_date_as_in_id"];
      const girl = { id: newId(), sex: "1", birth_date: "2000-01-01", id_number: "996601202402290020" };
      const first = await register_(girl);
      assert.deepEqual(asked(first), [422, birth, ["RESIDENT_CARD_FEMALE", "/sex", true, "sex_as_in_id"]]);
      assert.match(first.body.problems[0].text.zh + first.body.problems[0].text.en, /（2024-02-29）.*\(2024-02-29\)/);
      assert.deepEqual(asked(await register_({ ...girl, confirmed: ["birth_date_as_in_id"] })), [422, ["RESIDENT_CARD_FEMALE", "/sex", true, "sex_as_in_id"]]);
      assert.deepEqual(asked(await register_({ sex: "2", birth_date: "1958-03-12", id_number: "99660119760704003x" })).slice(0, 2), [422, birth]);
      assert.deepEqual(asked(await register_({ sex: "9", birth_date: "1958-03-12", id_number: "996601620815003" })), [422, birth]);
      assert.deepEqual(asked(await register_({ birth_year: "1963", id_number: "996601620815003" })), [422, ["RESIDENT_CARD_BIRTH", "/birth_year", true, "birth_date_as_in_id"]]);
      const confirmed = { ...girl, confirmed: ["birth_date_as_in_id", "sex_as_in_id", "usual"] };
      assert.deepEqual([(await register_(confirmed)).status, (await register_(confirmed)).status], [201, 200]);
      const { resident } = (await open(doctor, girl.id)).body;
      assert.deepEqual([resident.sex, resident.birth_date], ["1", "2000-01-01"], "as it was confirmed");
      const audit = lines("audit list", options, "--until", "2025-07-02", "--person", girl.id).filter(({ action }) => action.startsWith("resident."));
      assert.deepEqual(audit.filter(({ action }) => action === "resident.confirm").map(({ detail }) => detail), ["birth_date_as_in_id sex_as_in_id"]);
      const plain = { id: newId(), id_number: "996601620815003" };
      assert.equal((await register_(plain)).status, 201, "what is left out is as the card says");
      const { resident: taken } = (await open(doctor, plain.id)).body;
      assert.deepEqual([taken.sex, taken.birth_date], ["1", "1962-08-15"]);
      const command = ["--area", area, "--name", "命令测试", "--sex", "2", "--birth-date", "1958-03-12", "--id-type", "01", "--id-number", "996601195803120011"];
      const refused = attempt("resident", "add", ...options, "--packs", join(root, "packs"), ...command);
      assert.match(refused.err, /\/sex: .*--confirmed sex_as_in_id/);
      assert.equal(lines("resident add", options, ...command, "--confirmed", "sex_as_in_id").length, 1);
    });

    it("says in both languages what is wrong with a number, a code, a name or a day", async () => {
      const refused = async (more) => {
        const { status, body } = await post(doctor, "/api/residents", { id: newId(), area, sex: "1", name: "测试", id_type: "01", birth_date: "1962-08-15", ...more });
        assert.equal(status, 422, JSON.stringify(more));
        const [{ where, code, text }] = body.problems;
        assert.ok(text.zh && text.en && text.zh !== text.en);
        assert.doesNotMatch(text.zh, /name|sex|birth_date|id_type/, "no name of a member of the wire");
        return [where, code];
      };
      for (const [number, fault] of [["99660162081500", "LENGTH"], ["99660119620815003", "LENGTH"], ["99660119620815A038", "CHARACTERS"], ["996601196202300030", "DATE"], ["996601202402290021", "CHECK"]]) {
        assert.deepEqual(await refused({ id_number: number }), ["/id_number", `RESIDENT_CARD_${fault}`], number);
      }
      const wrong = [[{ id_type: "77", id_number: "x" }, "id_type", "DOCUMENT_KIND"], [{ id_type: undefined, id_number: "x" }, "id_type", "DOCUMENT_MISSING"], [{ id_number: undefined }, "id_number", "NUMBER_MISSING"],
        [{ relation: "88", id_type: undefined }, "relation", "RELATION"], [{ sex: "3", id_type: undefined }, "sex", "SEX"], [{ sex: undefined, id_type: undefined }, "sex", "SEX"], [{ name: "长".repeat(51), id_type: undefined }, "name", "NAME_LONG"],
        [{ name: undefined, id_type: undefined }, "name", "NAME_MISSING"], [{ birth_date: "2031-01-01", id_type: undefined }, "birth_date", "BIRTH_DATE"], [{ registered_on: "2031-01-01", id_type: undefined }, "registered_on", "REGISTERED_AHEAD"]];
      for (const [more, where, code] of wrong) assert.deepEqual(await refused(more), [`/${where}`, `RESIDENT_${code}`]);
      const { id } = await register({ name: "关系测试" });
      const event = await post(doctor, `/api/residents/${id}/events`, { id: newId(), kind: "moved", happened_on: "2025-06-30", area, relation: "77" });
      assert.deepEqual([event.status, event.body.problems[0].where], [422, "/relation"]);
    });

    it("moves a resident out of the sight of a doctor who has not treated her; a mistake is taken back", async () => {
      const { id } = await register({ name: "迁测试" });
      const event = { id: newId(), kind: "moved", happened_on: "2025-06-30", area: elsewhere };
      const moved = () => post(doctor, `/api/residents/${id}/events`, event);
      assert.equal((await moved()).status, 200);
      assert.equal((await moved()).status, 200, "sent twice");
      assert.equal((await open(doctor, id)).status, 404);
      for (const path of ["merge", "unmerge", `events/${event.id}/void`]) {
        const answer = await post(clinician, `/api/residents/${id}/${path}`, path === "merge" ? { into: newId(), reason: "x" } : { reason: "x" });
        assert.ok([403, 404].includes(answer.status), `${path}: ${answer.text}`);
      }
      lines("resident correct", options, "--resident", id, "--event", event.id, "--reason", "登记错了人");
      assert.equal((await open(doctor, id)).body.resident.area, area);
    });

    it("merges two entries and takes them apart with everything back", async () => {
      const [one, two] = [await register({ name: "重测试", phone: "13800009966" }), await register({ name: "重测试", phone: "13800009966" })];
      assert.equal((await post(doctor, `/api/residents/${two.id}/merge`, { into: one.id, reason: "重复" })).status, 403, "not the village doctor's to do");
      const { items } = (await clinician.fetch(`/api/resident-duplicates?area=${area}`)).body;
      const pair = items.find(({ first, second }) => [one.id, two.id].every((id) => [first.id, second.id].includes(id)));
      assert.ok(pair.score > 90 && pair.reasons.includes("same_name_and_birth_date"));
      const body = followup(two.id, controlled);
      assert.equal((await submit(doctor, body)).status, 201);
      assert.equal((await post(clinician, `/api/residents/${two.id}/merge`, { into: one.id, reason: "重复建档" })).status, 200);
      assert.deepEqual((await open(doctor, one.id)).body.records.map(({ id }) => id), [body.id]);
      assert.equal((await open(doctor, two.id)).body.resident.id, one.id, "the old id opens the person");
      const kept = (await clinician.fetch(`/api/residents/${one.id}/entries`)).body.items;
      assert.deepEqual(kept.map(({ id, name, reason }) => [id, name, reason]), [[two.id, "重测试", "重复建档"]]);
      assert.equal((await doctor.fetch(`/api/residents/${one.id}/entries`)).status, 403, "not the village doctor's to see");
      const later = followup(two.id, controlled); // by a phone that has not heard of it
      assert.equal((await submit(doctor, later)).status, 201);
      assert.equal((await post(clinician, `/api/residents/${two.id}/unmerge`, { reason: "不是同一人" })).status, 200);
      assert.deepEqual((await clinician.fetch(`/api/residents/${one.id}/entries`)).body.items, []);
      assert.deepEqual((await open(doctor, one.id)).body.records, []);
      assert.equal((await open(doctor, two.id)).body.records.length, 2, "what was written for it goes with it");
    });

    it("files a record anew that was about the wrong person, in one step", async () => {
      const [wrong, right] = [await register({ name: "错测试" }), await register({ name: "对测试" })];
      const body = followup(wrong.id, controlled);
      assert.equal((await submit(doctor, body)).status, 201);
      const id = newId();
      const filed = await post(clinician, `/api/records/${body.id}/refile`, { id, subject: right.id, reason: "录到了别人名下" });
      assert.equal(filed.status, 200, filed.text);
      assert.deepEqual((await open(doctor, right.id)).body.records.map((record) => record.id), [id]);
      assert.equal((await open(doctor, wrong.id)).body.records[0].is_ended, true);
    });

    it("SYS-01: a resident is registered once, and the record opens from any of the visits", async () => {
      const { id } = await register({ name: "档案测试", id_type: "03", id_number: "E99661234" });
      const again = await post(doctor, "/api/residents", { id: newId(), area, sex: "2", name: "档案测试", id_type: "03", id_number: "e 9966-1234" });
      assert.equal(again.status, 409, again.text);
      const visits = [followup(id, controlled), followup(id, controlled)];
      for (const visit of visits) assert.equal((await submit(doctor, visit)).status, 201);
      for (const visit of visits) {
        const { subject } = (await doctor.fetch(`/api/records/${visit.id}`)).body;
        assert.equal((await open(doctor, subject)).body.records.length, visits.length);
      }
    });

    it("does the same on the terminal, and stored obligations equal a recomputation", async () => {
      const [{ resident }] = lines("resident add", options, "--area", area, "--name", "终端测试", "--sex", "1");
      const [{ event }] = lines("resident death", options, "--resident", resident, "--day", "2025-06-30", "--cause", "测试");
      assert.equal(lines("resident history", options, "--resident", resident).length, 2);
      lines("resident correct", options, "--resident", resident, "--event", event, "--reason", "误登");
      assert.deepEqual(lines("resident unplaced", options), []);
      assert.equal(attempt("obligations", "verify", ...options).code, 0);
    });
  });
}
